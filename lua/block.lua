-- block: keeps free seats from sale for the organizer, all or none.
-- use: dirty loaded seat record change
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)  4 log (stream)
--       5 load (hash)  6 dirty (set)
-- ARGV  1 block id  2 the block's id as its order  3 organizer  4 seats "17,18"
-- Replies {ok}  {taken, "18"}  {not_loaded}
-- Replay  finds its own record and changes nothing.
-- Here because "all are free" and "blocked from now on" must be one step.
-- A block bears a number like any hold, so that an unblocking that comes late
-- cannot free the seats of a later block.
local id, seats = ARGV[1], ARGV[4]
local r = read_record(redis.call('HGET', KEYS[2], id))
if r and r.state == 'b' then
  return {'ok'}
end
local taken = taken_of(seats, 0)
if taken ~= '' then
  return {'taken', taken}
end
local number = change('x', seats)
put(seats, pack(BLOCKED, number))
write_record(id, {
  state = 'b', number = number, deadline = 0, sec = clock[1], usec = clock[2],
  order = ARGV[2], customer = ARGV[3], seats = seats, asked = '-',
})
return {'ok'}
