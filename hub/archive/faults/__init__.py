"""Faults: what goes wrong between a device and the hub, seeded and as data."""
