-- Part: a hold's end. Zeroes those of its seats that still bear its number,
-- so that an end that comes late never frees a seat that someone else has.
-- The record stays for KEEP ms, so that its id can be answered and the
-- customer's next hold finds what matters of it: its deadline says from now on
-- when it ended.
local KEEP = 3600000

local function end_hold(id, r, state)
  local freed = {}
  for i in string.gmatch(r.seats, '%d+') do
    local raw = raw_of(i)
    if raw ~= FREE and number_of(raw) == r.number then
      freed[#freed + 1] = i
    end
  end
  if #freed > 0 then
    local seats = table.concat(freed, ',')
    put(seats, FREE)
    change('.', seats)
  end
  r.state, r.deadline = state, math.min(r.deadline, now)
  redis.call('ZADD', KEYS[3], now + KEEP, id)
  return write_record(id, r)
end
