-- hold: takes all of the seats for a customer, or none. The hot path.
-- use: loaded
--
-- KEYS  1 meta (hash)  2 seats (string)  3 holds (hash)  4 due (zset)
--       5 log (stream)
-- ARGV  1 hold id  2 customer  3 seats "17,18"  4 ttl ms  5 most seats a customer
--       6 sale opens, ms (0: is open)  7 sale closes, ms
--       8… the first and the last byte of each run of neighbours in the map,
--       in the order of ARGV 3: 187 208
-- Replies {ok, now, record}        taken
--         {repeated, now, record}  this id has these seats already
--         {reused}                 this id has other seats
--         {released} {expired}     this id's hold is over
--         {taken, position, …}     these are taken, by their place in ARGV 3, from 0
--         {limit, have}            the customer's seats would be too many
--         {closed}                 the sale is not open
--         {not_loaded}
-- Replay  the repeat finds its own record and is answered `repeated`.
-- Here because checking the seats, the customer's cap and the clock, and taking
-- the seats, must be one step. Everything is checked before the first write.
--
-- For speed it brings its own of what part_seat.lua and part_record.lua have:
-- making a function at each call costs, and so does turning a number into text.
-- So offsets come as text, and each number is formatted once, by %d.
-- Neighbours are read and written in one go, and so are record and customer.
local id, customer, seats = ARGV[1], 'c:' .. ARGV[2], ARGV[3]
local FREE = '\0\0\0\0\0\0\0\0\0\0\0'

local known = redis.call('HMGET', KEYS[3], id, customer)
local old = known[1]
if old then
  local state, deadline, owner, has, asked =
    string.match(old, '^(%l) %d+ (%d+) %d+ %S+ (%S+) (%S+) (%S+)$')
  local same, wanted = {}, 0
  for i in string.gmatch(asked == '-' and has or asked, '%d+') do
    same[i] = true
    wanted = wanted + 1
  end
  for i in string.gmatch(seats, '%d+') do
    wanted = same[i] and wanted - 1 or -1
  end
  if owner ~= ARGV[2] or wanted ~= 0 then
    return {'reused'}
  elseif state == 'r' then
    return {'released'}
  elseif state == 'e' or (state ~= 's' and tonumber(deadline) <= now) then
    return {'expired'}
  end
  return {'repeated', now, old}
end

if now < tonumber(ARGV[6]) or now >= tonumber(ARGV[7]) then
  return {'closed'}
end

local n, taken = 0, nil
for k = 8, #ARGV, 2 do
  local raw = redis.call('GETRANGE', KEYS[2], ARGV[k], ARGV[k + 1])
  for at = 1, #raw, WIDTH do
    if string.sub(raw, at, at + WIDTH - 1) ~= FREE then
      local a, b, c, d, e, f = string.byte(raw, at, at + 5)
      if ((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f > now then
        taken = taken or {'taken'}
        taken[#taken + 1] = n
      end
    end
    n = n + 1
  end
end
if taken then
  return taken
end

-- The cap is summed over the customer's records each time: no counter can
-- lapse late. Holds that are over drop out of the list on the way.
local have, mine = 0, id
if known[2] then
  local kept = {}
  for other in string.gmatch(known[2], '%S+') do
    local record = redis.call('HGET', KEYS[3], other)
    if record then
      local state, deadline, theirs = string.match(record, '^(%l) %d+ (%d+) %d+ %S+ %S+ (%S+)')
      if state == 's' or ((state == 'h' or state == 'p') and tonumber(deadline) > now) then
        local _, commas = string.gsub(theirs, ',', ',')
        have = have + commas + 1
        kept[#kept + 1] = other
      end
    end
  end
  kept[#kept + 1] = id
  mine = table.concat(kept, ' ')
end
if have + n > tonumber(ARGV[5]) then
  return {'limit', have}
end

local version = redis.call('HINCRBY', KEYS[1], 'version', 1)
local deadline = now + ARGV[4]
local d, v = deadline, version
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
for k = 8, #ARGV, 2 do
  redis.call('SETRANGE', KEYS[2], ARGV[k], string.rep(raw, (ARGV[k + 1] - ARGV[k] + 1) / WIDTH))
end
version, deadline = string.format('%d', version), string.format('%d', deadline)
local record = 'h ' .. version .. ' ' .. deadline .. ' ' .. string.format('%d', now)
  .. ' - ' .. ARGV[2] .. ' ' .. seats .. ' -'
redis.call('HSET', KEYS[3], id, record, customer, mine)
redis.call('ZADD', KEYS[4], deadline, id)
redis.call('XADD', KEYS[5], 'MAXLEN', '~', '10000', version .. '-0', 'c', 'h' .. seats)
return {'ok', now, record}
