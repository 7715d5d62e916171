#!lua flags=no-writes
-- Tries which commands the user who asks may call, and changes nothing: to a
-- script that says of itself no-writes, Redis refuses each write, after it has
-- looked at the user's rights.
--
-- KEYS  1 any key of ours
-- ARGV  calls, each one word a command or an argument, in one string; KEY is the key
-- Replies {call, error, call, error, …}  of the calls that had an error
-- Replay  changes nothing.
-- Here because only inside a script can a call be tried without its effect.
local failed = {}
for _, text in ipairs(ARGV) do
  local call = {}
  for word in string.gmatch(text, '%S+') do
    call[#call + 1] = word == 'KEY' and KEYS[1] or word
  end
  local reply = redis.pcall(unpack(call))
  if type(reply) == 'table' and reply.err then
    failed[#failed + 1] = call[1]
    failed[#failed + 1] = reply.err
  end
end
return failed
