"""The commands of one process each: which partitions a worker takes."""

from types import SimpleNamespace
from typing import cast

import pytest
import typer

from hub.cli import processes
from hub.cli.demo import MANY_DEVICES, _City
from hub.cli.errors import CommandFailed
from hub.settings import load
from tests.servers import free_port


def test_no_such_partition() -> None:
    """It is told with those that there are, before anything is started."""
    ctx = cast("typer.Context", SimpleNamespace(obj=load()))
    with pytest.raises(CommandFailed, match="'d7' is no partition") as refused:
        processes.work(ctx, ["d1", "d7"])
    assert "city, d1" in str(refused.value.remedy)


@pytest.mark.parametrize("devices", [0, MANY_DEVICES])
def test_a_large_city_has_a_worker_a_partition(
    devices: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A small one has one process for all of them."""
    settings = load(
        devices=devices,
        redis_url="redis://127.0.0.1:1/0",
        mqtt_url="mqtt://127.0.0.1:1",
        http_port=free_port(),
    )
    stages = _City(settings, tmp_path_factory.mktemp("data")).stages()
    workers = [spec for spec in stages[1] if "work" in spec.argv]
    taken = [spec.argv[-1] for spec in workers]
    assert taken == (["city", "d1"] if devices else ["work"])
    assert len({spec.env["CITYHUB_INSTANCE"] for spec in workers}) == len(workers)
    assert len({spec.name for spec in workers}) == len(workers)
