"""What a played settlement cycle came to, and whether every invariant held."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from gateway import verify as audit
from gateway.config import Settings
from gateway.demo_day import Day
from store import events

FINAL = frozenset({"settled", "cancelled", "rejected", "part_settled_rest_cancelled"})
NOT_BUILT = ("breaks_planted", "breaks_found", "nav")


async def report(day: Day, settings: Settings, seconds: float) -> dict[str, Any]:
    """What `demo --once --json` prints (DESIGN 6)."""
    async with day.core.pool.acquire() as db:
        by_state = dict(
            await db.fetch(
                "select state, count(*) from condition where kind = 'securities' group by 1"
            )
        )
        rows = await db.fetch(
            "select reference, state, reason, whose_move, settle_on from condition where kind = 'securities'"
        )
        out = dict(await db.fetch("select type, count(*) from outbox group by 1"))
        inbound = dict(
            await db.fetch("select coalesce(type, 'unreadable'), count(*) from inbox group by 1")
        )
        ever = await events.states_ever(db)
        findings = await audit.verify(db, settings.data / "simulators")
    today = day.core.clock.now().date()
    open_rows = [r for r in rows if r["state"] not in FINAL]
    explained = [r for r in open_rows if is_explained(r, today)]
    unexplained = [f"{r['reference']} {r['state']}" for r in open_rows if r not in explained]
    checks = Counter(f["check"] for f in findings)
    count = sum(by_state.values())
    return {
        "instructions": count,
        "by_state": dict(sorted(by_state.items())),
        "ever_in_state": sorted(ever),
        "explained": len(explained),
        "unexplained": unexplained,
        "messages_out": dict(sorted(out.items())),
        "messages_in": dict(sorted(inbound.items())),
        "ledger_balanced": not checks.keys() & {"journal", "balance", "chain", "cause", "lots"},
        "positions_agree": not checks.keys() & {"position", "custodian"},
        "findings": findings[:50],
        "refused": day.problems[:20],
        **dict.fromkeys(NOT_BUILT),
        "seconds": round(seconds, 1),
        "instructions_per_second": round(count / seconds, 1),
    }


def is_explained(row: Any, today: date) -> bool:
    """Whether an open instruction has a reason and somebody whose move it is, or is not yet due."""
    named = row["reason"] and row["whose_move"] not in (None, "nobody")
    return bool(named or (row["settle_on"] is not None and row["settle_on"] > today))


def holds(report_: dict[str, Any]) -> bool:
    """Whether every invariant held."""
    return bool(
        report_["ledger_balanced"]
        and report_["positions_agree"]
        and not report_["findings"]
        and not report_["unexplained"]
    )


def summary(report_: dict[str, Any]) -> str:
    """The report for a person."""
    lines = [f"{report_['instructions']} instructions in {report_['seconds']} s"]
    lines += [f"  {state:<28} {count}" for state, count in report_["by_state"].items()]
    lines.append(f"  open and explained           {report_['explained']}")
    lines += [f"  not explained: {text}" for text in report_["unexplained"]]
    lines.append(
        f"ledger balanced: {report_['ledger_balanced']}, positions agree: {report_['positions_agree']}"
    )
    lines += [f"  {f['check']} {f['where']}: {f['what']}" for f in report_["findings"]]
    return "\n".join(lines)
