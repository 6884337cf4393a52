"""`cityhub bench`: what it refuses before it starts."""

import pytest

from hub.cli.errors import CommandFailed
from tests.hub.cli.conftest import CityLog, Invoke


@pytest.mark.parametrize("rate", ["0", "-5", "fast", "1e9", "nan"])
def test_wrong_rate(invoke: Invoke, rate: str) -> None:
    """A rate that is none, or beyond what can be kept, is refused with what would do."""
    failure = invoke("bench", "--rate", rate).exception
    assert isinstance(failure, CommandFailed)
    assert "or max" in failure.remedy


@pytest.mark.contract
def test_no_city(invoke: Invoke) -> None:
    """Without a city the remedy is to start one."""
    failure = invoke("bench", "--rate", "max", "--seconds", "1").exception
    assert isinstance(failure, CommandFailed)
    assert "cityhub demo" in failure.remedy


@pytest.mark.contract
def test_no_broker(log: CityLog, invoke: Invoke) -> None:
    """A city without a broker cannot be measured."""
    failure = invoke("bench").exception
    assert isinstance(failure, CommandFailed)
    assert "no broker" in failure.problem
