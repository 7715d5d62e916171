-- live: a part of the event's live holds, in no order.
-- use: loaded record
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)
-- ARGV  1 cursor; 0 to begin  2 about how many members of due to look at
-- Replies {ok, now, cursor, id, record, id, record, …}  cursor 0: that was all
--         {not_loaded}
-- Replay  reads the same part again.
-- Here because deadlines are judged by the clock of the same moment. A part at
-- a time, as there may be many: a hold that is live all the while is in one of
-- them, or in several.
local scanned = redis.call('ZSCAN', KEYS[3], ARGV[1], 'COUNT', ARGV[2])
local reply = {'ok', now, scanned[1]}
for k = 1, #scanned[2], 2 do
  local id = scanned[2][k]
  local text = redis.call('HGET', KEYS[2], id)
  local r = read_record(text)
  if r and live(r) then
    reply[#reply + 1] = id
    reply[#reply + 1] = text
  end
end
return reply
