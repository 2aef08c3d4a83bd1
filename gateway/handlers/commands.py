"""Work for lanes another process holds: left in the database, read by the holder."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import time
import zlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gateway.identity import Client
from gateway.items import Action, Handling, Item, Opening, Overloaded, Result, Submission, Telling
from schemas.instruction import Instruction, Payment
from schemas.problem import Problem, Refused
from store import cases, command_answers, commands, references
from store.cases import ExceptionRow
from store.leases import LANES
from store.people import Entitlement
from store.references import Claim
from store.rows import Connection

if TYPE_CHECKING:
    from gateway.core import Core

ANSWER_SECONDS = 10.0  # how long a door waits for the holder of another process's lane
POLL_SECONDS = 0.05


async def submit_away(core: Core, submissions: Sequence[Submission]) -> list[Result]:
    """Claim the references and leave the submissions for the holders of their lanes."""
    results: list[Result] = []
    async with core.pool.acquire() as db, db.transaction():
        claims = [
            Claim("upstream", s.client.name, s.body.reference, s.lane, s.portfolio, s.id)
            for s in submissions
        ]
        free = await references.claim_many(db, claims)
        known = await references.find_many(db, [c[:3] for c in claims if c[:3] not in free])
        left: list[tuple[int, str, str]] = []
        taken: set[tuple[str, str, str]] = set()
        for submission, claim in zip(submissions, claims, strict=True):
            key = (claim.kind, claim.owner, claim.value)
            if key in free and key not in taken:
                taken.add(key)
                left.append((submission.lane, "submit", _write(submission)))
                results.append(Result("created", submission.id, "draft"))
            else:
                standing = known.get(key)
                results.append(
                    await _again(db, submission, standing.instruction if standing else None)
                )
        await commands.add_many(db, left)
    return results


async def _again(db: Connection, submission: Submission, id_: UUID | None) -> Result:
    """The same reference once more: the same content is a repeat, another is a conflict."""
    row = await db.fetchrow("select body, body_hash from instruction where id = $1", id_)
    if row is None or row["body_hash"] == submission.hash:
        return Result("duplicate", id_, None)
    return Result("conflict", id_, None, (difference(row["body"], submission.text),))


def difference(before: str, after: str) -> Problem:
    """The first field in which two bodies differ."""
    old, new = json.loads(before), json.loads(after)
    for key in [*old, *(k for k in new if k not in old)]:
        if old.get(key) != new.get(key):
            return Problem(
                key,
                "reference_reused",
                f"this reference was used before with {json.dumps(old.get(key))}; send a new reference",
                json.dumps(new.get(key))[:200],
            )
    return Problem(
        "reference", "reference_reused", "this reference was used before with other content"
    )


async def act_away(core: Core, item: Action) -> Result:
    """Leave an action for the holder of its lane, and wait for what it says."""
    payload = {
        "id": str(item.id),
        "action": item.action,
        "body": item.body,
        "client": _client(item.client),
    }
    return await _ask(core, item.lane, "act", payload)


async def handle(core: Core, item: Handling) -> Result:
    """Have the holder of its lane do this with an exception: this process, or another."""
    if item.lane in core.held:
        item.done = asyncio.get_running_loop().create_future()
        await core.put([item])
        return await item.done
    payload = {
        "code": item.code,
        "key": item.key,
        "round": item.round,
        "action": item.action,
        "body": item.body,
        "client": _client(item.client),
    }
    return await _ask(core, item.lane, "exception", payload)


async def _ask(core: Core, lane: int, kind: str, payload: dict[str, Any]) -> Result:
    """Leave a command and wait for its answer; Overloaded when none comes in time."""
    async with core.pool.acquire() as db:
        await command_answers.forget(db)
        command = await command_answers.ask(db, lane, kind, json.dumps(payload))
    end = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < end:
        await asyncio.sleep(POLL_SECONDS)
        async with core.pool.acquire() as db:
            body, parked = await command_answers.take(db, command)
        if parked:
            raise Refused("internal")
        if body is not None:
            return _read_result(body)
    raise Overloaded


async def answer_many(db: Connection, items: Sequence[Item], results: Mapping[int, Result]) -> None:
    """Say what became of what other processes left here and wait for."""
    await command_answers.put_many(
        db,
        [
            (item.command, _write_result(results[id(item)]))
            for item in items
            if isinstance(item, Action | Handling)
            and item.command is not None
            and id(item) in results
        ],
    )


def _write_result(result: Result) -> str:
    return json.dumps(
        {
            "outcome": result.outcome,
            "id": None if result.id is None else str(result.id),
            "state": result.state,
            "problems": [dataclasses.astuple(p) for p in result.problems],
        }
    )


def _read_result(body: str) -> Result:
    said = json.loads(body)
    return Result(
        said["outcome"],
        None if said["id"] is None else UUID(said["id"]),
        said["state"],
        tuple(Problem(*p) for p in said["problems"]),
    )


def read(row: Any) -> Item:
    """The item a command row stands for."""
    payload = json.loads(row["payload"])
    if row["kind"] == "opening":
        return Opening(
            row["lane"], payload["kind"], payload["key"], payload["body"], payload["by"], row["id"]
        )
    if row["kind"] == "tell":
        return Telling(
            row["lane"],
            UUID(payload["aggregate"]),
            payload["type"],
            payload["actor"],
            payload["said"],
            row["id"],
        )
    client = _client_of(payload["client"])
    if row["kind"] == "exception":
        return Handling(
            row["lane"],
            payload["code"],
            payload["key"],
            payload["round"],
            client,
            payload["action"],
            payload["body"],
            row["id"],
        )
    if row["kind"] == "act":
        return Action(
            row["lane"], UUID(payload["id"]), client, payload["action"], payload["body"], row["id"]
        )
    model = Instruction if payload["securities"] else Payment
    return Submission(
        row["lane"],
        UUID(payload["id"]),
        client,
        model.model_validate_json(payload["text"]),
        payload["text"],
        bytes.fromhex(payload["hash"]),
        payload["portfolio"],
        claimed=True,
        by_hand=payload["by_hand"],
        command=row["id"],
    )


async def raise_parked(core: Core, db: Connection, rows: Sequence[Any]) -> None:
    """Parked messages that nobody claimed in time become a person's work."""
    now = core.clock.now()
    await cases.raise_exceptions(
        db,
        [
            ExceptionRow(
                zlib.crc32(r["link"].encode()) % LANES,
                None,
                r["id"],
                (r["reason"] or "unknown_reference").partition(":")[0],
                f"message {r['id']}",
                f"{r['type'] or 'message'} on {r['link']} for {r['reference'] or 'no reference'}:"
                f" {r['reason']}",
                now,
            )
            for r in rows
        ],
    )
    await db.execute(
        "update inbox set retry_at = null where id = any($1::bigint[])", [r["id"] for r in rows]
    )


def _write(item: Submission) -> str:
    return json.dumps(
        {
            "id": str(item.id),
            "client": _client(item.client),
            "text": item.text,
            "hash": item.hash.hex(),
            "portfolio": item.portfolio,
            "securities": isinstance(item.body, Instruction),
            "by_hand": item.by_hand,
        }
    )


def _client(client: Client) -> dict[str, Any]:
    return {
        "prefix": client.prefix,
        "name": client.name,
        "person": client.person,
        "roles": sorted(client.roles),
        "bounds": [[None if v is None else str(v) for v in row] for row in client.bounds],
    }


def _client_of(said: dict[str, Any]) -> Client:
    bounds = tuple(
        Entitlement(*row[:5])._replace(
            amount_max=None if row[5] is None else Decimal(row[5]), currency=row[6]
        )
        for row in said["bounds"]
    )
    roles = frozenset(said["roles"])
    return Client(said["prefix"], said["name"], said["person"], roles, bounds)
