"""Plays the story of `gateway/demo_scenes.py`: moves time from step to step, and people act through HTTP."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog

from gateway.demo_day import Day
from gateway.demo_figures import figures
from gateway.demo_scenes import LAST, SCENES, Scene, Step
from gateway.demo_victim import killed
from gateway.story import Story

log = structlog.get_logger()
NAMED = re.compile(r"\{([A-Z0-9-]+)\}")
PAGES = {"/": "the list", "/links": "what the restart did"}
ONE = "select lane, id, state, isin, instrument_name from condition where reference = $1"


class Player:
    """One telling of the story on a day of trades."""

    def __init__(self, day: Day, story: Story, say: Callable[[str], None]) -> None:
        self.day = day
        self.story = story
        self.say = say
        self.differs: list[str] = []  # from the table: answers and end states

    async def play(self) -> None:
        """Tell it to its end, or to the end of a step once the day is ending.

        It begins where the clock stands: what a process before this one told is not told again, but for
        the step it died in, which keys and references make harmless.
        """
        began_at = self.day.core.clock.now()
        starts = [s.at for scene in SCENES for s in scene.steps]
        ends = iter([*starts[1:], LAST])
        for number, scene in enumerate(SCENES):
            self.story.scene = number
            left = [(s, until) for s in scene.steps if (until := next(ends)) > began_at]
            if not left:
                continue
            self.say(f"\n{number + 1}. {scene.title}")
            for step, until in left:
                await self._tell(step, until.astimezone(UTC))
                if self.day.ending:
                    return
            await self.day.through(partial(self._compare, scene))
        self.story.over = True

    async def _tell(self, step: Step, until: datetime) -> None:
        await self.day.run(step.at.astimezone(UTC))
        await self.day.through(partial(self._act, step))
        await self.day.quiet()
        await self.show(step)
        begun = self.story.screen_seconds()
        await self.day.run(until, self._pace(begun, step, until))
        await self.story.wait_until(begun + step.seconds)

    async def show(self, step: Step) -> None:
        """Say what to look at, on the desk and in the terminal."""
        self.say(f"{step.at:%a %H:%M}  {step.look}")
        facts = await self._facts(step)
        address, page = await self.day.through(partial(self._page, step.about))
        self.story.show(step.look, address, page, facts)

    async def _act(self, step: Step) -> None:
        if step.kills:
            await killed(self.day.core, self.day.up.parts, partial(self._do, step))
        else:
            await self._do(step)

    def _pace(self, begun: float, step: Step, until: datetime) -> Callable[[], Awaitable[None]]:
        """Spreads the step's seconds on the screen over its business time."""

        async def keep() -> None:
            share = (self.day.core.clock.now() - step.at) / (until - step.at)
            await self.story.wait_until(begun + step.seconds * share)

        return keep

    async def _do(self, step: Step) -> None:
        if not step.path:
            return
        path = step.path
        for name in NAMED.findall(path):
            row = await self._one(name)
            path = path.replace(f"{{{name}}}", str(row["id"]) if row else name)
        door, body = self.day.door, step.body
        if path.endswith("/approve"):
            body = await door.content(step.who, path.removesuffix("/approve"))
        status, said = await door.post(step.who, path, body, f"{step.at:%d%H%M}")
        if status == 200 and "results" in said:
            self.day.note(said["results"])
        if status != step.answer:
            self._differs(f"{step.who} {step.path}: {status} instead of {step.answer}: {said}")

    async def _facts(self, step: Step) -> list[tuple[str, str]]:
        if not step.facts:
            return []
        known = await self.day.through(partial(figures, self.day))
        facts = [(label, known[name]) for label, name in step.facts]
        self.say("           " + ", ".join(f"{label}: {figure}" for label, figure in facts))
        return facts

    async def _page(self, reference: str) -> tuple[str, str]:
        """Where this instruction is seen, and its name on the screen; a page stands for itself."""
        if reference.startswith("/"):
            return reference, PAGES[urlsplit(reference).path]
        row = await self._one(reference) if reference else None
        if row is None:
            return "/", PAGES["/"]
        return f"/instructions/{row['id']}", reference

    async def _one(self, reference: str) -> Any | None:
        async with self.day.core.pool.acquire() as db:
            return await db.fetchrow(ONE, reference)

    async def _compare(self, scene: Scene) -> None:
        for reference, state in scene.ends.items():
            row = await self._one(reference)
            if row is None or row["state"] != state:
                self._differs(f"{reference} is {row and row['state']} instead of {state}")

    def _differs(self, what: str) -> None:
        """Whoever watches may act as well: that is no fault, and is said."""
        log.warning("the story differs", what=what)
        self.differs.append(what)
