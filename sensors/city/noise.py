"""Counter-based randomness: a number is a function of the seed and its place, never of order.

So one device's course does not depend on who else was asked, a city can be entered at any instant,
and two processes with one seed agree. Only integers and IEEE additions and products are used:
every platform gives the same bits.
"""

_MASK = (1 << 64) - 1
_TABLE_BITS = 12
_TABLE_MASK = (1 << _TABLE_BITS) - 1
_GOLDEN = 0x9E3779B97F4A7C15  # 2**64 / golden ratio, the increment of SplitMix64


def mix(*keys: int) -> int:
    """Return 64 well-mixed bits of some integers (the finalizer of SplitMix64, chained)."""
    state = 0
    for key in keys:
        state = (state + key + _GOLDEN) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state


def unit(*keys: int) -> float:
    """Return a float in [0, 1) of some integers."""
    return (mix(*keys) >> 11) * 2.0**-53


class Noise:
    """Value noise (values on a lattice, linear between) from one shared table of 4,096 numbers.

    A table keeps a look-up at a tenth of a microsecond where hashing would cost ten times that.
    """

    __slots__ = ("_table",)

    def __init__(self, seed: int) -> None:
        self._table = tuple(unit(seed, index) for index in range(1 << _TABLE_BITS))

    def at(self, salt: int, knot: int) -> float:
        """Return the value in [0, 1) of one lattice point; ``salt`` tells courses apart."""
        return self._table[(((salt ^ knot) * _GOLDEN) >> 40) & _TABLE_MASK]

    def smooth(self, salt: int, place: int, spacing: int) -> float:
        """Return the value at ``place``, linear between lattice points ``spacing`` apart.

        Its slope never exceeds 1 / ``spacing``.
        """
        knot, rest = divmod(place, spacing)
        table = self._table
        here = table[(((salt ^ knot) * _GOLDEN) >> 40) & _TABLE_MASK]
        there = table[(((salt ^ (knot + 1)) * _GOLDEN) >> 40) & _TABLE_MASK]
        return here + (there - here) * (rest / spacing)
