"""A payment whose sending may have left waits for a person, whoever dies while that is found out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from street import TUESDAY, Street, a_database, a_street

from gateway import app as wiring
from gateway.clock import VirtualClock
from gateway.config import Settings
from gateway.core import Core
from gateway.inbound import Inbound
from gateway.links import DirectoryLink, LinkConfig
from gateway.relay import Relay
from gateway.schema_store import installed_schemas
from store import messages
from store.messages import Patience
from store.scope import ScopedPool

PAYMENT = {
    "kind": "bank",
    "reference": "FATE-1",
    "portfolio": "C01",
    "value_date": "2026-11-24",
    "amount": {"currency": "USD", "value": "50000.00"},
    "debtor": {"name": "Alder Global Equity", "bic": "ALDRUS30"},
    "creditor": {"bic": "KESTUS30"},
}


async def approved(street: Street) -> str:
    id_ = await street.pay(PAYMENT)
    await street.approve("ben", f"/v1/payments/{id_}")
    await street.quiet()
    return id_


class Deaf(DirectoryLink):
    """A link that would not hear an answer yet."""

    hears: asyncio.Event

    async def ready(self) -> None:
        await self.hears.wait()


@asynccontextmanager
async def alone(given: wiring.Parts, data: Path, link: str) -> AsyncIterator[tuple[Relay, Deaf]]:
    """The relay of one link and nothing else of a gateway."""
    settings = Settings(data=data)
    async with await wiring.make_pool(given.app_dsn, settings) as pool:
        core = Core(
            ScopedPool(pool, given.app_dsn),
            settings,
            VirtualClock(TUESDAY),
            installed_schemas(data),
        )
        core.inbounds[link] = Inbound(core, link)
        deaf = Deaf(core, LinkConfig(link, "directory", "mx"), data / "links" / link)
        deaf.hears = asyncio.Event()
        yield Relay(core, deaf), deaf


async def dies_after_finding(given: wiring.Parts, data: Path, link: str) -> None:
    """A gateway that finds what its predecessor was sending, and gets no further."""
    async with alone(given, data, link) as (relay, _):
        await relay._recover()


async def test_a_kill_while_a_stranded_payment_is_found_does_not_forget_it(
    postgres: Any, as_superuser: Any, template: str, tmp_path: Path
) -> None:
    async with a_database(postgres, as_superuser, template, "fate") as given:
        async with a_street(given, tmp_path) as street:
            id_ = await approved(street)
            async with street.up.core.pool.acquire() as db:
                link = await db.fetchval(
                    "update outbox set state = 'sending' where not securities returning link"
                )
        await dies_after_finding(given, tmp_path, link)
        async with a_street(given, tmp_path) as street, asyncio.timeout(10):
            while (case := await street.case(id_))["state"] != "fate_unknown":
                await asyncio.sleep(0.05)
            assert len(list((tmp_path / "links" / link / "out").iterdir())) == 1
            assert "fate_unknown" in str(case["exceptions"])


async def test_nothing_leaves_before_an_answer_to_it_would_be_heard(
    postgres: Any, as_superuser: Any, template: str, tmp_path: Path
) -> None:
    async with a_database(postgres, as_superuser, template, "deaf") as given:
        async with a_street(given, tmp_path) as street:
            await approved(street)
            async with street.up.core.pool.acquire() as db:
                link = await db.fetchval(
                    "update outbox set state = 'queued', attempt = 0, sent_at = null returning link"
                )
        out = tmp_path / "links" / link / "out"
        for path in out.iterdir():
            path.unlink()
        async with alone(given, tmp_path, link) as (relay, deaf):
            working = asyncio.create_task(relay.work())
            await asyncio.sleep(0.5)
            assert list(out.iterdir()) == []
            deaf.hears.set()
            async with asyncio.timeout(10):
                while not list(out.iterdir()):
                    await asyncio.sleep(0.05)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


async def test_each_link_has_its_patience_and_what_was_sent_too_often_is_left_to_a_person(
    postgres: Any, as_superuser: Any, template: str, tmp_path: Path
) -> None:
    async with (
        a_database(postgres, as_superuser, template, "patience") as given,
        a_street(given, tmp_path) as street,
    ):
        await approved(street)
        async with street.up.core.pool.acquire() as db:
            link, sent_at = await db.fetchrow("select link, sent_at from outbox")

            async def overdue(after: int, by_link: dict[str, int], lanes: range) -> int:
                waits = {name: timedelta(minutes=m) for name, m in by_link.items()}
                patience = Patience(waits, timedelta(minutes=5), lanes, 4)
                at = sent_at + timedelta(minutes=after)
                found = await messages.overdue(db, patience, at, 10)
                assert (await messages.next_overdue(db, patience) is None) == (not lanes)
                return len(found)

            everywhere = range(64)
            assert [await overdue(n, {}, everywhere) for n in (4, 5)] == [0, 1]
            assert [await overdue(n, {link: 60}, everywhere) for n in (5, 59, 60)] == [0, 0, 1]
            assert await overdue(5, {"another": 60}, everywhere) == 1
            assert await overdue(5, {}, range(0)) == 0
            await db.execute("update outbox set securities = true, attempt = 3")
            assert await overdue(5, {}, everywhere) == 1
            await db.execute("update outbox set attempt = 4")
            patience = Patience({}, timedelta(minutes=5), everywhere, 4)
            assert await messages.overdue(db, patience, sent_at + timedelta(days=1), 10) == []
            assert await messages.next_overdue(db, patience) is None
