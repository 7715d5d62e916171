-- hold: takes all of the seats for a customer, or none. The hot path.
-- use: loaded seat
--
-- KEYS  1 meta (hash)  2 seats (string)  3 holds (hash)  4 due (zset)
--       5 customers (hash)  6 log (stream)
-- ARGV  1 hold id  2 customer  3 seats "17,18"  4 ttl ms  5 most seats a customer
--       6 sale opens, ms (0: is open)  7 sale closes, ms
--       8 the same seats with their first and last byte in the map: "17:187:197 18:198:208"
-- Replies {ok, now, record}        taken
--         {repeated, now, record}  this id has these seats already
--         {reused}                 this id has other seats
--         {released} {expired}     this id's hold is over
--         {taken, "18"}            those of the seats that are taken
--         {limit, have}            the customer's seats would be too many
--         {closed}                 the sale is not open
--         {not_loaded}
-- Replay  the repeat finds its own record and is answered `repeated`.
-- Here because checking the seats, the customer's cap and the clock, and taking
-- the seats, must be one step. Everything is checked before the first write.
-- Numbers become text once, by %d: the conversion that .. and redis.call do is
-- the dearest thing in a script; so the caller sends byte offsets as text.
local id, customer, seats = ARGV[1], ARGV[2], ARGV[3]

local function same_set(a, b)
  local have, n = {}, 0
  for i in string.gmatch(a, '%d+') do
    have[i] = true
    n = n + 1
  end
  for i in string.gmatch(b, '%d+') do
    if not have[i] then
      return false
    end
    n = n - 1
  end
  return n == 0
end

local old = redis.call('HGET', KEYS[3], id)
if old then
  local state, deadline, owner, has, asked =
    string.match(old, '^(%l) %d+ %d+ (%d+) %d+ %S+ (%S+) (%S+) (%S+)$')
  if owner ~= customer or not same_set(asked == '-' and has or asked, seats) then
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

local taken, n, at = nil, 0, {}
for i, first, last in string.gmatch(ARGV[8], '(%d+):(%d+):(%d+)') do
  n = n + 1
  at[n] = first
  local raw = redis.call('GETRANGE', KEYS[2], first, last)
  if raw ~= FREE and deadline_of(raw) > now then
    taken = taken and taken .. ',' .. i or i
  end
end
if taken then
  return {'taken', taken}
end

-- The cap is summed over the customer's records each time: no counter can
-- lapse late. Holds that are over drop out of the list on the way.
local mine = id
local ids = redis.call('HGET', KEYS[5], customer)
if ids then
  local have, kept = 0, {}
  for other in string.gmatch(ids, '%S+') do
    local rec = redis.call('HGET', KEYS[3], other)
    if rec then
      local state, size, deadline = string.match(rec, '^(%l) %d+ (%d+) (%d+)')
      if state == 's' or ((state == 'h' or state == 'p') and tonumber(deadline) > now) then
        have = have + size
        kept[#kept + 1] = other
      end
    end
  end
  if have + n > tonumber(ARGV[5]) then
    return {'limit', have}
  end
  kept[#kept + 1] = id
  mine = table.concat(kept, ' ')
elseif n > tonumber(ARGV[5]) then
  return {'limit', 0}
end

local deadline = now + ARGV[4]
local number = redis.call('HINCRBY', KEYS[1], 'version', 1)
local raw = pack(deadline, number)
for k = 1, n do
  redis.call('SETRANGE', KEYS[2], at[k], raw)
end
local until_text, version = string.format('%d', deadline), string.format('%d', number)
local record = string.format('h %s %d %s %d - %s %s -', version, n, until_text, now, customer, seats)
redis.call('HSET', KEYS[3], id, record)
redis.call('ZADD', KEYS[4], until_text, id)
redis.call('HSET', KEYS[5], customer, mine)
redis.call('XADD', KEYS[6], 'MAXLEN', '~', '10000', version .. '-0', 'c', 'h' .. seats)
return {'ok', now, record}
