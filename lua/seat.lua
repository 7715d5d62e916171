-- seat: one seat's status, exact at this moment.
-- use: loaded seat
--
-- KEYS  1 seats (string)  2 holds (hash)
-- ARGV  1 seat, its index in the plan
-- Replies {ok, "." free | "h" held | "s" sold | "x" blocked}  {not_loaded}
-- Replay  reads only.
-- Here because a deadline is judged by the clock of the same moment.
local deadline = deadline_of(raw_of(ARGV[1]))
if deadline == SOLD then
  return {'ok', 's'}
elseif deadline == BLOCKED then
  return {'ok', 'x'}
end
return {'ok', deadline > now and 'h' or '.'}
