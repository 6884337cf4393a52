"""The worker's edge: reads the log, runs the machine, commits. One lease a partition."""
