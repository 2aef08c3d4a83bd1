"""Streets for the tests of whole lives over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from street import MONDAY, Street, a_database, a_street


@pytest.fixture(scope="module")
async def street(
    postgres: Any, as_superuser: Any, template: str, tmp_path_factory: Any
) -> AsyncIterator[Street]:
    """One gateway for the tests that leave the clock alone: Tuesday, the settlement date."""
    async with (
        a_database(postgres, as_superuser, template, "straight_line") as parts,
        a_street(parts, tmp_path_factory.mktemp("straight")) as opened,
    ):
        yield opened
        assert await opened.findings() == []
        assert await opened.books_differ() == []


@pytest.fixture
async def monday(
    postgres: Any, as_superuser: Any, template: str, tmp_path: Any
) -> AsyncIterator[Street]:
    """A gateway of one test, on Monday: its clock may be moved."""
    async with (
        a_database(postgres, as_superuser, template, "straight_monday") as parts,
        a_street(parts, tmp_path, now=MONDAY) as opened,
    ):
        yield opened
        assert await opened.findings() == []
        assert await opened.books_differ() == []
