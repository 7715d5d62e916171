-- Part: what a customer's ended holds of the event mean for the next one. They
-- are read from their records, and once the next hold is granted they become
-- the memory behind the ';' of the customer's list:
--   17@first@last  seat 17 was theirs from first until last, in ms, but for
--                  gaps shorter than the pause
--   !ms            a hold ended unpaid then
-- Whatever is older than it matters is left out, so the memory stays small.
--
-- limits are between spaces: unpaid holds that are too many, the window in
-- which they count, the cool-down after the last of them, how quick a change
-- of mind does not count, the longest life of a seat's holds one after the
-- other, the pause after which it begins anew, all in ms, and the most seats
-- to remember.
-- Returns a refusal, or nil and: the new memory, the older clocks of the seats
-- as the record has them, and the ms at which the first of those ends.
local function recall(ended, memory, seats, limits, now)
  local unpaid, window, cooldown, quick, life, pause, most =
    string.match(limits, '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)$')
  unpaid, life, pause = tonumber(unpaid), tonumber(life), tonumber(pause)

  local first, last, known, ends = {}, {}, {}, {}
  local function had(seat, from, till)
    if till + pause <= now then
      return
    elseif not last[seat] then
      known[#known + 1] = seat
    elseif till < last[seat] or (till == last[seat] and from > first[seat]) then
      return
    end
    first[seat], last[seat] = from, till
  end
  for seat, from, till in string.gmatch(memory, '(%d+)@(%d+)@(%d+)') do
    had(seat, tonumber(from), tonumber(till))
  end
  for at in string.gmatch(memory, '!(%d+)') do
    ends[#ends + 1] = tonumber(at)
  end
  for _, record in ipairs(ended) do
    local state, till, sec, usec, theirs, since =
      string.match(record, '^(%l) %d+ (%d+) (%d+) (%d+) %S+ %S+ (%S+) %S+ ?(%S*)$')
    local from = sec * 1000 + math.floor(usec / 1000)
    till = tonumber(till) -- 0 where it was paid for and given back: long ago
    for seat in string.gmatch(theirs, '%d+') do
      had(seat, tonumber(string.match(',' .. since, ',' .. seat .. '@(%d+)') or from), till)
    end
    if state ~= 'r' or till - from > tonumber(quick) then
      ends[#ends + 1] = till
    end
  end

  table.sort(ends, function(a, b) return a > b end)
  local nth = ends[unpaid]
  if nth then
    local wait = math.min(nth + window, ends[1] + cooldown) - now
    if wait > 0 then
      return {'unpaid', wait}
    end
  end

  local since, stop, spent, place = {}, nil, nil, 0
  for seat in string.gmatch(seats, '%d+') do
    local from = first[seat]
    if from and from + life <= now then
      spent = spent or {'spent', 0}
      spent[2] = math.max(spent[2], last[seat] + pause - now)
      spent[#spent + 1] = place
    elseif from then
      since[#since + 1] = seat .. '@' .. from
      stop = math.min(stop or from + life, from + life)
    end
    first[seat] = nil -- the new hold's record has it from now on
    place = place + 1
  end
  if spent then
    return spent
  end

  local kept, soonest = {}, nil
  for _, seat in ipairs(known) do
    if first[seat] then
      kept[#kept + 1] = seat .. '@' .. first[seat] .. '@' .. last[seat]
      soonest = math.min(soonest or last[seat], last[seat])
    end
  end
  if #kept > tonumber(most) then
    return {'many', soonest + pause - now}
  end
  for k = 1, math.min(unpaid, #ends) do
    if ends[k] + window > now then
      kept[#kept + 1] = '!' .. ends[k]
    end
  end
  return nil, table.concat(kept, ' '), table.concat(since, ','), stop
end
