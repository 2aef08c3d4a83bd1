"""The database's last word may be lost although it did what was asked: nothing waits for a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from street import Street, a_database, a_street, ack, buy

from gateway.inbound import Inbound
from store import messages


class LosesOneAnswer:
    """A pool whose next transaction is committed, and whose client never hears of it."""

    def __init__(self, pool: Any) -> None:
        self._pool, self.lost = pool, False

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        async with self._pool.acquire() as db:
            yield db
        if not self.lost:
            self.lost = True
            raise ConnectionResetError("the server went away")


@pytest.fixture
async def street(
    postgres: Any, as_superuser: Any, template: str, tmp_path: Path
) -> AsyncIterator[Street]:
    async with (
        a_database(postgres, as_superuser, template, "lost_answers") as given,
        a_street(given, tmp_path) as street,
    ):
        yield street


async def sent(street: Street) -> tuple[str, bytes]:
    id_ = await street.submit(buy(street.portfolio(), "LOST-1"))
    return id_, ack(await street.wire(id_))


async def test_a_message_stored_by_a_commit_nobody_heard_of_is_worked(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, answer = await sent(street)
    torn = LosesOneAnswer(street.up.core.pool)
    receive = Inbound.receive

    async def torn_receive(self: Inbound, arrivals: Any) -> list[int]:
        monkeypatch.setattr(street.up.core, "pool", torn if not torn.lost else torn._pool)
        try:
            return await receive(self, arrivals)
        finally:
            monkeypatch.setattr(street.up.core, "pool", torn._pool)

    monkeypatch.setattr(Inbound, "receive", torn_receive)
    with pytest.raises(AssertionError):  # the sender is told to try again
        await street.deliver("swift", answer)
    assert torn.lost
    await street.quiet()
    assert (await street.case(id_))["state"] == "sent"


async def test_what_an_outage_kept_from_its_lane_is_found_by_the_next_sweep(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, answer = await sent(street)
    tried_many, failed = messages.tried_many, []

    async def fails_once(db: Any, ids: Any) -> Any:
        if ids and not failed:
            failed.append(list(ids))
            raise ConnectionResetError("the server went away")
        return await tried_many(db, ids)

    async def left(self: Inbound, stored: Any) -> None:
        """Stored, and the process that was to work it is gone."""
        async with self.core.pool.acquire() as db:
            await tried_many(db, [message.id for message in stored])
        self.in_flight.difference_update(message.id for message in stored)

    with monkeypatch.context() as patched:
        patched.setattr(messages, "tried_many", fails_once)
        route = Inbound.route
        patched.setattr(Inbound, "route", left)
        status, _ = await street.post("custody", "/v1/messages", answer, link="swift")
        assert status == 201
        patched.setattr(Inbound, "route", route)
        await street.quiet()
    assert len(failed) == 1
    assert (await street.case(id_))["state"] == "sent"


class LosesTheClaim:
    """A pool that never says that a message was claimed for sending, although it was, once."""

    def __init__(self, pool: Any) -> None:
        self._pool, self.claimed_by, self.lost = pool, None, False

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        async with self._pool.acquire() as db:
            yield db
        if not self.lost and self.claimed_by is db:
            self.lost = True
            raise ConnectionResetError("the server went away")


async def test_what_was_claimed_and_not_handed_over_is_no_possible_duplicate(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    torn, claim = LosesTheClaim(street.up.core.pool), messages.claim_queued

    async def noted(db: Any, *given: Any) -> Any:
        rows = await claim(db, *given)
        if rows and torn.claimed_by is None:
            torn.claimed_by = db
        return rows

    monkeypatch.setattr(messages, "claim_queued", noted)
    monkeypatch.setattr(street.up.core, "pool", torn)
    id_ = await street.submit(buy(street.portfolio(), "LOST-2"))
    await street.quiet()
    assert torn.lost
    assert b"PDE" not in (await street.wire(id_)).encode()
    async with torn._pool.acquire() as db:
        rows = await db.fetch("select state, attempt from outbox where instruction = $1", id_)
    assert [tuple(row) for row in rows] == [("taken", 1)]
