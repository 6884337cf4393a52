-- Take a role when it is free, or when the same holder comes back; a new token fences the old off.
-- KEYS lease, fence   ARGV holder, milliseconds
local holder = redis.call("GET", KEYS[1])
if holder and holder ~= ARGV[1] then
  return {"held", holder, redis.call("PTTL", KEYS[1])}
end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return {"ok", redis.call("INCR", KEYS[2])}
