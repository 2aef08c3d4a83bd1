"""New static data reaches everything that waits for it, whoever saw the new version first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from street import Street, a_database, a_street, buy

from gateway.clock import real_now
from gateway.demo_world import LATE_SSI
from gateway.handlers import importing, intake

MISSING = {"counterparty": "NORDDE30"}  # no standing instruction of theirs in the US yet
FILES = {"counterparty_ssi.csv": LATE_SSI.encode()}


@pytest.fixture
async def street(
    postgres: Any, as_superuser: Any, template: str, tmp_path: Path
) -> AsyncIterator[Street]:
    async with (
        a_database(postgres, as_superuser, template, "static_bell") as given,
        a_street(given, tmp_path) as street,
    ):
        yield street


async def brought(street: Street) -> None:
    """The missing line is committed, and a lane's own transaction is the first to see it."""
    async with street.up.core.pool.acquire() as db:
        await importing.apply(db, FILES, "admin", real_now(), False, direct=True)
        await street.up.core.refresh_static(db)


async def left(street: Street, id_: str) -> str:
    """Its state once it no longer waits, or after two seconds."""
    for _ in range(40):
        if (state := (await street.case(id_))["state"]) != "approved":
            break
        await asyncio.sleep(0.05)
    return str(state)


async def test_what_waits_goes_out_although_a_lane_saw_the_new_version_first(
    street: Street,
) -> None:
    id_ = await street.submit(buy(street.portfolio(), "BELL-1", **MISSING))
    await street.quiet()
    assert (await street.case(id_))["state"] == "approved"
    await brought(street)
    assert await left(street, id_) == "released_to_wire"


async def test_what_was_decided_by_the_old_version_meanwhile_is_rung_again(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, came = intake.claim, []

    async def claim_while_data_comes(*given: Any) -> Any:
        if not came:
            came.append(True)
            await brought(street)
            async with street.up.core.pool.acquire() as db:
                await street.up.core._static(db)
        return await claim(*given)

    monkeypatch.setattr(intake, "claim", claim_while_data_comes)
    id_ = await street.submit(buy(street.portfolio(), "BELL-2", **MISSING))
    assert came
    assert await left(street, id_) == "released_to_wire"
