-- mine: a customer's live holds, oldest first.
-- use: loaded record
--
-- KEYS  1 seats (string)  2 holds (hash)
-- ARGV  1 customer
-- Replies {ok, now, id, record, id, record, …}  {not_loaded}
-- Replay  reads only.
-- Here because the list and the records must be of one moment.
local reply = {'ok', now}
local ids = list_of(ARGV[1])
for id in string.gmatch(ids, '%S+') do
  local text = redis.call('HGET', KEYS[2], id)
  local r = read_record(text)
  if r and live(r) then
    reply[#reply + 1] = id
    reply[#reply + 1] = text
  end
end
return reply
