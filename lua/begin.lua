-- begin: starts loading an event whose state is missing, or repairing one that
-- has it, under a lease.
-- use: lease
--
-- KEYS  1 meta (hash)  2 seats (string)  3 holds (hash)  4 due (zset)
--       5 log (stream)  6 load (hash)  7 dirty (set)
-- ARGV  1 token  2 lease ms  3 how many seats the plan has
-- Replies {ok, loaded}  loaded 1: this is a repair, the event stays in use
--         {busy}        someone else has the lease
-- Replay  with the same token begins again.
-- Here because the lease is judged by the server's clock. An event without
-- meta refuses everything else, so its other keys can be filled piece by piece.
local lease = redis.call('HMGET', KEYS[6], 'token', 'until')
if lease[1] and lease[1] ~= ARGV[1] and tonumber(lease[2]) > now then
  return {'busy'}
end
redis.call('DEL', KEYS[6], KEYS[7])
redis.call('HSET', KEYS[6], 'token', ARGV[1], 'until', now + ARGV[2], 'version', 0)
if loaded and seat_count == ARGV[3] then
  return {'ok', 1}
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call('SETRANGE', KEYS[2], ARGV[3] * WIDTH - 1, '\0')
return {'ok', 0}
