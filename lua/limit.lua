-- limit: takes a call from a rate of one subject, by the generic cell rate
-- algorithm: a quota of so many calls that refills one by one.
-- use: none
--
-- KEYS  1 the subject's key (string): when its quota is whole again, ms
-- ARGV  1 interval ms: one call comes back so often  2 burst: the whole quota
--       3 take: 1 one call, 0 none (only look), -1 give one back
-- Replies {allowed, left, whole ms, wait ms}  allowed 1: taken; 0: refused, and
--         nothing was taken. left: calls that may come at once. whole: until
--         the quota is whole again. wait: until one call is allowed
-- Replay  takes, or gives back, once more: the quota comes back by itself.
-- Here because looking and taking must be one step, by the server's clock. The
-- key lives as long as it says anything: a subject that is idle costs nothing.
local interval, burst, take = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
-- A server that took over may have an earlier clock: nobody waits longer for
-- that than for a quota that is used up.
local most = now + burst * interval
local whole = math.min(math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now), most)
local later = math.max(whole + take * interval, now)
if later > most then
  return {0, 0, whole - now, later - most}
end
if later == now then
  redis.call('DEL', KEYS[1])
elseif take ~= 0 then
  redis.call('SET', KEYS[1], string.format('%d', later), 'PX', string.format('%d', later - now))
end
return {1, math.floor((most - later) / interval), later - now, 0}
