-- The one way into a partition's log: gives out the ordinals, keeps log time from going back.
-- KEYS log, head, fence   ARGV count, time, batch, token|"", origin|"", first, last, after|""
if ARGV[4] ~= "" and redis.call("GET", KEYS[3]) ~= ARGV[4] then
  return {"fenced"}
end
if ARGV[5] ~= "" then
  -- A forwarder sends the outputs first..last of another partition: what was appended stays out.
  local seen = redis.call("HGET", KEYS[2], "from:" .. ARGV[5]) or "0"
  if tonumber(ARGV[6]) <= tonumber(seen) then
    return {"seen", seen}
  end
end
if ARGV[8] ~= "" and (redis.call("HGET", KEYS[2], "ordinal") or "0") ~= ARGV[8] then
  return {"moved"}
end
local time = ARGV[2]
local newest = redis.call("HGET", KEYS[2], "time")
if newest and tonumber(newest) > tonumber(time) then
  time = newest
end
local ordinal = tonumber(redis.call("HGET", KEYS[2], "ordinal") or "0") + tonumber(ARGV[1])
local last = string.format("%.0f", ordinal)
redis.call("XADD", KEYS[1], last .. "-0", "t", time, "b", ARGV[3])
redis.call("HSET", KEYS[2], "ordinal", last, "time", time)
if ARGV[5] ~= "" then
  redis.call("HSET", KEYS[2], "from:" .. ARGV[5], ARGV[7])
end
return {"ok", last, time}
