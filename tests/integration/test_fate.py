"""A payment whose sending may have left waits for a person, whoever dies while that is found out."""

from __future__ import annotations

import asyncio
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
    await street.post("ben", f"/v1/payments/{id_}/approve", {})
    await street.quiet()
    return id_


async def dies_after_finding(given: wiring.Parts, data: Path, link: str) -> None:
    """A gateway that finds what its predecessor was sending, and gets no further."""
    settings = Settings(data=data)
    async with await wiring.make_pool(given.app_dsn, settings) as pool:
        core = Core(pool, settings, VirtualClock(TUESDAY), installed_schemas(data))
        core.inbounds[link] = Inbound(core, link)
        config = LinkConfig(link, "directory", "mx")
        relay = Relay(core, DirectoryLink(core, config, data / "links" / link))
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
