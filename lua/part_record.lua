-- Part: a hold's record, one string of fields between spaces:
--   state   h held, p paying, s sold, b blocked, r released, e expired
--   number  the hold's number on its seats; never given again in this event
--   deadline, taken   ms; deadline 0 once it owns its seats
--   order   the order bound to it, - for none
--   customer
--   seats   plan indexes between commas, in the order they were asked for
--   asked   the same as first asked for, where a part was released; else -
local function read_record(text)
  if not text then
    return nil
  end
  local r = {}
  r.state, r.number, r.deadline, r.taken, r.order, r.customer, r.seats, r.asked =
    string.match(text, '^(%l) (%d+) (%d+) (%d+) (%S+) (%S+) (%S+) (%S+)$')
  r.number, r.deadline, r.taken = tonumber(r.number), tonumber(r.deadline), tonumber(r.taken)
  return r
end

-- Stores the record under the hold's id and returns its text.
local function write_record(id, r)
  local text = table.concat(
    {r.state, r.number, r.deadline, r.taken, r.order, r.customer, r.seats, r.asked}, ' ')
  redis.call('HSET', KEYS[3], id, text)
  return text
end

-- Whether the hold claims its seats for a coming payment at this moment.
local function live(r)
  return (r.state == 'h' or r.state == 'p') and r.deadline > now
end

-- A customer's holds stand in the same hash, as ids between spaces under
-- c:CUSTOMER, so that one call reads or writes both.
local function holds_of(customer)
  return redis.call('HGET', KEYS[3], 'c:' .. customer) or ''
end

-- Adds the hold to its customer's, where it is not among them.
local function list_for_customer(customer, id)
  local ids = holds_of(customer)
  if ids == '' then
    redis.call('HSET', KEYS[3], 'c:' .. customer, id)
  elseif not string.find(' ' .. ids .. ' ', ' ' .. id .. ' ', 1, true) then
    redis.call('HSET', KEYS[3], 'c:' .. customer, ids .. ' ' .. id)
  end
end
