"""The `cityhub` command: thin; each command hands over to the room that does the work."""
