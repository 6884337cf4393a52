"""智慧生态: the air at each station and of the city, and who must know when it is bad.

One noun a file; each registers its handlers on the one `Scenario` of look.py. A station is worked
in its district's partition, the city's air in `city`.
"""

from scenarios.ecology import city, schools, stations
from scenarios.ecology.look import ecology

__all__ = ["city", "ecology", "schools", "stations"]
