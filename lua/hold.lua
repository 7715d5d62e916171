-- hold: takes all of the seats for a customer, or none. The hot path.
-- use: hoarding
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)  4 log (stream)
-- ARGV  1 hold id  2 customer c:ID  3 seats "17,18"  4 ttl ms  5 most seats a customer
--       6 sale opens, ms (0: is open)  7 sale closes, ms
--       8 the limits of hoarding, see part_hoarding.lua; empty: none
--       9… the first and the last byte of each run of neighbours in the map,
--       in the order of ARGV 3: 187 208
-- Replies record                   taken now; see part_record.lua
--         {repeated, now, record}  this id has these seats already
--         {reused}                 this id has other seats
--         {released} {expired}     this id's hold is over
--         {taken, position, …}     these are taken, by their place in ARGV 3, from 0
--         {limit, have}            the customer's seats would be too many
--         {unpaid, ms}             too many of the customer's holds ended unpaid
--         {spent, ms, position, …} these the customer has had for too long
--         {many, ms}               the customer tried too many other seats
--                                  ms: until it is worth trying again
--         {closed}                 the sale is not open
--         {not_loaded}
-- Replay  the repeat finds its own record and is answered `repeated`.
-- Here because checking the seats, the customer's cap, past holds and the clock,
-- and taking the seats, must be one step. Everything is checked before the first
-- write. What is known of past holds is lost with Redis, as live holds are.
--
-- What costs here is each redis.call, each text made of a number, each number
-- made of a text, each table and each function. So this script brings its own
-- of what the parts have, reads and writes neighbours in one go, takes offsets
-- as text, has the log count versions, finds all that is known of a hold and
-- its customer in one hash, and answers success with a text.
local id, customer, seats = ARGV[1], ARGV[2], ARGV[3]
local WIDTH = 11

local known = redis.call('HMGET', KEYS[2], 'm:last', id, customer)
local last, old, ids = known[1], known[2], known[3]
if not last or redis.call('GETRANGE', KEYS[1], last, last) == '' then
  return {'not_loaded'}
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

if old then
  local state, deadline, owner, has, asked =
    string.match(old, '^(%l) %d+ (%d+) %d+ %d+ %S+ (%S+) (%S+) (%S+) ?%S*$')
  local same, wanted = {}, 0
  for i in string.gmatch(asked == '-' and has or asked, '%d+') do
    same[i] = true
    wanted = wanted + 1
  end
  for i in string.gmatch(seats, '%d+') do
    wanted = same[i] and wanted - 1 or -1
  end
  if owner ~= customer or wanted ~= 0 then
    return {'reused'}
  elseif state == 'r' then
    return {'released'}
  elseif state == 'e' or (state ~= 's' and tonumber(deadline) <= now) then
    return {'expired'}
  end
  return {'repeated', now, old}
end

if now >= tonumber(ARGV[7]) or (ARGV[6] ~= '0' and now < tonumber(ARGV[6])) then
  return {'closed'}
end

-- A seat: 6 bytes deadline, 5 bytes number; see part_seat.lua. Up to four that
-- nobody ever had are seen at a glance.
local FREE = '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
local n, taken, sizes = 0, nil, #ARGV > 10 and {}
for k = 9, #ARGV, 2 do
  local raw = redis.call('GETRANGE', KEYS[1], ARGV[k], ARGV[k + 1])
  local size = #raw / WIDTH
  if raw ~= string.sub(FREE, 1, #raw) then
    for s = 0, size - 1 do
      local a, b, c, d, e, f = string.byte(raw, s * WIDTH + 1, s * WIDTH + 6)
      if ((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f > now then
        taken = taken or {'taken'}
        taken[#taken + 1] = n + s
      end
    end
  end
  n = n + size
  if sizes then
    sizes[k] = size
  end
end
if taken then
  return taken
end

-- The cap is summed over the customer's records each time: no counter can
-- lapse late. Holds that are over drop out of the list on the way; the memory
-- keeps what of them matters.
local have, mine, since, stop = 0, id, '', nil
if ids then
  local kept, ended, memory = {}, {}, ''
  local at = string.find(ids, ';', 1, true)
  if at then
    -- One after the other: miniredis's Lua assigns as it goes.
    memory = string.sub(ids, at + 1)
    ids = string.sub(ids, 1, at - 1)
  end
  for other in string.gmatch(ids, '%S+') do
    local record = redis.call('HGET', KEYS[2], other)
    if record then
      local state, deadline, theirs = string.match(record, '^(%l) %d+ (%d+) %d+ %d+ %S+ %S+ (%S+)')
      if state == 's' or ((state == 'h' or state == 'p') and tonumber(deadline) > now) then
        local _, commas = string.gsub(theirs, ',', ',')
        have = have + commas + 1
        kept[#kept + 1] = other
      else
        ended[#ended + 1] = record
      end
    end
  end
  kept[#kept + 1] = id
  mine = table.concat(kept, ' ')
  if have + n <= tonumber(ARGV[5]) and ARGV[8] ~= '' and (ended[1] or memory ~= '') then
    local refusal
    refusal, memory, since, stop = recall(ended, memory, seats, ARGV[8], now)
    if refusal then
      return refusal
    elseif memory ~= '' then
      mine = mine .. ';' .. memory
    end
  end
end
if have + n > tonumber(ARGV[5]) then
  return {'limit', have}
end

local version = string.sub(redis.call('XADD', KEYS[4], '0-*', 'c', 'h' .. seats), 3)
local deadline = now + ARGV[4]
if stop and stop < deadline then
  deadline = stop
end
local d, v = deadline, tonumber(version)
local d6 = d % 256; d = (d - d6) / 256
local d5 = d % 256; d = (d - d5) / 256
local d4 = d % 256; d = (d - d4) / 256
local d3 = d % 256; d = (d - d3) / 256
local d2 = d % 256
local v5 = v % 256; v = (v - v5) / 256
local v4 = v % 256; v = (v - v4) / 256
local v3 = v % 256; v = (v - v3) / 256
local v2 = v % 256
local raw = string.char((d - d2) / 256, d2, d3, d4, d5, d6, (v - v2) / 256, v2, v3, v4, v5)
for k = 9, #ARGV, 2 do
  redis.call('SETRANGE', KEYS[1], ARGV[k], string.rep(raw, sizes and sizes[k] or n))
end
local due = string.format('%d', deadline)
local record = 'h ' .. version .. ' ' .. due .. ' ' .. clock[1] .. ' ' .. clock[2]
  .. ' - ' .. customer .. ' ' .. seats .. ' -'
if since ~= '' then
  record = record .. ' ' .. since
end
redis.call('HSET', KEYS[2], id, record, customer, mine)
redis.call('ZADD', KEYS[3], due, id)
return record
