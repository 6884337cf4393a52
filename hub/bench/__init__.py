"""Measures a running city from outside: devices of its own publish, and it looks what arrives."""
