-- free: an order or a block has ended in the order store; gives back whatever
-- its hold has here: held, sold or blocked seats.
-- use: dirty loaded seat record change end
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)  4 log (stream)
--       5 load (hash)  6 dirty (set)
-- ARGV  1 hold id  2 order, or the block's id
-- Replies {ok, now, record, changed}  changed 0: it has nothing any more
--         {not_found} no record of this order  {not_loaded}
-- Replay  finds the hold over and changes nothing.
-- Here because only the record knows the number by which seats are this hold's.
local id = ARGV[1]
local text = redis.call('HGET', KEYS[2], id)
local r = read_record(text)
if not r or r.order ~= ARGV[2] then
  return {'not_found'}
elseif r.state == 'r' or r.state == 'e' then
  return {'ok', now, text, 0}
end
return {'ok', now, end_hold(id, r, 'r'), 1}
