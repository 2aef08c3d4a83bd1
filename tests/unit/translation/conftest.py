"""What the tests of translation share: schemas that are compiled once, and a clock that stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

import translation
from gateway.schema_store import installed_schemas
from translation import Translation

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
Translate = Callable[[bytes, translation.Standard], Translation]


@pytest.fixture(scope="session")
def translate() -> Translate:
    schemas = installed_schemas(explain=False)

    def run(raw: bytes, to: translation.Standard) -> Translation:
        return translation.translate(raw, to, schemas, at=NOW)

    return run
