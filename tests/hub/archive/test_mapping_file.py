"""Mapping files: ours is sound, and every error names file, line, key and remedy."""

from pathlib import Path

import pytest

from hub.archive.errors import BadMapping
from hub.archive.mapping_file import find_mapping, load_mapping, parse_mapping
from hub.model.topic import DEVICE


def test_ours_by_bare_name_and_by_path() -> None:
    """`aarhus` and `aarhus.toml` name the file that comes with the hub; a path names itself."""
    own = find_mapping("aarhus")
    assert find_mapping("aarhus.toml") == own
    assert find_mapping(str(own)) == own
    mapping = load_mapping(own)
    assert len(mapping.devices) == 8
    assert all(DEVICE.fullmatch(mapping.device_id(key)) for key in mapping.devices)


def test_unknown_name_lists_what_there_is() -> None:
    """A name that is no file says which names there are."""
    with pytest.raises(BadMapping, match="aarhus"):
        find_mapping("odense")
    with pytest.raises(BadMapping):
        find_mapping("../aarhus")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('name = "small"', 'name = "small', ""),
        ('name = "small"', "", "name"),
        ('name = "small"', "name = 3", "name"),
        ('column = "used"', 'colum = "used"', "data.used.colum"),
        ('column = "used"', "", "data.used"),
        ('column = "used"', 'column = "used"\nvalue = 1', "data.used"),
        ('column = "used"', "sum = []", "data.used"),
        ('column = "used"', 'product = ["free", 2]', "data.used"),
        ('"total", "used"]', '"total", "usd"]', "data.free"),
        ('above = "total"', 'above = "totl"', "checks.over"),
        ('above = "total"', 'above = "total", below = 1', "checks.over"),
        ('name = "A lot"', 'name = "A lot"\nlng = 200', "devices.A.lng"),
        ('name = "A lot"', 'name = "A lot"\nlat = "north"', "devices.A.lat"),
        ('name = "A lot"', 'name = "A lot"\nid = "a b"', "devices.A.id"),
        ('name = "A lot"', 'name = "A lot"\nid = "t-b"', "devices.B"),
        ('name = "A lot"', 'name = "A lot"\ndistrict = "1"', "devices.A.district"),
        ('kind = "OffStreetParking"', "", "devices.A.kind"),
        ("period = 1800", "period = 0", "cards.period"),
        ("period = 1800", "period = 1800\n[report]\ngap = 0.5", "report.gap"),
        ('district = "210103"', 'district = "999999"', "event.district"),
        ('domain = "parking"', 'domain = "Park ing"', "event.domain"),
        ('column = "when"', 'column = "when"\nzone = "Mars/Olympus"', "time.zone"),
        ('column = "when"', 'column = "when"\nformats = ["yyyy"]', "time.formats"),
        ('column = "when"', 'column = "when"\nformats = []', "time.formats"),
        ('column = "when"', 'column = "when"\nreorder = -1', "time.reorder"),
        ("[time]", '[csv]\nencoding = "utf-9"\n[time]', "csv.encoding"),
        ("[time]", '[csv]\ndelimiter = "::"\n[time]', "csv.delimiter"),
        ("[time]", '[csv]\nquote = "--"\n[time]', "csv.quote"),
        ("[time]", '[csv]\ndecimal = "x"\n[time]', "csv.decimal"),
    ],
)
def test_errors_name_the_key(small_text: str, old: str, new: str, key: str) -> None:
    """Each mistake is one error with file, key and remedy."""
    assert old in small_text
    with pytest.raises(BadMapping) as caught:
        parse_mapping(small_text.replace(old, new, 1), "mine.toml")
    error = caught.value
    assert error.key == key
    assert error.file == "mine.toml"
    assert error.remedy
    assert str(error).startswith("mine.toml")


def test_error_names_the_line(small_text: str) -> None:
    """Where the key stands in the file, the error says on which line."""
    lines = small_text.replace('above = "total"', 'above = "nothing"').splitlines()
    with pytest.raises(BadMapping) as caught:
        parse_mapping("\n".join(lines), "mine.toml")
    assert caught.value.line is not None
    assert lines[caught.value.line - 1].startswith("over =")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * (1024 * 1024 + 1), b"a = " + b"[" * 9999])
def test_files_that_are_no_mapping(tmp_path: Path, content: bytes) -> None:
    """Binary, enormous or hostile files are errors, not crashes."""
    path = tmp_path / "m.toml"
    path.write_bytes(content)
    with pytest.raises(BadMapping):
        load_mapping(path)
    with pytest.raises(BadMapping):
        load_mapping(tmp_path / "absent.toml")
