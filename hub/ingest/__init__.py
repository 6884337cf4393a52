"""The MQTT edge: decode and check what devices send, append it, and only then acknowledge it."""
