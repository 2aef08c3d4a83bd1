"""Lanes come and go while a transaction is under way: it ends as it began, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from street import Street, a_database, a_street, buy

from gateway.handlers import intake
from gateway.handlers.unit import lane_of


@pytest.fixture
async def street(
    postgres: Any, as_superuser: Any, template: str, tmp_path: Path
) -> AsyncIterator[Street]:
    async with (
        a_database(postgres, as_superuser, template, "lanes_move") as given,
        a_street(given, tmp_path) as street,
    ):
        yield street


def moving(street: Street, monkeypatch: pytest.MonkeyPatch, lane: int) -> list[int]:
    """The next claim finds this lane given away; a list that names it once that has happened."""
    core, claim, moved = street.up.core, intake.claim, []

    async def claim_while_a_lane_moves(*given: Any) -> Any:
        if not moved:
            moved.append(lane)
            core._hold({n: epoch for n, epoch in core.held.epochs.items() if n != lane})
        return await claim(*given)

    monkeypatch.setattr(intake, "claim", claim_while_a_lane_moves)
    return moved


async def test_another_lane_that_moves_takes_nothing_from_the_work_in_hand(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    portfolio = street.portfolio()
    first = await street.submit(buy(portfolio, "MOVE-1"))
    await street.quiet()
    moved = moving(street, monkeypatch, (lane_of(portfolio) + 1) % 64)
    second = await street.submit(buy(portfolio, "MOVE-2"))
    assert moved
    await street.quiet()
    assert (
        (await street.case(first))["state"]
        == (await street.case(second))["state"]
        == "released_to_wire"
    )
    assert await street.findings() == []
