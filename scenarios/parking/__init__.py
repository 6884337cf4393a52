"""好停车: car parks, guidance, and where the city is full."""
