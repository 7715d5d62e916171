-- Part: the lease of a loading. Leaves: now (ms), WIDTH, loaded (whether the
-- event has its whole state). ARGV[1] is the token, ARGV[2] the lease in ms.
local WIDTH = 11
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local seat_count = redis.call('HGET', KEYS[1], 'seats')
local loaded = seat_count and redis.call('STRLEN', KEYS[2]) == seat_count * WIDTH

-- Whether the token holds the lease; if so it is renewed.
local function has_lease()
  local lease = redis.call('HMGET', KEYS[6], 'token', 'until')
  if lease[1] ~= ARGV[1] or tonumber(lease[2]) <= now then
    return false
  end
  redis.call('HSET', KEYS[6], 'until', now + ARGV[2])
  return true
end
