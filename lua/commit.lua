-- commit: ends a loading; from here on the event is in use.
-- use: lease run
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)  4 log (stream)
--       5 load (hash)  6 dirty (set)
-- ARGV  1 token  2 lease ms  3 the last byte of the map  4 epoch, for a fresh
--       load or after another server took over
-- Replies {ok}
--         {dirty, "order order …"}  these changed meanwhile: restore them, commit again
--         {lost}             the lease is over, or another server took over
-- Replay  after a `dirty` that was lost names the same orders: the epoch, new
--         with each call, tells a replay from the next call. After an `ok` that
--         was lost it is answered `lost`: begin again, it finds the event loaded.
-- Here because "nothing changed meanwhile" and "in use" must be one step.
if not has_lease() then
  return {'lost'}
end
local load = redis.call('HMGET', KEYS[5], 'call', 'dirty', 'run')
if load[1] == ARGV[4] then
  return {'dirty', load[2]}
end
-- What was restored on another server may not have come here.
local this = run()
if load[3] ~= this then
  return {'lost'}
end
local dirty = redis.call('SPOP', KEYS[6], 50)
if #dirty > 0 then
  local orders = table.concat(dirty, ' ')
  redis.call('HSET', KEYS[5], 'call', ARGV[4], 'dirty', orders)
  return {'dirty', orders}
end
if not loaded then
  -- The log counts on from here; its first entry changes nothing.
  local version = redis.call('HINCRBY', KEYS[5], 'version', 1)
  redis.call('XADD', KEYS[4], '0-' .. version, 'c', '')
  redis.call('HSET', KEYS[2], 'm:last', ARGV[3], 'm:epoch', ARGV[4], 'm:run', this)
elseif redis.call('HGET', KEYS[2], 'm:run') ~= this then
  redis.call('HSET', KEYS[2], 'm:epoch', ARGV[4], 'm:run', this)
end
redis.call('DEL', KEYS[5])
return {'ok'}
