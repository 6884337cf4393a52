"""The director: lets stories play in the city, as the options or a request ask, and tells of it."""

from collections.abc import Iterable, Iterator

import msgspec
import structlog

from hub.model import instant as instants
from hub.model.instant import MINUTE, Instant
from sensors.city.city import City
from sensors.city.message import Message
from sensors.city.story import Story
from sensors.control import STATUS_TOPIC, Request, Status, encode, playing
from sensors.errors import BadStory
from sensors.story_file import load_story

MOST_PLAYS = 16
"""Stories at a time: each costs every reading it touches a little."""

log = structlog.get_logger()


class Director:
    """What plays in one city; ``stories`` begin with the run, ``minutes`` after it."""

    def __init__(self, city: City, seed: int, stories: Iterable[Story], minutes: float) -> None:
        self._city = city
        self._seed = seed
        self._stories = tuple(stories)
        self._minutes = minutes
        self._phases: dict[tuple[str, Instant], str] = {}

    def begin(self, at: Instant) -> None:
        """Let the run's own stories play."""
        for story in self._stories:
            self._city.play(story, at + round(self._minutes * MINUTE))

    def asked(self, payload: bytes, now: Instant) -> None:
        """Do what a request asks; raise BadStory or ValueError when it makes no sense."""
        request = msgspec.json.decode(payload, type=Request)
        if request.end:
            self._city.call_off(request.name, now)
            return
        plays = [play for play in self._city.world.plays if play.until > now]
        if len(plays) >= MOST_PLAYS:
            raise BadStory(f"{request.name}.toml", "story", f"at most {MOST_PLAYS} at a time")
        self._city.play(load_story(request.name), now + round(max(0, request.minutes) * MINUTE))

    def status(self, now: Instant, real: Instant, gateway: str) -> Message:
        """Return the retained status, to be sent over a gateway's connection."""
        stories = tuple(playing(play) for play in self._city.world.plays if play.until > now)
        status = Status(self._seed, self._city.size.devices, instants.text(real), stories)
        return Message(STATUS_TOPIC, encode(status), now, gateway, retain=True)

    def farewell(self, now: Instant, gateway: str) -> Message:
        """Return what clears the status."""
        return Message(STATUS_TOPIC, b"", now, gateway, retain=True)

    def turns(self, now: Instant) -> Iterator[tuple[str, str]]:
        """Yield (story, title of the phase) for each phase that has begun since the last call."""
        for play in self._city.world.plays:
            if play.start <= now < play.until:
                phase = play.story.phase(play.minute(now)).title
                if self._phases.get((play.story.name, play.start)) != phase:
                    self._phases[play.story.name, play.start] = phase
                    yield play.story.name, phase
