"""The MQTT edge: one link to the broker, for whoever reads or writes there."""
