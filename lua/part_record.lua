-- Part: a hold's record, one string of fields between spaces:
--   state     h held, p paying, s sold, b blocked, r released, e expired
--   number    the hold's number on its seats; never given again in this event
--   deadline  ms; 0 once it owns its seats; once it is over, when it ended, 0
--             where it owned them until then
--   sec usec  when it was taken, the two halves of the server's TIME
--   order     the order bound to it, - for none
--   customer  c:ID, under which the same hash has the ids of the customer's holds
--   seats     plan indexes between commas, in the order they were asked for
--   asked     the same as first asked for, where a part was released; else -
--   since     may be missing: the seats that the customer had had in earlier
--             holds, and since when, ms: 17@1767225600000,18@…
local function read_record(text)
  if not text then
    return nil
  end
  local r = {}
  r.state, r.number, r.deadline, r.sec, r.usec, r.order, r.customer, r.seats, r.asked, r.since =
    string.match(text, '^(%l) (%d+) (%d+) (%d+) (%d+) (%S+) (%S+) (%S+) (%S+) ?(%S*)$')
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
  if r.since and r.since ~= '' then
    text = text .. ' ' .. r.since
  end
  redis.call('HSET', KEYS[2], id, text)
  return text
end

-- Whether the hold claims its seats for a coming payment at this moment.
local function live(r)
  return (r.state == 'h' or r.state == 'p') and r.deadline > now
end

-- Since when the customer has the hold's seat, ms, holds before this one too.
local function had_since(r, seat)
  return tonumber(string.match(',' .. (r.since or ''), ',' .. seat .. '@(%d+)')
    or r.sec * 1000 + math.floor(r.usec / 1000))
end

-- A customer's list: the ids of their holds, between spaces, and the memory of
-- those that ended, see part_hoarding.lua.
local function list_of(customer)
  return string.match(redis.call('HGET', KEYS[2], customer) or '', '^([^;]*);?(.*)$')
end

local function write_list(customer, ids, memory)
  if memory ~= '' then
    ids = ids .. ';' .. memory
  end
  if ids == '' then
    redis.call('HDEL', KEYS[2], customer)
  else
    redis.call('HSET', KEYS[2], customer, ids)
  end
end

-- Adds the hold to its customer's, where it is not among them.
local function list_for_customer(customer, id)
  local ids, memory = list_of(customer)
  if ids == '' then
    write_list(customer, id, memory)
  elseif not string.find(' ' .. ids .. ' ', ' ' .. id .. ' ', 1, true) then
    write_list(customer, ids .. ' ' .. id, memory)
  end
end
