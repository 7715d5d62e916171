-- Part: as part_change.lua, for a loading: an event that is not loaded yet has
-- no version of its own and no readers, so its changes are only counted.
local function change(what, seats)
  if not loaded then
    return redis.call('HINCRBY', KEYS[6], 'version', 1)
  end
  local version = redis.call('HINCRBY', KEYS[1], 'version', 1)
  redis.call('XADD', KEYS[5], 'MAXLEN', '~', '10000', version .. '-0', 'c', what .. seats)
  return version
end
