"""Time, declared: each rule is compiled to ordinary handlers, timers and a memory per key."""
