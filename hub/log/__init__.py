"""The Redis edge: the ordered log, the fenced commit, leases, and what the screen reads."""
