"""An item that failed alone: set aside with its traceback, in view of a person; the lane goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.items import (
    Action,
    Due,
    Handling,
    Item,
    Opening,
    Routed,
    Submission,
    Telling,
    finish,
)
from schemas.problem import Refused
from store import cases, commands, messages
from store.cases import ExceptionRow
from store.messages import Settled

if TYPE_CHECKING:
    from gateway.core import Core


async def park(core: Core, item: Item, reason: str) -> None:
    """Keep the item and say why it failed."""
    now = core.clock.now()
    async with core.pool.acquire() as db, db.transaction():
        match item:
            case Routed():
                await messages.settle_many(
                    db,
                    [
                        Settled(
                            item.message,
                            "parked",
                            item.lane,
                            item.id,
                            item.answer.header.type,
                            item.related,
                            f"bug: {reason}",
                            None,
                        )
                    ],
                )
                row = ExceptionRow(
                    item.lane, item.id, item.message, "bug", f"message {item.message}", reason, now
                )
            case Submission() | Action() | Opening() | Telling() | Handling() if (
                item.command is not None
            ):
                await commands.park(db, item.command, reason)
                row = ExceptionRow(
                    item.lane, None, None, "bug", f"command {item.command}", reason, now
                )
            case Due():
                row = ExceptionRow(
                    item.lane, item.id, None, "bug", f"timer {item.kind} {item.id}", reason, now
                )
                await db.execute(
                    "delete from timer where lane = $1 and instruction = $2 and kind = $3",
                    item.lane,
                    item.id,
                    item.kind,
                )
            case _:
                row = ExceptionRow(
                    item.lane,
                    None,
                    None,
                    "bug",
                    f"request {id(item)} {now.isoformat()}",
                    reason,
                    now,
                )
        await cases.raise_exceptions(db, [row])
    finish([item], {}, Refused("internal"))
