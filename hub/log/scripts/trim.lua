-- Drop the oldest commits beyond the newest `keep`, but none that a holder has not passed.
-- KEYS out, holders   ARGV keep, most at a time
local excess = redis.call("XLEN", KEYS[1]) - tonumber(ARGV[1])
if excess <= 0 then
  return 0
end
local held = nil
for _, value in ipairs(redis.call("HVALS", KEYS[2])) do
  held = math.min(held or tonumber(value), tonumber(value))
end
local most = math.min(excess, tonumber(ARGV[2]))
local gone = 0
for _, entry in ipairs(redis.call("XRANGE", KEYS[1], "-", "+", "COUNT", most)) do
  if held and tonumber(string.match(entry[1], "^%d+")) > held then
    break
  end
  gone = gone + redis.call("XDEL", KEYS[1], entry[1])
end
return gone
