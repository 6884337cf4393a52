"""Writes the map data of the screen: `PYTHONPATH=tools python -m geo` in the checkout."""

import argparse
import json
import sys
from pathlib import Path

import shapely  # type: ignore[import-not-found,import-untyped,unused-ignore]

from geo import districts, rivers
from geo.catalog import DISTRICTS, PLACES
from geo.datum import wgs84_from_gcj02
from geo.errors import GeoError

OUT = Path(__file__).parents[2] / "dashboard/public/geo"
DIGITS = 5


def main() -> int:
    """Make all files, or none: 0 when written, 1 with the reason on standard error."""
    options = _options()
    try:
        borders = districts.read_borders()
        simple = districts.simplify(borders)
        documents = {
            "shenyang-districts.topojson": districts.topology(simple),
            "shenyang-rivers.geojson": rivers.feature_collection(
                rivers.read_rivers(options.rivers, districts.bounds(simple))
            ),
            "shenyang-places.json": _labels(borders),
        }
    except GeoError as error:
        print(f"map data not made: {error}", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    for name, document in documents.items():
        _write(options.out / name, document)
    return 0


def _options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m geo", description="Write the map data of the screen."
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write to (%(default)s)")
    parser.add_argument(
        "--rivers", type=Path, default=rivers.SOURCE, help="GSHHG river database (%(default)s)"
    )
    return parser.parse_args()


def _labels(borders: list[shapely.MultiPolygon]) -> dict[str, object]:
    """Build the labels: where each district's name goes and its seat is, and the places."""
    return {
        "districts": [
            {
                "code": district.code,
                "name": district.name,
                "name_en": district.name_en,
                "label": districts.label_point(border),
                "center": [round(d, DIGITS) for d in wgs84_from_gcj02(district.centre_gcj02)],
            }
            for district, border in zip(DISTRICTS, borders, strict=True)
        ],
        "places": [
            {"name": place.name, "name_en": place.name_en, "kind": place.kind, "at": place.at}
            for place in PLACES
        ],
    }


def _write(path: Path, document: dict[str, object]) -> None:
    """Write compact JSON, the same bytes for the same content, and say so."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{path}  {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
