-- Give a role back at a clean stop, so that the next one need not wait for the lease to run out.
-- KEYS lease, fence   ARGV token
if redis.call("GET", KEYS[2]) == ARGV[1] then
  redis.call("DEL", KEYS[1])
end
return 1
