-- abandon: gives up the lease of a loading that failed, so that the next need
-- not wait for its end. What it had put back stays out of use.
-- use: none
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)  4 log (stream)
--       5 load (hash)  6 dirty (set)
-- ARGV  1 token
-- Replies {ok}  {lost} the lease is another's or over
-- Replay  is answered `lost`; nothing changes.
-- Here because the token is compared and the lease ended in one step.
if redis.call('HGET', KEYS[5], 'token') ~= ARGV[1] then
  return {'lost'}
end
redis.call('DEL', KEYS[5], KEYS[6])
return {'ok'}
