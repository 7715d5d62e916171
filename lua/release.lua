-- release: gives back the seats of a hold without an order, whole or in part.
-- use: loaded seat record change end
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)  4 log (stream)
-- ARGV  1 hold id  2 customer  3 the part "17,18"; empty: the whole
-- Replies {ok, now, record, changed}  changed 0: there was nothing to give back
--         {bound} an order is bound  {sold}  {not_found} (also another customer's)  {not_loaded}
-- Replay  finds the seats given back and changes nothing.
-- Here because only the record knows the number by which seats are this hold's.
local id, part = ARGV[1], ARGV[3]
local text = redis.call('HGET', KEYS[2], id)
local r = read_record(text)
if not r or r.customer ~= ARGV[2] or r.state == 'b' then
  return {'not_found'}
elseif r.state == 's' then
  return {'sold'}
elseif not live(r) then
  return {'ok', now, text, 0}
elseif r.order ~= '-' then
  return {'bound'}
end

local named = {}
for i in string.gmatch(part, '%d+') do
  named[i] = true
end
local kept, gone = {}, {}
for i in string.gmatch(r.seats, '%d+') do
  local list = named[i] and gone or kept
  list[#list + 1] = i
end
if part == '' or #kept == 0 then
  return {'ok', now, end_hold(id, r, 'r'), 1}
elseif #gone == 0 then
  return {'ok', now, text, 0}
end
local seats = table.concat(gone, ',')
if not bears(seats, r.number) then
  return {'ok', now, text, 0}
end
put(seats, FREE)
change('.', seats)
-- The record has them no more: the memory does, and the sweeper clears it.
local ids, memory = list_of(r.customer)
for _, i in ipairs(gone) do
  memory = memory .. (memory == '' and '' or ' ') .. i .. '@' .. had_since(r, i) .. '@' .. now
end
write_list(r.customer, ids, memory)
redis.call('ZADD', KEYS[3], now + KEEP, r.customer)
r.asked = r.asked == '-' and r.seats or r.asked
r.seats = table.concat(kept, ',')
return {'ok', now, write_record(id, r), 1}
