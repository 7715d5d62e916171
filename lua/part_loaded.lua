-- Part: the clock, and the refusal of an event whose state is missing.
-- Leaves: now (ms, by the server's clock), WIDTH (bytes a seat).
-- A lost, truncated or half-written map must never look like free seats, so
-- every script that reads seats starts with this.
local WIDTH = 11
local count = redis.call('HGET', KEYS[1], 'seats')
if not count or redis.call('STRLEN', KEYS[2]) ~= count * WIDTH then
  return {'not_loaded'}
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
