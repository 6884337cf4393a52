"""Frozen messages, the topic grammar and the limits: what every other room speaks. Pure."""
