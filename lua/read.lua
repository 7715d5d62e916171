-- read: the whole map, as of its version.
-- use: loaded
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)  4 log (stream)
-- ARGV  1 the version that the caller has, or empty
-- Replies {ok, version, seats, now}  seats: WIDTH bytes each, see part_seat.lua
--         {same, version}            the caller's version is the current one
--         {not_loaded}
-- Replay  reads only.
-- Here because map and version must be of one moment.
local newest = redis.call('XREVRANGE', KEYS[4], '+', '-', 'COUNT', 1)
if #newest == 0 then
  return {'not_loaded'} -- the log is lost, and with it the count of versions
end
local version = redis.call('HGET', KEYS[2], 'm:epoch') .. '-' .. string.sub(newest[1][1], 3)
if version == ARGV[1] then
  return {'same', version}
end
return {'ok', version, redis.call('GET', KEYS[1]), now}
