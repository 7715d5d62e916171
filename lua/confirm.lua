-- confirm: a payment has arrived; keeps the seats for it while the order store
-- decides. A hold that lapsed or was lost is taken again if its seats are free.
-- use: loaded seat record change end
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)  4 log (stream)
-- ARGV  1 hold id  2 order  3 customer  4 seats "17,18"  5 grace ms: the hold
--       lives at least this long from now
-- Replies {ok}  {taken, "18"} someone else has these, or the id has another
--         hold that is not over  {not_loaded}
-- Replay  prolongs the grace by the time between the two.
-- Here because "still ours, or free" and "kept from now on" must be one step.
-- The customer's cap does not matter any more: the money is there.
local id, order, seats = ARGV[1], ARGV[2], ARGV[4]
local r = read_record(redis.call('HGET', KEYS[2], id))
-- A replica that took over may know the hold and not the order bound to it.
local ours = r and (r.order == order or (r.order == '-' and r.seats == seats))
if ours and r.state == 's' then
  return {'ok'}
elseif r and not ours and (live(r) or r.state == 's' or r.state == 'b') then
  -- The id follows from an idempotency key that was used again, long after.
  return {'taken', seats}
end
local deadline = now + ARGV[5]
if ours and live(r) and bears(r.seats, r.number) then
  r.state, r.order, r.deadline = 'p', order, math.max(r.deadline, deadline)
else
  local taken = taken_of(seats, ours and r.number or 0)
  if taken ~= '' then
    return {'taken', taken}
  end
  if r and not ours and (r.state == 'h' or r.state == 'p') then
    end_hold(id, r, 'e') -- lapsed and not announced yet: nobody could, later
  end
  r = {
    state = 'p', number = change('h', seats), deadline = deadline, sec = clock[1], usec = clock[2],
    order = order, customer = ARGV[3], seats = seats, asked = '-',
  }
  list_for_customer(r.customer, id)
end
put(r.seats, pack(r.deadline, r.number))
redis.call('ZADD', KEYS[3], r.deadline, id)
write_record(id, r)
return {'ok'}
