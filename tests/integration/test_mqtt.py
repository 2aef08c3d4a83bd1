"""Nothing that was published is lost, whoever is killed between its coming and the commit."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from gateway.broker import EmbeddedBroker
from gateway.mqtt import Delivery, Fate, LinkDown, Mqtt
from gateway.mqtt_connection import cancel, connect, inside, make_client, reachable
from store import supervisor
from store.account import temporary_data

if TYPE_CHECKING:
    from conftest import Database

ROOT = Path(__file__).parents[2]
CONSUMER = """
import asyncio, sys
import asyncpg
from gateway.mqtt import Mqtt

async def main(url, topic, dsn):
    db = await asyncpg.connect(dsn)
    async with Mqtt(url, "consumer") as client:
        await client.subscribe(topic)
        print("ready", flush=True)
        async for batch in client.batches(cap=20):
            rows = [(delivery.payload,) for delivery in batch]
            await db.executemany("insert into got (payload) values ($1)", rows)
            await asyncio.sleep(0.01)
            for delivery in batch:
                delivery.ack()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
async def own_broker() -> AsyncIterator[EmbeddedBroker]:
    """A broker of this test's own, to be killed."""
    with temporary_data() as data:
        async with EmbeddedBroker(data) as server:
            yield server


@pytest.fixture
def topic() -> str:
    return f"finality/links/{secrets.token_hex(8)}/in"


async def test_what_was_not_acknowledged_comes_again_to_the_next_process(
    broker: EmbeddedBroker, topic: str
) -> None:
    name = f"durable-{topic}".replace("/", "-")
    async with Mqtt(broker.url(), "out-1") as other:
        async with Mqtt(broker.url(), name) as client:
            await client.subscribe(topic)
            await other.publish_many([(topic, b"%d" % n) for n in range(10)])
            first = await take(client, 10)
            for delivery in first[:4]:
                delivery.ack()
            await asyncio.sleep(0.2)
        began = time.monotonic()
        async with Mqtt(broker.url(), name) as client:
            again = await take(client, 6)
            told(f"unacknowledged payloads came again after {time.monotonic() - began:.2f} s")
            assert {d.payload for d in again} == {b"%d" % n for n in range(4, 10)}
            for delivery in again:
                delivery.ack()
    assert time.monotonic() - began < 10


async def test_what_was_acknowledged_does_not_come_again(
    broker: EmbeddedBroker, topic: str
) -> None:
    name = f"acked-{topic}".replace("/", "-")
    async with Mqtt(broker.url(), "out-2") as other:
        async with Mqtt(broker.url(), name) as client:
            await client.subscribe(topic)
            await other.publish(topic, b"once")
            for delivery in await take(client, 1):
                delivery.ack()
            await asyncio.sleep(0.2)
        async with Mqtt(broker.url(), name) as client:
            await client.subscribe(topic)
            await asyncio.sleep(6)
            assert client.waiting == 0


async def test_new_payloads_come_within_five_seconds_of_a_broker_kill(
    own_broker: EmbeddedBroker, topic: str
) -> None:
    async with Mqtt(own_broker.url(), "in") as client, Mqtt(own_broker.url(), "out") as other:
        await client.subscribe(topic)
        await other.publish(topic, b"before")
        unacknowledged = await take(client, 1)
        began = time.monotonic()
        kill(own_broker, signal.SIGKILL)
        await persist(other, topic, b"after")
        seen = {d.payload for d in await take(client, 1)}
        resumed = time.monotonic() - began
        while b"before" not in seen:
            seen |= {d.payload for d in await take(client, 1)}
        told(f"new payload after {resumed:.2f} s, old one after {time.monotonic() - began:.2f} s")
        assert resumed < 5
        assert time.monotonic() - began < 12
        unacknowledged[0].ack()


async def test_nothing_is_lost_when_consumer_and_broker_are_killed_under_load(
    own_broker: EmbeddedBroker, database: Database, topic: str
) -> None:
    db = await asyncpg.connect(database.superuser)
    await db.execute("create table got (payload bytea not null)")
    wanted = [b"%d" % n for n in range(1500)]
    args = (own_broker.url(), topic, database.superuser)
    consumer = await consume(*args)
    async with Mqtt(own_broker.url(), "publisher", timeout_seconds=3) as publisher:
        sending = asyncio.create_task(persist_all(publisher, topic, wanted))
        for _ in range(3):
            await asyncio.sleep(0.3)
            consumer.kill()
            await consumer.wait()
            kill(own_broker, signal.SIGKILL)
            consumer = await consume(*args)
        await asyncio.wait_for(sending, 30)
        await until_all(db, len(wanted))
    consumer.kill()
    await consumer.wait()
    rows = Counter(row["payload"] for row in await db.fetch("select payload from got"))
    await db.close()
    told(f"{len(rows)} payloads, {rows.total() - len(rows)} repeats")
    assert set(rows) == set(wanted)


