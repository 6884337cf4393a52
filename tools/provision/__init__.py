"""What `tools/setup.py` is made of; standard library only, for it runs before any install."""
