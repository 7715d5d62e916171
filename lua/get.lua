-- get: one hold's record with the server's clock, live or over.
-- use: loaded
--
-- KEYS  1 seats (string)  2 holds (hash)
-- ARGV  1 hold id
-- Replies {ok, now, record}  {not_found}  {not_loaded}
-- Replay  reads only.
-- Here because a deadline is judged by the clock of the same moment.
local record = redis.call('HGET', KEYS[2], ARGV[1])
if not record or string.find(ARGV[1], ':', 1, true) then -- not a hold's field
  return {'not_found'}
end
return {'ok', now, record}
