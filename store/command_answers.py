"""Answers to commands left for another process: the holder of the lane says what became of them."""

from __future__ import annotations

from collections.abc import Sequence

from store.rows import Connection, columns

ADD = "insert into command (lane, kind, payload) values ($1, $2, $3) returning id"
PUT_MANY = """
insert into command_answer (command, body) select * from unnest($1::bigint[], $2::text[])
on conflict (command) do nothing
"""
TAKE = "delete from command_answer where command = $1 returning body"
PARKED = "select reason from command where id = $1 and reason is not null"
FORGET = """
delete from command_answer where answered_at < clock_timestamp() - interval '1 hour'
"""


async def ask(db: Connection, lane: int, kind: str, payload: str) -> int:
    """Leave one command for the holder of its lane; the number its answer comes under."""
    return int(await db.fetchval(ADD, lane, kind, payload))


async def put_many(db: Connection, answers: Sequence[tuple[int, str]]) -> None:
    """What became of these commands, in the transaction that worked them."""
    if answers:
        await db.execute(PUT_MANY, *columns(answers))


async def take(db: Connection, command: int) -> tuple[str | None, bool]:
    """The answer, once; and whether the command was parked and will have none."""
    body = await db.fetchval(TAKE, command)
    if body is not None:
        return body, False
    return None, await db.fetchval(PARKED, command) is not None


async def forget(db: Connection) -> None:
    """Drop what nobody came back for."""
    await db.execute(FORGET)
