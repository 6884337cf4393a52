"""`python -m sensors run`: the simulated city without the hub's command line."""

from sensors.app import app

app()
