-- Part: tells a loading that is under way to read this order again: it may
-- have read it before the change that brought us here. ARGV[2] is the order.
if redis.call('EXISTS', KEYS[5]) == 1 then
  redis.call('SADD', KEYS[6], ARGV[2])
end
