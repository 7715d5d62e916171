-- expire: announces holds past their deadline, and forgets ended ones an hour
-- later; trims the log. It announces what is already true: a lapsed seat is
-- free without it.
-- use: loaded seat record change end
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)  4 log (stream)
-- ARGV  1 most holds a call  2 this server's run id
-- Replies {ok, now, more, stale, removed, id, record, id, record, …}
--         more 1: call again; stale 1: the event was loaded on another server
--         or before a restart, its state may be behind: repair it
--         {not_loaded}
-- Replay  finds less to do.
-- Here because the deadline is judged again and the seats are compared by
-- number at the moment of the change.
local function forget(id, r)
  local kept = {}
  for other in string.gmatch(holds_of(r.customer), '%S+') do
    if other ~= id then
      kept[#kept + 1] = other
    end
  end
  redis.call('HDEL', KEYS[2], id)
  if #kept > 0 then
    redis.call('HSET', KEYS[2], r.customer, table.concat(kept, ' '))
  else
    redis.call('HDEL', KEYS[2], r.customer)
  end
end

if redis.call('EXISTS', KEYS[4]) == 0 then
  return {'not_loaded'} -- the log is lost, and with it the count of versions
end
local limit = tonumber(ARGV[1])
redis.call('XTRIM', KEYS[4], 'MAXLEN', '~', 10000)
local due = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, limit)
local stale = redis.call('HGET', KEYS[2], 'm:run') ~= ARGV[2]
local reply = {'ok', now, #due == limit and 1 or 0, stale and 1 or 0, 0}
for _, id in ipairs(due) do
  local r = read_record(redis.call('HGET', KEYS[2], id))
  if not r or r.state == 's' or r.state == 'b' then
    redis.call('ZREM', KEYS[3], id)
  elseif live(r) then
    redis.call('ZADD', KEYS[3], r.deadline, id)
  elseif r.state == 'h' or r.state == 'p' then
    reply[#reply + 1] = id
    reply[#reply + 1] = end_hold(id, r, 'e')
  else
    redis.call('ZREM', KEYS[3], id)
    forget(id, r)
    reply[5] = reply[5] + 1
  end
end
return reply