async def test_a_packed_payload_of_200_kb_comes_whole(broker: EmbeddedBroker, topic: str) -> None:
    payload = secrets.token_bytes(200_000)
    async with Mqtt(broker.url(), "big-in") as client, Mqtt(broker.url(), "big-out") as other:
        await client.subscribe(topic)
        fates = await other.publish_many([(topic, payload)] * 20)
        assert set(fates) == {Fate.TAKEN}
        got = await take(client, 20)
        assert {d.payload for d in got} == {payload}
        for delivery in got:
            delivery.ack()


async def test_order_is_kept_while_nothing_breaks(broker: EmbeddedBroker, topic: str) -> None:
    async with Mqtt(broker.url(), "order-in") as client, Mqtt(broker.url(), "order-out") as other:
        await client.subscribe(topic)
        await other.publish_many([(topic, b"%d" % n) for n in range(3000)])
        got = await take(client, 3000, ack=True)
        assert [int(d.payload) for d in got] == list(range(3000))


async def test_a_flood_stops_the_reading_and_not_our_own_publishing(
    broker: EmbeddedBroker, topic: str
) -> None:
    async with (
        Mqtt(broker.url(), "flooded", queue_max=50) as client,
        Mqtt(broker.url(), "flooder") as other,
    ):
        await client.subscribe(topic)
        await other.publish_many([(topic, b"%d" % n) for n in range(1000)])
        await until(lambda: client.paused)
        await asyncio.sleep(0.2)
        assert client.waiting <= 60
        await client.publish(f"{topic}/else", b"still heard")
        got = await take(client, 1000, ack=True)
        assert {int(d.payload) for d in got} == set(range(1000))
        assert not client.paused


async def test_the_bytes_of_a_flood_are_bounded_too(broker: EmbeddedBroker, topic: str) -> None:
    async with (
        Mqtt(broker.url(), "fat", queue_bytes_max=1_000_000) as client,
        Mqtt(broker.url(), "fattener") as other,
    ):
        await client.subscribe(topic)
        await other.publish_many([(topic, bytes(200_000)) for _ in range(50)])
        await until(lambda: client.paused)
        assert client.waiting <= 6
        assert len(await take(client, 50, ack=True)) == 50


async def test_a_batch_keeps_both_its_bounds(broker: EmbeddedBroker, topic: str) -> None:
    async with Mqtt(broker.url(), "cap-in") as client, Mqtt(broker.url(), "cap-out") as other:
        await client.subscribe(topic)
        await other.publish_many([(topic, bytes(1000)) for _ in range(30)])
        await until(lambda: client.waiting == 30)
        batches = client.batches(cap=20, bytes_max=5000)
        assert len(await anext(batches)) == 5
        batches = client.batches(cap=20)
        assert len(await anext(batches)) == 20
        assert len(await anext(batches)) == 5


async def test_without_a_broker_nothing_is_sent_and_that_is_sure() -> None:
    async with Mqtt("mqtt://127.0.0.1:1", "lonely", timeout_seconds=0.3) as client:
        with pytest.raises(LinkDown) as error:
            await client.publish("a/b", b"x")
        assert type(error.value) is LinkDown
        assert await client.publish_many([("a/b", b"x")]) == [Fate.NOT_SENT]
        with pytest.raises(LinkDown):
            await client.subscribe("a/b")
        assert not client.connected


async def test_a_connection_broken_before_the_answer_is_noticed_at_once() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        began = time.monotonic()
        assert not await reachable(f"mqtt://127.0.0.1:{port}", "early", timeout_seconds=10)
        assert time.monotonic() - began < 2


async def test_a_connection_given_up_breaks_without_a_cancellation() -> None:
    """aiomqtt's callback asks a future that was cancelled; that must not pass for our own end."""
    wrong: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: wrong.append(context))
    came: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    server = await asyncio.start_server(lambda _, writer: came.put_nowait(writer), "127.0.0.1", 0)
    async with server:
        url = f"mqtt://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = make_client(url, "given-up", clean=True, timeout_seconds=10)
        opening = asyncio.create_task(connect(client))
        writer = await came.get()
        await asyncio.sleep(0.05)
        await cancel(opening)
        writer.transport.abort()
        await asyncio.sleep(0.1)
    assert wrong == []
    inside(client).disconnect()  # raises nothing


