"""The story of the demo day, played through on a fast screen: every scene comes to its end."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from gateway import demo
from gateway import verify as audit
from gateway.config import Settings
from gateway.demo_day import Day
from gateway.demo_orders import PREFIX
from gateway.demo_scenes import SCENES
from gateway.demo_story import Player
from gateway.demo_stream import OPEN
from gateway.demo_world import holdings_of, plan
from gateway.story import Story
from store.account import temporary_data

SEED = 7
BACKGROUND = 40


@dataclass
class Told:
    """A story that was told, and what it left."""

    day: Day
    player: Player
    looked: list[tuple[str, str]]  # sentence, page
    facts: list[dict[str, str]]
    findings: list[dict[str, str]]


@pytest.fixture(scope="module")
async def told() -> AsyncIterator[Told]:
    with temporary_data() as folder:
        async for one in _told(Settings(data=folder, http_port=0, environment="DEMO")):
            yield one


async def _told(settings: Settings) -> AsyncIterator[Told]:
    story = Story([scene.title for scene in SCENES])
    story.speed = 10_000
    looked: list[tuple[str, str]] = []
    facts: list[dict[str, str]] = []
    said: list[str] = []
    show = story.show

    def remember(look: str, address: str, page: str, told: Sequence[tuple[str, str]]) -> None:
        looked.append((look, address))
        facts.append(dict(told))
        show(look, address, page, told)

    story.show = remember  # type: ignore[method-assign]
    async with demo.stage(settings, SEED) as day:
        day.waiting = plan(SEED, BACKGROUND, OPEN.date(), 1, OPEN, holdings_of())
        day.core.story = story
        player = Player(day, story, said.append)
        await player.play()
        async with day.core.pool.acquire() as db:
            findings = await audit.verify(db, settings.data / "simulators")
        yield Told(day, player, looked, facts, findings)


def test_every_answer_and_end_state_is_that_of_the_table(told: Told) -> None:
    assert told.player.differs == []
    assert told.day.problems == []


def test_everything_agrees_when_the_story_is_over(told: Told) -> None:
    assert told.findings == []
    assert told.player.story.frame() is None


def test_every_step_says_what_to_look_at_and_where(told: Told) -> None:
    assert len(told.looked) == sum(len(scene.steps) for scene in SCENES)
    assert all(look and address.startswith("/") for look, address in told.looked)


async def test_a_correction_cancels_waits_and_sends_anew(told: Told) -> None:
    types = await _types(told, "NVDA")
    assert types == ["541 NEWM", "541 CANC", "541 NEWM"]


async def _types(told: Told, name: str) -> list[str]:
    async with told.day.core.pool.acquire() as db:
        rows = await db.fetch(
            "select o.type, m.body from outbox o join raw_message m using (id)"
            " join condition c on c.id = o.instruction where c.reference = $1 order by o.id",
            PREFIX + name,
        )
    return [f"{r['type'][2:]} {'CANC' if b':23G:CANC' in r['body'] else 'NEWM'}" for r in rows]


def test_the_kill_loses_nothing_and_doubles_nothing(told: Told) -> None:
    (facts,) = [facts for facts in told.facts if "of them lost" in facts]
    assert facts["of them lost"] == facts["taken twice"] == "0"
    assert facts["sent again, marked"] == "3"


def test_the_last_frame_states_counts_money_and_that_everything_agrees(told: Told) -> None:
    last = told.facts[-1]
    parts = ("settled", "cancelled", "open, with a reason", "open, unexplained")
    assert int(last["due by today"]) == sum(int(last[part]) for part in parts) > BACKGROUND / 2
    assert last["open, unexplained"] == last["faults found by finality verify"] == "0"
    assert re.fullmatch(r"EUR [\d,]+\.\d\d and USD [\d,]+\.\d\d", last["changed hands"])


async def test_the_part_that_settled_is_twelve_thousand_of_twenty(told: Told) -> None:
    async with told.day.core.pool.acquire() as db:
        row = await db.fetchrow(
            "select settled_quantity, open_quantity from condition where reference = $1",
            PREFIX + "SAP",
        )
    assert tuple(map(int, row)) == (12_000, 8_000)


async def test_a_second_start_does_not_tell_it_again(told: Told) -> None:
    assert not await demo._untold(told.day)
