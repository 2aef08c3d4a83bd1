"""The bar that tells the demo's story: what to look at now, and its pace in the hands of who watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from gateway.desk.frame import Frame
from gateway.desk.login import Seat
from gateway.story import Story
from schemas.problem import Problem, Refused

if TYPE_CHECKING:
    from gateway.core import Core


class StoryBar:
    """The bar by itself, for the pages that follow it, and the driver behind its buttons."""

    def __init__(self, core: Core, frame: Frame) -> None:
        self.core = core
        self.frame = frame

    async def bar(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The bar as it stands; nothing when no story is told."""
        return self.frame.draw("story.html", seat)

    async def drive(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Pause, go on, change speed or skip, as the form says; back to the page it came from."""
        form = await request.post()
        _steer(self._told(), str(form.get("do", "")))
        raise web.HTTPSeeOther("/")

    def _told(self) -> Story:
        story = self.core.story
        if story is None or story.frame() is None:
            raise Refused("no_story", [Problem("do", "over", "no story is told here now")])
        return story


def _steer(story: Story, do: str) -> None:
    """`pause`, `go on`, `speed N` (times), `scene N` (from 1)."""
    verb, _, number = do.partition(" ")
    count = int(number) if number.isdecimal() and len(number) < 4 else 0
    if do in ("pause", "go on"):
        story.pause(do == "pause")
    elif verb == "speed":
        story.hasten(count)
    elif verb == "scene":
        story.skip(count - 1)
    else:
        what = "one of: pause, go on, speed N, scene N"
        raise Refused("invalid", [Problem("do", "unknown", what, do)])


def add_story(app: web.Application, core: Core, frame: Frame) -> None:
    """Add the bar and its driver to the application."""
    bar = StoryBar(core, frame)
    app.router.add_get("/story", frame.page(bar.bar), allow_head=False)
    app.router.add_post("/story", frame.page(bar.drive, "admin"))
