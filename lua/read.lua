-- read: the whole map, as of its version.
-- use: loaded
--
-- KEYS  1 meta (hash)  2 seats (string)
-- ARGV  1 the version that the caller has, or empty
-- Replies {ok, version, seats}  seats: WIDTH bytes each, see part_seat.lua
--         {same, version}       the caller's version is the current one
--         {not_loaded}
-- Replay  reads only.
-- Here because map and version must be of one moment.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'version')
local version = meta[1] .. '-' .. meta[2]
if version == ARGV[1] then
  return {'same', version}
end
return {'ok', version, redis.call('GET', KEYS[2])}
