"""Names of the archive's files, and which of them retention removes."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hub.archive.segments import Segment, path_of, segments, superfluous
from hub.model.instant import DAY, HOUR, MINUTE, SECOND
from tests.hub.archive.logs import START

SIZE = 1_000


def fill(folder: Path, count: int) -> list[Segment]:
    """Write files of a kilobyte, one an hour."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        path_of(folder, 1 + index * 100, START + index * HOUR).write_bytes(b"x" * SIZE)
    return segments(folder)


def test_names_say_where_and_when(tmp_path: Path) -> None:
    """A file's name gives its first ordinal and its time to the second; others are passed over."""
    (tmp_path / "notes.mcap").write_text("mine")
    (tmp_path / "0000000000000001-20260230T000000Z.mcap").write_text("no such day")
    (tmp_path / "0000000000000001-20260228T000000Z.part").write_text("left over")
    path = path_of(tmp_path, 1_234, START + 1)
    path.touch()
    assert path.name == "0000000000001234-20231114T221320Z.mcap"
    assert segments(tmp_path) == [Segment(path, 1_234, START)]


def test_the_oldest_goes_first(tmp_path: Path) -> None:
    """Beyond the size, files go by their age, whichever series they are of."""
    one, two = fill(tmp_path / "a", 5), fill(tmp_path / "b", 3)
    now = START + 5 * HOUR
    assert superfluous([one, two], now, 8 * SIZE, 30 * DAY) == []
    assert superfluous([one, two], now, 6 * SIZE, 30 * DAY) == [one[0], two[0]]


def test_what_is_too_old_goes(tmp_path: Path) -> None:
    """A file goes when all of it is too old: the one after it began before that, too."""
    found = fill(tmp_path, 5)
    now = START + 4 * HOUR
    assert superfluous([found], now, 10**9, 2 * HOUR + MINUTE) == found[:1]
    assert superfluous([found], now, 10**9, 2 * HOUR - MINUTE) == found[:2]


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20 * SIZE), st.integers(0, 30))
def test_the_newest_always_stays(
    tmp_path_factory: object, first: int, second: int, most: int, hours: int
) -> None:
    """Whatever the limits: nothing newer goes before an older one, and the newest never."""
    series = [
        [Segment(Path(f"/none/{name}/{n}"), n, START + n * HOUR) for n in range(count)]
        for name, count in (("a", first), ("b", second))
    ]
    gone = superfluous(series, START + 30 * HOUR, most, hours * HOUR)
    for each in series:
        removed = [segment for segment in each if segment in gone]
        assert removed == each[: len(removed)]
        assert not each or each[-1] not in removed
    assert len({segment.path for segment in gone}) == len(gone)


def test_seconds_are_cut_off() -> None:
    """The time of a name is never after the file's own."""
    for extra in (0, 1, SECOND - 1):
        path = path_of(Path("/x"), 1, START + extra)
        assert path.name.endswith("-20231114T221320Z.mcap")
