"""The deterministic machine: routing, keyed state, timers, devices, the desk, the screen. Pure."""
