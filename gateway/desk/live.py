"""Live screens: one reader of the log for all, each told what changed in the rows it shows."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import structlog
from aiohttp import web

from gateway.desk import lines
from gateway.desk.board import Board, Boards
from store import desk, scope
from store.desk import View
from store.scope import Scope

if TYPE_CHECKING:
    from gateway.core import Core

log = structlog.get_logger()
BEAT_SECONDS = 0.1
POLL_SECONDS = 1.0  # commits of other processes wake nobody here
HEARTBEAT_SECONDS = 5.0
SCREENS_MAX = 500
WAITING_MAX = 20
CATCH_UP_MAX = 5_000
NEW_MAX = 1_000
BEHIND = b""  # what stands in the queue of a screen that missed something


@dataclass(slots=True, eq=False)
class Screen:
    """One open page: what it shows, and what it has yet to be told."""

    view: View | None  # the list it is, whose new rows it wants to hear of
    visible: frozenset[UUID]
    waiting: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(WAITING_MAX))

    def tell(self, message: bytes) -> None:
        """Queue a message; a screen too slow for its queue is drawn anew when it listens again."""
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
            message = BEHIND
        self.waiting.put_nowait(message)


class Pulse:
    """Follows the log while anybody looks, and tells every screen what concerns it."""

    def __init__(
        self,
        core: Core,
        boards: Boards,
        draw_row: Callable[[Any, Board], str],
        draw_strip: Callable[[Board], str],
    ) -> None:
        self.core = core
        self.boards = boards
        self.draw_row = draw_row
        self.draw_strip = draw_strip
        self.screens: set[Screen] = set()
        self._place: dict[int, int] = {}
        self._board: Board | None = None

    async def run(self) -> None:
        """Beat at most ten times a second, for ever; an outage is waited out."""
        while True:
            # listening starts before the beat, so that what commits meanwhile wakes the next one
            woken = asyncio.create_task(self.core.feed.wait(POLL_SECONDS))
            try:
                if self.screens:
                    await self.beat()
                await asyncio.sleep(BEAT_SECONDS)
                await woken
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("desk_pulse", error=repr(error))
                await asyncio.sleep(POLL_SECONDS)
            finally:
                woken.cancel()

    def close(self) -> None:
        """Let every screen go."""
        for screen in self.screens:
            while not screen.waiting.empty():
                screen.waiting.get_nowait()
            screen.waiting.put_nowait(None)

    async def beat(self) -> None:
        """Tell the screens what the log says beyond what they were told."""
        async with self.core.pool.acquire() as db:
            moved, ids = await desk.changed(db, self._place)
            self._place |= moved
        board = await self.boards.now()
        if ids:
            await self._tell_rows(self.screens, board, ids, self._place)
        if board is not self._board:
            self._board = board
            self._broadcast(self._top(board))

    async def join(self, screen: Screen, place: Mapping[int, int]) -> None:
        """Add a screen that was drawn at this place of the log, and tell it what it missed."""
        async with self.core.pool.acquire() as db:
            if not self.screens:
                self._place = await desk.heads(db)
            self.screens.add(screen)
            heads = await desk.heads(db)
            if sum(heads.values()) - sum(place.values()) > CATCH_UP_MAX:
                screen.tell(BEHIND)
                return
            moved, ids = await desk.changed(db, place)
        if ids:
            board = await self.boards.now()
            await self._tell_rows([screen], board, ids, {**place, **moved})

    async def anew(self, screen: Screen) -> bytes:
        """Every row the screen shows as it is now, and that more may have changed beside them."""
        board = await self.boards.now()
        ids = list(screen.visible)
        async with self.core.pool.acquire() as db:
            place = await desk.heads(db)
            rows = await desk.by_ids(db, ids)
            held = (
                await desk.members(db, screen.view, board.today, ids) if screen.view else set(ids)
            )
        said = {
            "rows": {str(row["id"]): self.draw_row(row, board) for row in rows},
            "left": [str(id_) for id_ in screen.visible - held],
            "new": [],
            "behind": True,
            **self._top(board),
        }
        return _message(said, place)

    def _top(self, board: Board) -> dict[str, Any]:
        return {"board": _counts(board), "strip": self.draw_strip(board)}

    async def _tell_rows(
        self, screens: Iterable[Screen], board: Board, ids: set[UUID], place: Mapping[int, int]
    ) -> None:
        groups: defaultdict[View | None, list[Screen]] = defaultdict(list)
        for screen in screens:
            groups[screen.view].append(screen)
        shown = ids & frozenset().union(*(s.visible for group in groups.values() for s in group))
        async with self.core.pool.acquire() as db:
            rows = await desk.by_ids(db, list(shown))
            held = {
                view: await desk.members(db, view, board.today, list(ids)) if view else shown
                for view in groups
            }
        drawn = {row["id"]: self.draw_row(row, board) for row in rows}
        for view, group in groups.items():
            told: dict[frozenset[UUID], bytes] = {}  # screens that show the same are told the same
            for screen in group:
                if screen.visible not in told:
                    said = _news(screen, drawn, held[view])
                    told[screen.visible] = _message(said, place) if said else b""
                if message := told[screen.visible]:
                    screen.tell(message)

    def _broadcast(self, said: dict[str, Any]) -> None:
        message = _message(said, self._place)
        for screen in self.screens:
            screen.tell(message)


class Pulses:
    """A pulse for each reach of rights that is looking: what one may not see moves nothing."""

    def __init__(self, make: Callable[[], Pulse]) -> None:
        self._make = make
        self._running: dict[Scope | None, tuple[Pulse, asyncio.Task[None]]] = {}

    def mine(self) -> Pulse:
        """The pulse for who is asking; it beats within what they may see."""
        mine = scope.current()
        if mine not in self._running:
            pulse = self._make()
            self._running[mine] = (pulse, asyncio.create_task(pulse.run()))
        return self._running[mine][0]

    async def rest(self, pulse: Pulse) -> None:
        """End a pulse that nobody looks at any more."""
        mine = scope.current()
        if not pulse.screens and self._running.get(mine, (None,))[0] is pulse:
            await _ended(self._running.pop(mine)[1])

    def close(self) -> None:
        """Let every screen go."""
        for pulse, _ in self._running.values():
            pulse.close()

    async def stop(self) -> None:
        """End every pulse."""
        while self._running:
            await _ended(self._running.popitem()[1][1])


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def stream(
    request: web.Request,
    pulses: Pulses,
    view: View | None,
    still_allowed: Callable[[], Awaitable[bool]],
) -> web.StreamResponse:
    """Follow one screen until it goes away, its session ends or we stop."""
    visible = lines.read_ids(request.query.get("ids", ""))
    place = lines.read_place(request.headers.get("Last-Event-ID") or request.query.get("from", ""))
    pulse = pulses.mine()
    if len(pulse.screens) >= SCREENS_MAX:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"})
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    screen = Screen(view, visible)
    try:
        await response.write(b"retry: 1000\n\n")
        await pulse.join(screen, place)
        await _follow(response, pulse, screen, still_allowed)
    except (ConnectionResetError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        log.debug("desk_screen_gone")
    finally:
        pulse.screens.discard(screen)
        await pulses.rest(pulse)
    return response


async def _follow(
    response: web.StreamResponse,
    pulse: Pulse,
    screen: Screen,
    still_allowed: Callable[[], Awaitable[bool]],
) -> None:
    """Write what comes, and ask again every heartbeat whether this person may still look."""
    asked = time.monotonic()
    while True:
        left = max(0.0, asked + HEARTBEAT_SECONDS - time.monotonic())
        try:
            message = await asyncio.wait_for(screen.waiting.get(), left)
        except TimeoutError:
            message = b": still here\n\n"
        if time.monotonic() - asked >= HEARTBEAT_SECONDS:
            if not await still_allowed():
                return
            asked = time.monotonic()
        if message is None:
            return
        await response.write(await pulse.anew(screen) if message == BEHIND else message)


def _news(screen: Screen, drawn: Mapping[UUID, str], held: Set[UUID]) -> dict[str, Any]:
    """What a screen is told: its rows that changed, those its view lost, those it gained unseen."""
    mine = screen.visible & drawn.keys()
    fresh = held - screen.visible if screen.view else set()
    if not mine and not fresh:
        return {}
    return {
        "rows": {str(id_): drawn[id_] for id_ in mine},
        "left": [str(id_) for id_ in mine - held],
        "new": [str(id_) for id_ in list(fresh)[:NEW_MAX]],
    }


def _message(said: dict[str, Any], place: Mapping[int, int]) -> bytes:
    body = json.dumps(said, separators=(",", ":"), ensure_ascii=False)
    return f"id: {lines.write_place(place)}\ndata: {body}\n\n".encode()


def _counts(board: Board) -> dict[str, Any]:
    return {
        "now": board.now.isoformat(),
        "virtual": board.virtual,
        "tabs": {**board.tabs, "inbound": board.parked, "exceptions": board.exceptions},
    }