async def test_who_listens_is_told_when_a_connection_is_no_longer_kept_up(
    broker: EmbeddedBroker, topic: str
) -> None:
    async with Mqtt(broker.url(), "unkept") as client:
        await client.subscribe(topic)
        for task in asyncio.all_tasks():
            if task.get_name() == "unkept out":
                task.cancel()
        with pytest.raises(RuntimeError, match="unkept out is no longer kept up"):
            await take(client, 1)


async def test_a_client_can_be_closed_at_any_moment(broker: EmbeddedBroker, topic: str) -> None:
    async with asyncio.timeout(15):
        for n in range(60):
            async with Mqtt(broker.url(), "hasty") as client:
                asking = asyncio.create_task(client.subscribe(topic))
                await asyncio.sleep(n / 4000)
            await cancel(asking)


async def test_a_silent_broker_leaves_the_fate_unknown(own_broker: EmbeddedBroker) -> None:
    async with Mqtt(own_broker.url(), "patient", timeout_seconds=0.5) as client:
        await client.publish("a/b", b"x")
        kill(own_broker, signal.SIGSTOP)
        try:
            await until(lambda: supervisor.state(own_broker.pid or 0) == "T")
            assert await client.publish_many([("a/b", b"x")]) == [Fate.UNKNOWN]
        finally:
            kill(own_broker, signal.SIGCONT)


async def test_a_late_acknowledgement_on_a_dead_connection_does_no_harm(
    own_broker: EmbeddedBroker, topic: str
) -> None:
    async with Mqtt(own_broker.url(), "late") as client, Mqtt(own_broker.url(), "sender") as other:
        await client.subscribe(topic)
        await other.publish_many([(topic, b"%d" % n) for n in range(5)])
        old = await take(client, 5)
        kill(own_broker, signal.SIGKILL)
        await persist(other, topic, b"new")
        fresh = await take(client, 1)
        for delivery in old:
            delivery.ack()
        seen = Counter(d.payload for d in fresh)
        while len(seen) < 6:
            seen.update(d.payload for d in await take(client, 1))
        assert set(seen) == {b"new", *(b"%d" % n for n in range(5))}


async def test_a_retained_clock_is_seen_by_who_comes_later(
    broker: EmbeddedBroker, topic: str
) -> None:
    async with Mqtt(broker.url(), "clock-out") as client:
        await client.publish(topic, b"now", retain=True)
    async with Mqtt(broker.url(), "clock-in") as client:
        await client.subscribe(topic)
        assert (await take(client, 1))[0].payload == b"now"
        await client.publish(topic, b"", retain=True)


def kill(broker: EmbeddedBroker, sign: signal.Signals) -> None:
    assert broker.pid is not None
    os.kill(broker.pid, sign)


async def take(client: Mqtt, count: int, *, ack: bool = False) -> list[Delivery]:
    """The next `count` deliveries or more, or an error after 15 seconds."""
    got: list[Delivery] = []
    async with asyncio.timeout(15):
        async for batch in client.batches():
            got += batch
            for delivery in batch if ack else ():
                delivery.ack()
            if len(got) >= count:
                break
    return got


async def persist(client: Mqtt, topic: str, payload: bytes) -> None:
    """Publish until it is taken, as the outbox does."""
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(LinkDown):
                return await client.publish(topic, payload)


async def persist_all(client: Mqtt, topic: str, payloads: list[bytes]) -> None:
    """Publish all until all are taken, fifty at a time."""
    left = list(payloads)
    while left:
        now, left = left[:50], left[50:]
        fates = await client.publish_many([(topic, payload) for payload in now])
        left += [p for p, fate in zip(now, fates, strict=True) if fate is not Fate.TAKEN]
        await asyncio.sleep(0.02)


async def consume(url: str, topic: str, dsn: str) -> asyncio.subprocess.Process:
    """A process that stores what comes, and acknowledges after the commit."""
    consumer = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CONSUMER,
        url,
        topic,
        dsn,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert consumer.stdout is not None
    await asyncio.wait_for(consumer.stdout.readline(), 15)
    return consumer


async def until_all(db: asyncpg.Connection, count: int) -> None:
    for _ in range(200):
        if await db.fetchval("select count(distinct payload) from got") >= count:
            return
        await asyncio.sleep(0.1)


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to hold")


def told(text: str) -> None:
    sys.stdout.write(text + "\n")
