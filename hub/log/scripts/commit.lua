-- One transaction: state, screen, outputs and the read offset, guarded by the fencing token.
-- KEYS work, fence, out, table...   ARGV token, from, to, out ordinal, time, outputs|"",
-- number of sets, (table, field, value)..., (table, field)...
if redis.call("GET", KEYS[2]) ~= ARGV[1] then
  return {"fenced"}
end
local offset = redis.call("HGET", KEYS[1], "offset") or "0"
if offset == ARGV[3] and ARGV[2] ~= ARGV[3] then
  return {"already"}  -- the answer to this very commit was lost on the way
end
if offset ~= ARGV[2] then
  return {"moved", offset}
end
if ARGV[6] ~= "" then
  redis.call("XADD", KEYS[3], ARGV[4] .. "-" .. ARGV[3], "t", ARGV[5], "b", ARGV[6])
end
redis.call("HSET", KEYS[1], "offset", ARGV[3], "out", ARGV[4], "time", ARGV[5])
local i = 8
for _ = 1, tonumber(ARGV[7]) do
  redis.call("HSET", KEYS[3 + tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2])
  i = i + 3
end
while i < #ARGV do
  redis.call("HDEL", KEYS[3 + tonumber(ARGV[i])], ARGV[i + 1])
  i = i + 2
end
return {"ok"}
