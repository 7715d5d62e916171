-- get: one hold's record with the server's clock, live or over.
-- use: loaded
--
-- KEYS  1 meta (hash)  2 seats (string)  3 holds (hash)
-- ARGV  1 hold id
-- Replies {ok, now, record}  {not_found}  {not_loaded}
-- Replay  reads only.
-- Here because a deadline is judged by the clock of the same moment.
local record = redis.call('HGET', KEYS[3], ARGV[1])
if not record or string.sub(ARGV[1], 1, 2) == 'c:' then -- that is a customer's list
  return {'not_found'}
end
return {'ok', now, record}
