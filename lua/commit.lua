-- commit: ends a loading; from here on the event is in use.
-- use: lease
--
-- KEYS  1 meta (hash)  2 seats (string)  3 holds (hash)  4 due (zset)
--       5 log (stream)  6 load (hash)  7 dirty (set)
-- ARGV  1 token  2 lease ms  3 how many seats the plan has  4 epoch, for a fresh
--       load or after another server took over  5 this server's run id
-- Replies {ok}
--         {dirty, "order order …"}  these changed meanwhile: restore them, commit again
--         {lost}             the lease is over
-- Replay  after a `dirty` that was lost names the same orders: the epoch, new
--         with each call, tells a replay from the next call. After an `ok` that
--         was lost it is answered `lost`: begin again, it finds the event loaded.
-- Here because "nothing changed meanwhile" and "in use" must be one step.
if not has_lease() then
  return {'lost'}
end
local last = redis.call('HMGET', KEYS[6], 'call', 'dirty')
if last[1] == ARGV[4] then
  return {'dirty', last[2]}
end
local dirty = redis.call('SPOP', KEYS[7], 500)
if #dirty > 0 then
  local orders = table.concat(dirty, ' ')
  redis.call('HSET', KEYS[6], 'call', ARGV[4], 'dirty', orders)
  return {'dirty', orders}
end
if not loaded then
  local version = redis.call('HGET', KEYS[6], 'version')
  redis.call('HSET', KEYS[1], 'seats', ARGV[3], 'version', version, 'epoch', ARGV[4], 'run_id', ARGV[5])
elseif redis.call('HGET', KEYS[1], 'run_id') ~= ARGV[5] then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[4], 'run_id', ARGV[5])
end
redis.call('DEL', KEYS[6])
return {'ok'}
