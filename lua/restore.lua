-- restore: puts back what documents of the order store claim. One that owns its
-- seats gets them whatever they show, and any other hold on them ends; a
-- pending one gets them if all are free; one that owns nothing gives back.
-- use: lease seat record restore_change end
--
-- KEYS  1 seats (string)  2 holds (hash)  3 due (zset)  4 log (stream)
--       5 load (hash)  6 dirty (set)
-- ARGV  1 token; empty: none is needed on a loaded event  2 lease ms
--       3… one claim each: "state hold order customer deadline seats", state as
--       in part_record.lua: s, b, h or r; deadline in ms, 0 but for h
-- Replies {ok, changed}  how many claims changed anything
--         {lost} the lease is over  {not_loaded} no token, and not loaded
-- Replay  finds the claims in place and changes nothing.
-- Here because each claim compares and takes in one step.
if ARGV[1] == '' then
  if not loaded then
    return {'not_loaded'}
  end
elseif not has_lease() then
  return {'lost'}
end

-- Ends the live holds whose number is one of these. Only holds that are due
-- some day are live, so that set is all there is to look through. It is not
-- short in a busy sale, but this is rare: the two stores disagreed.
local function end_others(numbers)
  for _, id in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
    local r = read_record(redis.call('HGET', KEYS[2], id))
    if r and numbers[r.number] and (r.state == 'h' or r.state == 'p') then
      r.deadline = 0 -- the customer did nothing: it counts as little as a paid one
      end_hold(id, r, 'r')
    end
  end
end

-- The numbers of others on these seats, nil for none.
local function others_on(seats, own)
  local numbers
  for i in string.gmatch(seats, '%d+') do
    local raw = raw_of(i)
    if raw ~= FREE and number_of(raw) ~= own then
      numbers = numbers or {}
      numbers[number_of(raw)] = true
    end
  end
  return numbers
end

local function all_show(seats, raw)
  for i in string.gmatch(seats, '%d+') do
    if raw_of(i) ~= raw then
      return false
    end
  end
  return true
end

local function own(c, r)
  local deadline = c.state == 's' and SOLD or BLOCKED
  if r and r.state == c.state and r.order == c.order and r.seats == c.seats
    and all_show(c.seats, pack(deadline, r.number)) then
    return 0
  end
  if r and r.seats ~= c.seats and (r.state == 'h' or r.state == 'p') then
    end_hold(c.hold, r, 'r') -- the id has a hold on other seats: leave none behind
  end
  local others = others_on(c.seats, r and r.number or 0)
  if others then
    end_others(others)
  end
  local number = change(c.state == 's' and 's' or 'x', c.seats)
  put(c.seats, pack(deadline, number))
  redis.call('ZREM', KEYS[3], c.hold)
  write_record(c.hold, {
    state = c.state, number = number, deadline = 0, sec = r and r.sec or clock[1], usec = r and r.usec or clock[2],
    order = c.order, customer = c.customer, seats = c.seats, asked = '-',
  })
  if c.state == 's' then
    list_for_customer(c.customer, c.hold)
  end
  return 1
end

-- A replica that took over may know the hold and not the order bound to it.
local function bind_again(c, r)
  if r.order ~= '-' or r.seats ~= c.seats or not live(r) or not bears(r.seats, r.number) then
    return 0
  end
  r.order, r.deadline = c.order, c.deadline
  put(r.seats, pack(r.deadline, r.number))
  redis.call('ZADD', KEYS[3], r.deadline, c.hold)
  write_record(c.hold, r)
  return 1
end

local function hold_again(c, r)
  if c.deadline <= now then
    return 0
  elseif r then
    return bind_again(c, r)
  elseif taken_of(c.seats, 0) ~= '' then
    return 0
  end
  local number = change('h', c.seats)
  put(c.seats, pack(c.deadline, number))
  redis.call('ZADD', KEYS[3], c.deadline, c.hold)
  write_record(c.hold, {
    state = 'h', number = number, deadline = c.deadline, sec = clock[1], usec = clock[2],
    order = c.order, customer = c.customer, seats = c.seats, asked = '-',
  })
  list_for_customer(c.customer, c.hold)
  return 1
end

local function give_back(c, r)
  if not r or r.order ~= c.order or r.state == 'r' or r.state == 'e' then
    return 0
  end
  end_hold(c.hold, r, 'r')
  return 1
end

local place = {s = own, b = own, h = hold_again, r = give_back}
local changed = 0
for k = 3, #ARGV do
  local c = {}
  c.state, c.hold, c.order, c.customer, c.deadline, c.seats =
    string.match(ARGV[k], '^(%l) (%S+) (%S+) (%S+) (%d+) (%S+)$')
  c.deadline = tonumber(c.deadline)
  -- One that changed since it was read says something that may be over: the
  -- seats may be another's by now. The commit names it to be read again.
  if ARGV[1] == '' or redis.call('SISMEMBER', KEYS[6], c.order) == 0 then
    changed = changed + place[c.state](c, read_record(redis.call('HGET', KEYS[2], c.hold)))
  end
end
return {'ok', changed}
