-- begin: starts loading an event whose state is missing, or repairing one that
-- has it, under a lease.
-- use: lease run
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)  4 log (stream)
--       5 load (hash)  6 dirty (set)
-- ARGV  1 token  2 lease ms  3 the last byte of the map
-- Replies {ok, loaded}  loaded 1: this is a repair, the event stays in use
--         {busy}        someone else has the lease
-- Replay  with the same token begins again.
-- Here because the lease is judged by the server's clock. Until it is committed
-- the event refuses everything else, so its keys can be filled piece by piece.
local lease = redis.call('HMGET', KEYS[5], 'token', 'until')
if lease[1] and lease[1] ~= ARGV[1] and tonumber(lease[2]) > now then
  return {'busy'}
end
redis.call('DEL', KEYS[5], KEYS[6])
redis.call('HSET', KEYS[5], 'token', ARGV[1], 'until', now + ARGV[2], 'version', 0, 'run', run())
if loaded and last == ARGV[3] then
  return {'ok', 1}
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
redis.call('SETRANGE', KEYS[1], ARGV[3], '\0')
return {'ok', 0}
