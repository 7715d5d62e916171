-- Part: as part_change.lua, for a loading: an event that is not loaded yet has
-- no log and no readers, so its changes are only counted.
local function change(what, seats)
  if not loaded then
    return redis.call('HINCRBY', KEYS[5], 'version', 1)
  end
  return tonumber(string.sub(redis.call('XADD', KEYS[4], '0-*', 'c', what .. seats), 3))
end
