-- sell: the order owns its seats in the order store; marks them sold here.
-- use: dirty loaded seat record change
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)  4 log (stream)
--       5 load (hash)  6 dirty (set)
-- ARGV  1 hold id  2 order
-- Replies {ok, now, record, changed}  changed 0: it was sold before
--         {mismatch} hold or seats are not this order's: the order decides
--         {not_loaded}
-- Replay  finds the seats sold and changes nothing.
-- Here because seats are compared by number and marked in one step. The
-- deadline does not matter any more: the order store has decided.
local id = ARGV[1]
local text = redis.call('HGET', KEYS[2], id)
local r = read_record(text)
if not r or r.order ~= ARGV[2] or not bears(r.seats, r.number) then
  return {'mismatch'}
elseif r.state == 's' then
  return {'ok', now, text, 0}
elseif r.state ~= 'h' and r.state ~= 'p' then
  return {'mismatch'}
end
put(r.seats, pack(SOLD, r.number))
change('s', r.seats)
r.state, r.deadline = 's', 0
redis.call('ZREM', KEYS[3], id)
list_for_customer(r.customer, id)
return {'ok', now, write_record(id, r), 1}
