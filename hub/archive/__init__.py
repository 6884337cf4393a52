"""Recordings as MCAP files: writing, reading, importing feeds, replaying over MQTT."""
