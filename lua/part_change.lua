-- Part: a change of the map. Entry 0-n of the log is version n of the map
-- ("h17,18": seats 17 and 18 are held now); the log itself counts. Returns the
-- version. A hold's number is the version at which it was taken.
local function change(what, seats)
  return tonumber(string.sub(redis.call('XADD', KEYS[4], '0-*', 'c', what .. seats), 3))
end
