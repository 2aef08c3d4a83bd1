"""A story being told: which scene, what to look at, and the hands of who watches on its pace.

It knows neither the trades nor the clock of the business; `gateway/demo_story.py` plays it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.problem import Problem, Refused

SPEEDS = (1, 2, 4)
SLICE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Frame:
    """What a screen shows of the story at one moment."""

    number: int  # of the scene, from 1
    titles: tuple[str, ...]
    look: str
    address: str  # of the page to look at
    page: str  # what is found there
    facts: tuple[tuple[str, str], ...]  # label and figure
    paused: bool
    speed: int
    skipping: bool

    @property
    def title(self) -> str:
        """Of this scene."""
        return self.titles[self.number - 1]


class Story:
    """The story as it stands. Screen time runs with real time, times the speed, unless it is paused."""

    def __init__(self, titles: Sequence[str]) -> None:
        self.titles = tuple(titles)
        self.scene = 0
        self.look = ""
        self.address = "/"
        self.page = ""
        self.facts: tuple[tuple[str, str], ...] = ()
        self.paused = False
        self.speed = SPEEDS[0]
        self.over = False
        self._wanted = 0
        self._shown = 0.0
        self._since = time.monotonic()

    @property
    def skipping(self) -> bool:
        """On the way to a later scene, as fast as it goes."""
        return self.scene < self._wanted

    def frame(self) -> Frame | None:
        """What to show now; None when it is over."""
        if self.over:
            return None
        return Frame(
            self.scene + 1,
            self.titles,
            self.look,
            self.address,
            self.page,
            self.facts,
            self.paused,
            self.speed,
            self.skipping,
        )

    def show(
        self, look: str, address: str, page: str, facts: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Say what to look at from now on, where, and the figures that go with it."""
        self.look, self.address, self.page, self.facts = look, address, page, tuple(facts)

    # who watches ----------------------------------------------------------------------------------

    def pause(self, paused: bool) -> None:
        """Stand still, or go on."""
        self._reckon()
        self.paused = paused

    def hasten(self, speed: int) -> None:
        """Show it so many times as fast; Refused for a speed that is not offered."""
        if speed not in SPEEDS:
            offered = ", ".join(map(str, SPEEDS))
            raise Refused("invalid", [Problem("speed", "speed", f"one of {offered}", str(speed))])
        self._reckon()
        self.speed = speed

    def skip(self, scene: int) -> None:
        """Go to a later scene (from 0) without waiting; Refused for one that was shown."""
        if not self.scene < scene < len(self.titles):
            what = f"a scene after {self.scene + 1}, up to {len(self.titles)}"
            raise Refused("invalid", [Problem("scene", "scene", what, str(scene + 1))])
        self._wanted = scene
        self.pause(False)

    # who plays it ---------------------------------------------------------------------------------

    def screen_seconds(self) -> float:
        """How much of the story's time has been shown."""
        self._reckon()
        return self._shown

    async def wait_until(self, screen_seconds: float) -> None:
        """Until so much has been shown; at once on the way to a later scene, never while paused.

        A story that is broken off waits for nothing.
        """
        while not self.over and (
            self.paused or (self.screen_seconds() < screen_seconds and not self.skipping)
        ):
            await asyncio.sleep(SLICE_SECONDS)

    def _reckon(self) -> None:
        now = time.monotonic()
        if not self.paused:
            self._shown += (now - self._since) * self.speed
        self._since = now
