"""Every setting, its default and its meaning. Environment FINALITY_* or one TOML file (FINALITY_CONFIG)."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


def default_data() -> Path:
    """/var/lib/finality as root, ~/.local/share/finality otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/finality")
    return Path.home() / ".local" / "share" / "finality"


class Unusable(ValueError):
    """The file FINALITY_CONFIG names cannot be read as settings."""


class LauKey(BaseModel):
    """One key by its halves, each given or in a file of its own, and when it is used."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    left: SecretStr | None = None
    left_file: Path | None = None
    right: SecretStr | None = None
    right_file: Path | None = None
    from_at: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.left is None) == (self.left_file is None):
            raise ValueError("give left or left_file")
        if (self.right is None) == (self.right_file is None):
            raise ValueError("give right or right_file")
        return self


class Settings(BaseSettings):
    """What an installation may change. Durations name their unit."""

    model_config = SettingsConfigDict(env_prefix="FINALITY_", extra="forbid")

    data: Path = Field(
        default_factory=default_data, description="folder for everything kept on disk"
    )
    environment: Literal["DEMO", "TEST", "LIVE"] = Field(
        "TEST", description="shown on every page; test BICs are refused on LIVE"
    )
    dsn: str | None = Field(None, description="owner DSN of a real PostgreSQL (16 or later)")
    app_dsn: str | None = Field(None, description="DSN of the app role, when it is not made by us")
    mqtt: str | None = Field(None, description="URL of a real MQTT 3.1.1 broker")
    postgres_account: str | None = Field(
        None, description="existing unprivileged account PostgreSQL runs as when we are root"
    )
    session_hours: float = Field(12, gt=0, description="how long a sign-in lasts at most")
    idle_minutes: float = Field(30, gt=0, description="a session nobody used for so long ends")
    sign_in_tries: int = Field(5, ge=1, description="wrong passwords in a row before the lock")
    lock_minutes: float = Field(15, gt=0, description="how long the lock lasts")
    password_length: int = Field(12, ge=8, le=64, description="characters of a password at least")
    http_host: str = "127.0.0.1"
    http_port: int = Field(8480, ge=0, le=65535, description="0 takes a free port")
    share_port: bool = Field(False, description="several processes listen on one port")
    worker: int | None = Field(
        None, ge=0, description="which of several this is; set by `serve --workers`"
    )
    body_bytes_max: int = Field(8 * 1024 * 1024, description="larger HTTP bodies are refused (413)")
    business_zone: str = Field("America/New_York", description="zone of the business date")
    business_day_end: str = Field(
        "18:30", description="local time after which what is unsettled is overdue"
    )
    confirmation_lag_hours: float = Field(
        14, description="how long after the day's end a confirmation may still come"
    )
    ack_overdue_minutes: float = Field(
        5, description="business minutes without a network answer before the alarm and PDE resend"
    )
    alarms: dict[str, Decimal] = Field(
        default_factory=dict,
        description='limits of alarm rules where not their own, as {"unsent": 300}; /v1/alarms/rules',
    )
    attempts_max: int = Field(
        4, description="sends of one securities message before a person must act"
    )
    parked_minutes: float = Field(
        15, description="business minutes an unknown reference waits before it is an exception"
    )
    batch_cap: int = Field(500, ge=1, le=5000, description="items in one lane transaction")
    shards: int = Field(2, ge=1, le=16, description="lane workers in one process")
    queue_bound: int = Field(20000, ge=100, description="items waiting before we refuse (503)")
    admission_ms: int = Field(
        500, ge=50, description="age of the oldest unworked item before HTTP answers 503"
    )
    pack_bytes_max: int = Field(200_000, le=256_000, description="size of one MQTT payload")
    status_topics: bool = Field(
        True, description="tell events and last states over MQTT (finality/events, instructions)"
    )
    status_days: float = Field(
        7, ge=0, description="how long after its end an instruction's last state stays retained"
    )
    lease_seconds: float = Field(
        2.5, gt=0.5, description="how long a silent worker keeps its lanes"
    )
    pool_size: int = Field(8, ge=3, le=50)
    idempotency_days: int = 7
    ssi_cooling_hours: float | None = Field(
        None,
        ge=0,
        le=240,
        description="business hours between the approval of a changed standing instruction or"
        " account and its use; if not given, 24 on LIVE and none elsewhere",
    )
    static_direct: bool = Field(
        False,
        description="static data that moves money or dates goes in without a second person"
        " (refused on LIVE)",
    )

    lau_keys: dict[str, list[LauKey]] = Field(
        default_factory=dict,
        description="local authentication: the keys of each set, the newest first; a link names its"
        " set in the column lau",
    )

    @property
    def cooling_hours(self) -> float:
        """How long a changed standing instruction rests before it is used."""
        if self.ssi_cooling_hours is None:
            return 24.0 if self.environment == "LIVE" else 0.0
        return self.ssi_cooling_hours

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if self.static_direct and self.environment == "LIVE":
            raise ValueError("static_direct is not for LIVE: set FINALITY_STATIC_DIRECT=false")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        if file := os.environ.get("FINALITY_CONFIG"):
            sources.append(_of_file(settings_cls, Path(file)))
        return tuple(sources)


def _of_file(settings_cls: type[BaseSettings], file: Path) -> TomlConfigSettingsSource:
    """The settings in this file; a file that was named and is not there is no empty one."""
    try:
        file.read_bytes()
        return TomlConfigSettingsSource(settings_cls, file)
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror}") from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise Unusable(f"{file}: {error}") from error
