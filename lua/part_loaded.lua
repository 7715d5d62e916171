-- Part: the clock, and the refusal of an event whose state is missing.
-- Leaves: clock (seconds, microseconds, as text), now (ms, by the server's
-- clock), WIDTH (bytes a seat).
-- A lost, truncated or half-written map must never look like free seats, so
-- every script starts so: the event has been committed, and the map has its
-- last byte.
local WIDTH = 11
local last = redis.call('HGET', KEYS[2], 'm:last')
if not last or redis.call('GETRANGE', KEYS[1], last, last) == '' then
  return {'not_loaded'}
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
