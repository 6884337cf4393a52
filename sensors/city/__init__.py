"""The pure half: places, day shapes, courses of cars, devices, faults. No clock, no I/O."""
