-- extend: gives a live hold its full time again, within the longest life.
-- use: loaded seat record
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)
-- ARGV  1 hold id  2 customer  3 ttl ms  4 longest life ms, from the first taking,
--       that of an earlier hold of the same seat too
-- Replies {ok, now, record}  never with an earlier deadline than before
--         {limit} it has its longest life already, or an order is bound
--         {sold}  {released}  {expired}  {not_found} (also another customer's)  {not_loaded}
-- Replay  extends once more, by the time between the two. Where the first
--         reached the longest life the repeat is answered `limit`; the hold has
--         its time all the same.
-- Here because "still live" and the new deadline must be one step.
local id = ARGV[1]
local r = read_record(redis.call('HGET', KEYS[2], id))
if not r or r.customer ~= ARGV[2] or r.state == 'b' then
  return {'not_found'}
elseif r.state == 's' then
  return {'sold'}
elseif r.state == 'r' then
  return {'released'}
elseif not live(r) or not bears(r.seats, r.number) then
  return {'expired'}
end
local longest = math.huge
for i in string.gmatch(r.seats, '%d+') do
  longest = math.min(longest, had_since(r, i) + ARGV[4])
end
if r.order ~= '-' or longest <= r.deadline then
  return {'limit'}
end
r.deadline = math.max(r.deadline, math.min(now + ARGV[3], longest))
put(r.seats, pack(r.deadline, r.number))
redis.call('ZADD', KEYS[3], r.deadline, id)
return {'ok', now, write_record(id, r)}
