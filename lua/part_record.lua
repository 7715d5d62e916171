-- Part: a hold's record, one string of fields between spaces:
--   state     h held, p paying, s sold, b blocked, r released, e expired
--   number    the hold's number on its seats; never given again in this event
--   deadline  ms; 0 once it owns its seats
--   sec usec  when it was first taken, the two halves of the server's TIME
--   order     the order bound to it, - for none
--   customer  c:ID, under which the same hash has the ids of the customer's holds
--   seats     plan indexes between commas, in the order they were asked for
--   asked     the same as first asked for, where a part was released; else -
local function read_record(text)
  if not text then
    return nil
  end
  local r = {}
  r.state, r.number, r.deadline, r.sec, r.usec, r.order, r.customer, r.seats, r.asked =
    string.match(text, '^(%l) (%d+) (%d+) (%d+) (%d+) (%S+) (%S+) (%S+) (%S+)$')
  if not r.state then
    return nil -- not a record: a customer's list, or what describes the event
  end
  r.number, r.deadline = tonumber(r.number), tonumber(r.deadline)
  return r
end

-- Stores the record under the hold's id and returns its text.
local function write_record(id, r)
  local text = table.concat(
    {r.state, r.number, r.deadline, r.sec, r.usec, r.order, r.customer, r.seats, r.asked}, ' ')
  redis.call('HSET', KEYS[2], id, text)
  return text
end

-- Whether the hold claims its seats for a coming payment at this moment.
local function live(r)
  return (r.state == 'h' or r.state == 'p') and r.deadline > now
end

-- The ids of a customer's holds, between spaces.
local function holds_of(customer)
  return redis.call('HGET', KEYS[2], customer) or ''
end

-- Adds the hold to its customer's, where it is not among them.
local function list_for_customer(customer, id)
  local ids = holds_of(customer)
  if ids == '' then
    redis.call('HSET', KEYS[2], customer, id)
  elseif not string.find(' ' .. ids .. ' ', ' ' .. id .. ' ', 1, true) then
    redis.call('HSET', KEYS[2], customer, ids .. ' ' .. id)
  end
end
