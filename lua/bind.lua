-- bind: gives a live hold the order that will pay for it, once, and the time
-- that paying takes.
-- use: loaded seat record run
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)
-- ARGV  1 hold id  2 customer  3 order id  4 payment ttl ms
-- Replies {ok, now, record}  the record says which order it is bound to, and
--                            until when: the first order offered, for good
--         {not_found} (also another customer's)  {released}  {expired}
--         {not_loaded}   also where another server took over and the event was not
--                        repaired yet
-- Replay  finds the order bound and changes nothing.
-- Here because "still live" and "bound from now on" must be one step.
-- Seats whose sale this server never heard of show free on it: nobody is to pay
-- for them. A hold does without this, for it costs a fifth of its time.
if redis.call('HGET', KEYS[2], 'm:run') ~= run() then
  return {'not_loaded'}
end
local id = ARGV[1]
local text = redis.call('HGET', KEYS[2], id)
local r = read_record(text)
if not r or r.customer ~= ARGV[2] or r.state == 'b' then
  return {'not_found'}
elseif r.state == 's' then
  return {'ok', now, text}
elseif r.state == 'r' then
  return {'released'}
elseif not live(r) or not bears(r.seats, r.number) then
  return {'expired'}
elseif r.order ~= '-' then
  return {'ok', now, text}
end
r.order, r.deadline = ARGV[3], now + ARGV[4]
put(r.seats, pack(r.deadline, r.number))
redis.call('ZADD', KEYS[3], r.deadline, id)
return {'ok', now, write_record(id, r)}
