"""The private MQTT broker of `cityhub demo`: what to start, with which configuration."""
