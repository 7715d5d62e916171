-- Part: the lease of a loading. Leaves: clock, now and WIDTH as part_loaded.lua
-- does, last (the map's last byte) and loaded (whether the event has its whole
-- state). ARGV[1] is the token, ARGV[2] the lease in ms.
local WIDTH = 11
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local last = redis.call('HGET', KEYS[2], 'm:last')
local loaded = last and redis.call('GETRANGE', KEYS[1], last, last) ~= ''
  and redis.call('EXISTS', KEYS[4]) == 1

-- Whether the token holds the lease; if so it is renewed.
local function has_lease()
  local lease = redis.call('HMGET', KEYS[5], 'token', 'until')
  if lease[1] ~= ARGV[1] or tonumber(lease[2]) <= now then
    return false
  end
  redis.call('HSET', KEYS[5], 'until', now + ARGV[2])
  return true
end
