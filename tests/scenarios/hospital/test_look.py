"""How 好就医 presents itself: titles in both languages, and beside all other scenarios."""

import re

from hub.core.declaration import Declaration
from hub.sdk.loading import BUILT_IN, load, load_all

CHINESE = re.compile(r"[\u4e00-\u9fff]|^(NEDOCS|120|ICU)")


def declared() -> Declaration:
    """Return the scenario's declaration."""
    return load(BUILT_IN / "hospital")


def test_it_loads_beside_all_others() -> None:
    """One type of event has one payload, whoever reads it."""
    names = [declaration.name for declaration in load_all("").declarations]
    assert "hospital" in names


def test_titles_in_both_languages() -> None:
    """Every layer, level, field and tile has a Chinese and an English title."""
    declaration = declared()
    named = [(layer.title, layer.title_en) for layer in declaration.layers]
    for layer in declaration.layers:
        named += [(level.title, level.title_en) for level in layer.levels]
        named += [(field.title, field.title_en) for field in layer.fields]
    named += [(tile.title, tile.title_en) for tile in declaration.tiles]
    for title, title_en in named:
        assert CHINESE.search(title), title
        assert title_en.isascii(), title_en


def test_tiles() -> None:
    """拥挤急诊, 120 待派 and 在途, 3 分钟出车率, 急救车在线."""
    tiles = {tile.title: tile for tile in declared().tiles}
    assert set(tiles) == {"拥挤急诊", "120 待派", "120 在途", "3 分钟出车率", "急救车在线"}
    layers = {layer.name: layer for layer in declared().layers}
    for tile in tiles.values():
        layer = layers[tile.layer]
        assert set(tile.levels) <= {level.name for level in layer.levels}
        assert not tile.field or tile.field in {field.name for field in layer.fields}
