-- expire: announces holds past their deadline, and forgets ended ones an hour
-- later; trims the log. It announces what is already true: a lapsed seat is
-- free without it.
-- use: loaded seat record change end run
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)  4 log (stream)
-- ARGV  1 most holds a call
-- Replies {ok, now, more, stale, removed, id, record, id, record, …}
--         removed: how many ended holds it forgot; more 1: call again; stale 1: the event was loaded on another server
--         or before a restart, its state may be behind: repair it
--         {not_loaded}
-- Replay  finds less to do.
-- Here because the deadline is judged again and the seats are compared by
-- number at the moment of the change.

-- Takes an ended hold, if any, out of its customer's list, and what the list
-- remembers for longer than records are kept.
local function tidy(customer, gone)
  local ids, memory = list_of(customer)
  local kept, remembered = {}, {}
  for id in string.gmatch(ids, '%S+') do
    if id ~= gone then
      kept[#kept + 1] = id
    end
  end
  for token in string.gmatch(memory, '%S+') do
    if string.match(token, '%d+$') + KEEP > now then
      remembered[#remembered + 1] = token
    end
  end
  write_list(customer, table.concat(kept, ' '), table.concat(remembered, ' '))
end

if redis.call('EXISTS', KEYS[4]) == 0 then
  return {'not_loaded'} -- the log is lost, and with it the count of versions
end
local limit = tonumber(ARGV[1])
redis.call('XTRIM', KEYS[4], 'MAXLEN', '~', 10000)
local due = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, limit)
local stale = redis.call('HGET', KEYS[2], 'm:run') ~= run()
local reply = {'ok', now, #due == limit and 1 or 0, stale and 1 or 0, 0}
for _, id in ipairs(due) do
  local r = read_record(redis.call('HGET', KEYS[2], id))
  if string.sub(id, 1, 2) == 'c:' then
    redis.call('ZREM', KEYS[3], id)
    tidy(id)
  elseif not r or r.state == 's' or r.state == 'b' then
    redis.call('ZREM', KEYS[3], id)
  elseif live(r) then
    redis.call('ZADD', KEYS[3], r.deadline, id)
  elseif r.state == 'h' or r.state == 'p' then
    reply[#reply + 1] = id
    reply[#reply + 1] = end_hold(id, r, 'e')
  else
    redis.call('ZREM', KEYS[3], id)
    redis.call('HDEL', KEYS[2], id)
    tidy(r.customer, id)
    reply[5] = reply[5] + 1
  end
end
return reply
