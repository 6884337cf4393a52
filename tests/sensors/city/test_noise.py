"""Randomness is a function of its keys."""

from hypothesis import given
from hypothesis import strategies as st

from sensors.city.noise import Noise, mix, unit

KEYS = st.integers(-(2**40), 2**40)


@given(KEYS, KEYS)
def test_unit_is_in_its_range(first: int, second: int) -> None:
    """A unit number is at least 0 and below 1, for negative keys too."""
    assert 0 <= unit(first, second) < 1


def test_mix_is_the_same_everywhere() -> None:
    """The bits are fixed: another platform or version may not change a seeded city."""
    assert mix(1, 2, 3) == 0x6AE515C1C0AC7E37
    assert mix(1, 2, 3) != mix(3, 2, 1)


@given(st.integers(0, 2**62), st.integers(0, 10**15), st.integers(1, 10**9))
def test_smooth_noise_never_outruns_its_slope(salt: int, place: int, spacing: int) -> None:
    """Between two places the noise changes by at most their distance / spacing."""
    noise = Noise(7)
    step = max(1, spacing // 10)
    change = noise.smooth(salt, place + step, spacing) - noise.smooth(salt, place, spacing)
    assert abs(change) <= step / spacing + 1e-9
