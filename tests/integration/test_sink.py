"""The status sink: who listens over MQTT learns what the log says, and each instruction's last state."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from street import TUESDAY, Street, a_database, a_street, ack, buy

from gateway import app as wiring
from gateway.broker import EmbeddedBroker
from gateway.mqtt import Mqtt
from store.account import temporary_data

STATUS = "finality/instructions/+/status"


@pytest.fixture
async def broker() -> AsyncIterator[EmbeddedBroker]:
    """A broker of this test's own: its retained topics are nobody else's."""
    with temporary_data() as data:
        async with EmbeddedBroker(data) as server:
            yield server


@pytest.fixture
async def given(
    postgres: Any, as_superuser: Any, template: str, broker: EmbeddedBroker
) -> AsyncIterator[wiring.Parts]:
    async with a_database(postgres, as_superuser, template, "sink") as parts:
        parts.mqtt = broker.url()
        yield parts


class Listener:
    """Somebody else's program: the events it was told, and the state each status topic shows."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.shown: dict[str, Any] = {}

    async def listen(self, mqtt: Mqtt) -> None:
        async for batch in mqtt.batches():
            for delivery in batch:
                if delivery.topic.startswith("finality/events/"):
                    told = json.loads(delivery.payload)
                    assert {e["type"] for e in told} == {delivery.topic.rsplit("/", 1)[1]}
                    self.events += told
                else:
                    id_ = delivery.topic.split("/")[2]
                    self.shown[id_] = json.loads(delivery.payload) if delivery.payload else None
                delivery.ack()

    async def sees(self, id_: str, state: str | None) -> None:
        async with asyncio.timeout(20):
            while (self.shown.get(id_) or {"state": None})["state"] != state:
                await asyncio.sleep(0.02)


@pytest.fixture
async def listener(broker: EmbeddedBroker) -> AsyncIterator[Listener]:
    made = Listener()
    async with Mqtt(broker.url(), "listener") as mqtt, asyncio.TaskGroup() as tasks:
        await mqtt.subscribe("finality/events/+")
        await mqtt.subscribe(STATUS)
        listening = tasks.create_task(made.listen(mqtt))
        yield made
        listening.cancel()


async def acknowledged(street: Street, reference: str) -> str:
    id_ = await street.submit(buy(street.portfolio(), reference))
    await street.deliver("swift", ack(await street.wire(id_)))
    return id_


async def test_events_and_last_states_are_told_in_the_order_of_the_log(
    given: wiring.Parts, listener: Listener, tmp_path: Path
) -> None:
    async with a_street(given, tmp_path) as street:
        id_ = await acknowledged(street, "TOLD-1")
        await listener.sees(id_, "sent")
        case = await street.case(id_)
        assert listener.shown[id_]["reference"] == "TOLD-1"
        assert listener.shown[id_]["axes"] == case["axes"]
        log: list[dict[str, Any]] = []
        page = {"cursor": "", "more": True}
        while page["more"]:
            page = await street.get("/v1/events", limit=500, after=page["cursor"])
            log += page["events"]
    for lane in {e["lane"] for e in log}:
        told = [e for e in listener.events if e["lane"] == lane]
        meant = [e for e in log if e["lane"] == lane]
        assert told == [{k: v for k, v in e.items() if k != "cursor"} for e in meant]


async def test_what_came_while_the_broker_was_away_is_told_when_it_is_back(
    given: wiring.Parts, listener: Listener, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    async with a_street(given, tmp_path) as street:
        assert broker.pid is not None
        os.kill(broker.pid, signal.SIGKILL)
        id_ = await acknowledged(street, "AWAY-1")
        await listener.sees(id_, "sent")


async def test_a_gateway_started_again_goes_on_where_the_last_one_told(
    given: wiring.Parts, listener: Listener, tmp_path: Path
) -> None:
    async with a_street(given, tmp_path) as street:
        id_ = await acknowledged(street, "AGAIN-1")
        await listener.sees(id_, "sent")
    told = len(listener.events)
    async with a_street(given, tmp_path) as street:
        await listener.sees(await acknowledged(street, "AGAIN-2"), "sent")
    again = [e for e in listener.events[told:] if e["aggregate"] == id_]
    assert again == []


async def test_the_status_of_an_ended_instruction_is_taken_away_days_later(
    given: wiring.Parts, listener: Listener, tmp_path: Path
) -> None:
    async with a_street(given, tmp_path, status_days=2) as street:
        ended = await street.submit(
            buy(
                street.portfolio(),
                "ENDED-1",
                direction="DELI",
                payment="FREE",
                settlement_amount=None,
                deal_amount=None,
                price=None,
                commission=None,
            )
        )
        status, _ = await street.act("anna", ended, "cancel", {"reason": "dealt in error"})
        assert status == 200
        await listener.sees(ended, "cancelled")
        going_on = await acknowledged(street, "OPEN-1")
        await listener.sees(going_on, "sent")
        await street.set_clock(TUESDAY + timedelta(days=1))
        await listener.sees(ended, "cancelled")
        await street.set_clock(TUESDAY + timedelta(days=3))
        await listener.sees(ended, None)
        assert ended in listener.shown
        assert listener.shown[going_on]["state"] is not None
