"""The one settings object, from `CITYHUB_*` and `--config FILE.toml`. Frozen once read."""

import socket
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from hub.model.partition import Partitioning, split

Port = Annotated[int, Field(ge=1, le=65_535)]


class BadSettings(ValueError):
    """A setting is wrong; the message names each setting and what it should be."""


class Settings(BaseSettings):
    """All settings of all processes; every one has a default that works on one machine."""

    model_config = SettingsConfigDict(env_prefix="CITYHUB_", frozen=True, extra="forbid")

    data_dir: Path = Field(Path(".cityhub"), description="where `demo` keeps its data and logs")
    bind: str = Field("127.0.0.1", description="address the web server listens on")
    http_port: Port = Field(8000, description="port of the page, the API and the websocket")
    mqtt_port: Port = Field(1883, description="port of the broker that `demo` starts")
    redis_port: Port = Field(6379, description="port of the Redis that `demo` starts")
    mqtt_url: str = Field("", description="a given broker, mqtt://user:password@host:port")
    redis_url: str = Field("", description="a given Redis, redis://:password@host:port/0")
    no_browser: bool = Field(default=False, description="do not open the page in a browser")
    access_token: str = Field("", description="what a client must know beyond loopback")

    groups: int = Field(1, ge=1, le=13, description="district groups a new log is split into")
    clock_rate: float = Field(1.0, gt=0, le=10_000, description="city seconds per real second")
    clock_origin: str = Field("", description="RFC 3339 city time at which a new log begins")
    log_events: int = Field(500_000, ge=1_000, description="events kept in Redis per partition")
    outputs: int = Field(200_000, ge=1_000, description="outputs kept in Redis per partition")
    redis_memory: str = Field("1gb", description="memory limit of the Redis that `demo` starts")

    no_archive: bool = Field(default=False, description="keep no archive: no history, no cuts")
    archive_dir: Path | None = Field(None, description="the archive; default DATA_DIR/archive")
    archive_gigabytes: float = Field(20, gt=0, description="largest archive; the oldest goes first")
    archive_days: float = Field(30, gt=0, description="oldest that is kept, in days of the city")

    seed: int = Field(1, description="seed of the simulated city")
    devices: int = Field(0, ge=0, le=100_000, description="simulated devices; 0: the city's own")
    rate: float = Field(0, ge=0, description="simulated readings a second; 0: by their periods")
    faults: str = Field("default", description="simulated faults: none, default, heavy")
    no_sensors: bool = Field(default=False, description="`demo` without the simulated city")

    scenarios: str = Field("", description="folders of scenarios; empty: all; +x: x too")
    delta_rate: float = Field(4.0, gt=0, le=30, description="screen updates a second")
    instance: str = Field("", description="name of this process in leases; default host and role")
    log_level: str = Field("info", description="debug, info, warning or error")
    log_json: bool = Field(default=False, description="log lines as JSON")

    @property
    def partitioning(self) -> Partitioning:
        """The split of a new log."""
        return Partitioning() if self.groups == 1 else split(self.groups)

    @property
    def archive(self) -> Path:
        """The folder of the archive."""
        return self.archive_dir or self.data_dir / "archive"

    @property
    def mqtt(self) -> str:
        """The broker to use."""
        return self.mqtt_url or f"mqtt://127.0.0.1:{self.mqtt_port}"

    @property
    def redis(self) -> str:
        """The Redis to use."""
        return self.redis_url or f"redis://127.0.0.1:{self.redis_port}/0"

    def holder(self, role: str) -> str:
        """Return this process's name in leases; the same after a restart, so it resumes at once."""
        return self.instance or f"{socket.gethostname()}:{role}"

    @classmethod
    def settings_customise_sources(  # noqa: D102 pydantic-settings' own hook
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 fixed signature
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, toml, file_secret_settings


def load(config: Path | None = None, **overrides: object) -> Settings:
    """Return the settings, or raise BadSettings naming each wrong one and its remedy."""
    if config is not None and not config.is_file():
        message = f"--config {config}: no such file"
        raise BadSettings(message)
    source: type[Settings] = Settings
    if config is not None:
        bound = SettingsConfigDict(toml_file=config)
        source = type("Settings", (Settings,), {"model_config": bound})
    try:
        return source(**{k: v for k, v in overrides.items() if v is not None})  # type: ignore[arg-type]  # validated by pydantic
    except ValidationError as error:
        lines = [_line(item["loc"], item["msg"]) for item in error.errors()]
        raise BadSettings("\n".join(lines)) from error


def _line(location: tuple[str | int, ...], message: str) -> str:
    name = ".".join(str(part) for part in location)
    return f"CITYHUB_{name.upper()}: {message}"
