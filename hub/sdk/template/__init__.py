"""What `cityhub scenario new` copies: a whole scenario that works, with `example` for its name."""
