"""Work for lanes another process holds: left in the database, read by the holder."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gateway.identity import Client
from gateway.items import Action, Item, Opening, Result, Submission
from schemas.instruction import Instruction, Payment
from schemas.problem import Problem
from store import cases, commands, references
from store.cases import ExceptionRow
from store.leases import LANES
from store.references import Claim
from store.rows import Connection

if TYPE_CHECKING:
    from gateway.core import Core


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
    """Leave an action for the holder of its lane."""
    payload = {
        "id": str(item.id),
        "action": item.action,
        "body": item.body,
        "client": _client(item.client),
    }
    async with core.pool.acquire() as db:
        await commands.add_many(db, [(item.lane, "act", json.dumps(payload))])
    return Result("done", item.id, None)


def read(row: Any) -> Item:
    """The item a command row stands for."""
    payload = json.loads(row["payload"])
    if row["kind"] == "opening":
        return Opening(
            row["lane"], payload["kind"], payload["key"], payload["body"], payload["by"], row["id"]
        )
    client = Client(**{**payload["client"], "roles": frozenset(payload["client"]["roles"])})
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
        }
    )


def _client(client: Client) -> dict[str, Any]:
    return {
        "prefix": client.prefix,
        "name": client.name,
        "person": client.person,
        "roles": sorted(client.roles),
    }
