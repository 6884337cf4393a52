"""城枢 CityHub: the event hub of a city. The city is a log; all else is a function of it."""

__version__ = "0.1.0"
