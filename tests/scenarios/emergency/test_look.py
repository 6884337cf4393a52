"""What is shown fits what is declared: the page draws nothing else."""

from hub.model.output import Shown
from scenarios.emergency.look import emergency
from tests.scenarios.emergency.afternoon import afternoon


def test_each_level_that_is_shown_is_declared() -> None:
    """And each entity is of a declared layer."""
    declared = {layer.name: {level.name for level in layer.levels} for layer in LAYERS}
    town = afternoon()
    shown = [each for each in town.outputs if isinstance(each, Shown) and each.json]
    assert {each.layer for each in shown} >= declared.keys() - {"emergency.venue"}
    for entity in town.entities.values():
        assert entity.level in declared[entity.layer], entity.id


def test_each_layer_speaks_both_languages() -> None:
    """Titles of layers, levels and fields, in Chinese and in English."""
    for layer in LAYERS:
        titles = [(layer.title, layer.title_en)]
        titles += [(level.title, level.title_en) for level in layer.levels]
        titles += [(field.title, field.title_en) for field in layer.fields]
        for chinese, english in titles:
            assert chinese
            assert english
            assert english.isascii()


def test_what_is_in_order_is_quiet() -> None:
    """The calmest level of a layer that shows the normal has no colour."""
    for layer in LAYERS:
        names = [level.name for level in layer.levels]
        if "normal" in names:
            assert layer.levels[0].tone == "normal"
            assert names[0] == "normal"


LAYERS = emergency.declaration().layers
