-- Part: one seat of the map, 11 bytes, big endian: 6 bytes deadline in ms, 5
-- bytes number of the hold. Deadline 0: free; all ones: sold; one less:
-- blocked. A seat is free when its deadline has passed. Strings are compared
-- for equality only: Lua's < follows the locale.
local SOLD, BLOCKED = 281474976710655, 281474976710654
local FREE = '\0\0\0\0\0\0\0\0\0\0\0'

local function pack(deadline, number)
  local d6 = deadline % 256; deadline = (deadline - d6) / 256
  local d5 = deadline % 256; deadline = (deadline - d5) / 256
  local d4 = deadline % 256; deadline = (deadline - d4) / 256
  local d3 = deadline % 256; deadline = (deadline - d3) / 256
  local d2 = deadline % 256
  local n5 = number % 256; number = (number - n5) / 256
  local n4 = number % 256; number = (number - n4) / 256
  local n3 = number % 256; number = (number - n3) / 256
  local n2 = number % 256
  return string.char((deadline - d2) / 256, d2, d3, d4, d5, d6, (number - n2) / 256, n2, n3, n4, n5)
end

-- The raw bytes of seat i (a number, or its digits).
local function raw_of(i)
  local at = i * WIDTH
  return redis.call('GETRANGE', KEYS[1], at, at + WIDTH - 1)
end

local function deadline_of(raw)
  local a, b, c, d, e, f = string.byte(raw, 1, 6)
  return ((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f
end

local function number_of(raw)
  local a, b, c, d, e = string.byte(raw, 7, 11)
  return (((a * 256 + b) * 256 + c) * 256 + d) * 256 + e
end

-- Writes the same bytes to every seat of a list like "17,18".
local function put(seats, raw)
  for i in string.gmatch(seats, '%d+') do
    redis.call('SETRANGE', KEYS[1], i * WIDTH, raw)
  end
end

-- Whether every seat of the list bears this number: is this hold's still.
local function bears(seats, number)
  for i in string.gmatch(seats, '%d+') do
    local raw = raw_of(i)
    if raw == FREE or number_of(raw) ~= number then
      return false
    end
  end
  return true
end

-- Those seats of the list that are taken now, as a list; number's own do not count.
local function taken_of(seats, number)
  local taken = {}
  for i in string.gmatch(seats, '%d+') do
    local raw = raw_of(i)
    if raw ~= FREE and deadline_of(raw) > now and number_of(raw) ~= number then
      taken[#taken + 1] = i
    end
  end
  return table.concat(taken, ',')
end
