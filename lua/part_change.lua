-- Part: a change of the map: raises the version, logs the change as the stream
-- entry of that version ("h17,18": seats 17 and 18 are held now), and returns
-- the version. A hold's number is the version at which it was taken.
local function change(what, seats)
  local version = redis.call('HINCRBY', KEYS[1], 'version', 1)
  redis.call('XADD', KEYS[5], 'MAXLEN', '~', '10000', version .. '-0', 'c', what .. seats)
  return version
end
