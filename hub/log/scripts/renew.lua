-- Keep a role. A lease that ran out unseen is taken again: nobody was given a newer token.
-- KEYS lease, fence   ARGV holder, milliseconds, token
if redis.call("GET", KEYS[2]) ~= ARGV[3] then
  return 0
end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return 1
