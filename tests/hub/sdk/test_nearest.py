"""Nearest: at every moment what a plain search would find, and nobody is told for nothing."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hub.sdk import Nearest, metres

REACH, MOST = 800.0, 3
AT = st.tuples(st.floats(123.40, 123.42), st.floats(41.79, 41.81))
NAMES = st.sampled_from("abcdefgh")
STEPS = st.lists(
    st.tuples(st.just("put"), NAMES, AT)
    | st.tuples(st.just("remove"), NAMES, AT)
    | st.tuples(st.just("watch"), NAMES, AT)
    | st.tuples(st.just("unwatch"), NAMES, AT),
    max_size=40,
)


def plain(near: Nearest, watcher: str) -> list[tuple[float, str]]:
    """Return what a search over all places finds."""
    at = near.watchers[watcher]
    found = [(metres(at, other), name) for name, other in near.places.items()]
    return sorted(pair for pair in found if pair[0] <= REACH)[:MOST]


@given(STEPS)
def test_what_is_held_is_what_a_search_finds(
    steps: list[tuple[str, str, tuple[float, float]]],
) -> None:
    """After any steps; who is not told holds the same as before, and none holds what is told."""
    near = Nearest()
    for step, name, at in steps:
        before = dict(near.held)
        told = sorted(near.watchers)
        if step == "put":
            told = near.put(name, at, REACH, MOST)
            holding = [w for w, held in near.held.items() if any(name == each for _, each in held)]
            assert set(holding) <= set(told)
        elif step == "remove":
            told = near.remove(name, REACH, MOST)
        elif step == "watch":
            near.watch(name, at, REACH, MOST)
            told = [name]
        else:
            near.unwatch(name)
        assert told == sorted(told)
        for watcher, held in near.held.items():
            assert list(held) == plain(near, watcher)
            assert watcher in told or held == before[watcher]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(near), type=Nearest) == near


def test_a_place_further_than_the_held_ones_is_no_news() -> None:
    """Three nearer ones are held: the fourth is told to nobody, until one of them goes."""
    near = Nearest()
    near.watch("sign", (123.41, 41.80), REACH, MOST)
    for number, name in enumerate("abc"):
        assert near.put(name, (123.41, 41.80 + 0.001 * number), REACH, MOST) == ["sign"]
    assert near.put("d", (123.41, 41.804), REACH, MOST) == []
    assert near.remove("b", REACH, MOST) == ["sign"]
    assert [name for _, name in near.held["sign"]] == ["a", "c", "d"]
