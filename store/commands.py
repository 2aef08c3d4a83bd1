"""Commands: what another process took in for lanes it does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store.rows import Connection, columns

ADD_MANY = """
insert into command (lane, kind, payload)
select * from unnest($1::smallint[], $2::text[], $3::text[])
"""
WAITING = """
select id, lane, kind, payload, attempts from command
where lane = any($1::smallint[]) and reason is null and id > $2 order by id limit $3
"""
DONE_MANY = "delete from command where id = any($1::bigint[])"
PARK = "update command set reason = $2 where id = $1"
TRIED_MANY = "update command set attempts = attempts + 1 where id = any($1::bigint[])"
NOTIFY = "select pg_notify('finality_lane', '')"


async def add_many(db: Connection, commands: Sequence[tuple[int, str, str]]) -> None:
    """Leave work for the holder of each lane and wake it."""
    if commands:
        await db.execute(ADD_MANY, *columns(commands))
        await db.execute(NOTIFY)


async def waiting(db: Connection, lanes: Sequence[int], after: int, limit: int) -> list[Any]:
    """What waits in these lanes, oldest first."""
    return list(await db.fetch(WAITING, list(lanes), after, limit))


async def done_many(db: Connection, ids: Sequence[int]) -> None:
    """These were worked in this transaction."""
    if ids:
        await db.execute(DONE_MANY, list(ids))


async def park(db: Connection, id_: int, reason: str) -> None:
    """Keep the command with its traceback; the lane goes on."""
    await db.execute(PARK, id_, reason)


async def tried_many(db: Connection, ids: Sequence[int]) -> None:
    """Count an attempt before the work."""
    if ids:
        await db.execute(TRIED_MANY, list(ids))
