"""Kills under load: every process and every kill point, then `verify` and an exact count.

`python -m tests.faults --each 20`: so many kills of gateway, PostgreSQL, broker and each simulator, and
at each named failpoint of the gateway. The load keeps a set amount in flight, so that there is work at
every kill and never a backlog. Afterwards all that was accepted must be there once, settled once, each
payment paid once, and every check of `finality verify` clean. Exit 1 on any loss or double.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import time
from typing import Any

import aiohttp
import asyncpg

from gateway import verify as audit
from tests import fault_payments
from tests.fault_harness import FAILPOINTS, PROCESSES, Harness, Kill, harness
from tests.fault_payments import BankJournal, Person

SETTLE_SECONDS_MAX = 180
REST_SECONDS = 8  # longer than the broker takes to bring again what was not acknowledged


async def run(each: int, seed: int, in_flight: int) -> tuple[list[Kill], list[str], dict[str, int]]:
    """The kills, every fault found, and the counts."""
    plan = [*PROCESSES, *FAILPOINTS] * each
    random.Random(seed).shuffle(plan)
    done: list[Kill] = []
    async with harness(seed, in_flight, plan) as up, aiohttp.ClientSession() as session:

        async def decide(path: str, body: dict[str, Any]) -> None:
            key = up.checker if "decide-fate" in path else up.key
            status, said = await up.post(session, path, body, key)
            if status not in (200, 409):  # 409: its fate became known meanwhile
                up.errors.append(f"{path}: {status} {said[:200]}")

        person = Person(BankJournal(up.data / "simulators" / "bank.jsonl"), decide)
        loading = asyncio.create_task(up.load())
        deciding = asyncio.create_task(up.play_person(person))
        while not (await up.progress())[0]:
            await asyncio.sleep(0.1)
        for n, target in enumerate(plan):
            done.append(await up.kill(target))
            kill = done[-1]
            sys.stderr.write(
                f"{n + 1:>4}/{len(plan)} {target:<14} in flight {kill.in_flight:>4}"
                f"  resumed {kill.resume_seconds:.1f} s\n"
            )
        up.loaded = True
        await loading
        deciding.cancel()
        await asyncio.wait((deciding,))
        faults = await settle_and_check(up, person)
        counts = {
            "sent": up.sent,
            "accepted": len(up.accepted),
            "asked again": up.repeats,
            "payments": sum(ref.startswith(fault_payments.PREFIX) for ref in up.accepted),
            "fates decided: left": len(person.left),
            "not left, sent again by a person": len(person.not_left),
        }
        return done, [*up.errors, *faults], counts


async def settle_and_check(up: Harness, person: Person | None = None) -> list[str]:
    """Wait until all that was accepted is done; then every fault there is."""
    await _drain(up, person)
    return await _check(up)


async def _drain(up: Harness, person: Person | None) -> None:
    """Wait until all is done; once nothing travels, the person also says what did not leave."""
    end = time.monotonic() + SETTLE_SECONDS_MAX
    size, since = -1, time.monotonic()
    while time.monotonic() < end and (await up.progress())[0] < len(up.accepted):
        journals = list((up.data / "simulators").glob("*.jsonl"))
        if (now := sum(journal.stat().st_size for journal in journals)) != size:
            size, since = now, time.monotonic()
        if person is not None:
            await up.look(person, at_rest=time.monotonic() - since > REST_SECONDS)
        await asyncio.sleep(0.5)
    await asyncio.sleep(2)


async def _check(up: Harness) -> list[str]:
    db = await asyncpg.connect(up.real.app_dsn)
    try:
        faults = [
            f"not settled: {r['reference']} {r['state']} {r['waits_for']}"
            for r in await db.fetch(
                "select reference, state, waits_for from condition where state <> case"
                " when reference like $1 then 'debited' else 'settled' end",
                f"{fault_payments.PREFIX}%",
            )
        ]
        stored = {r["reference"] for r in await db.fetch("select reference from instruction")}
        faults += [f"lost: {ref}" for ref in sorted(up.accepted - stored)]
        faults += [f"never accepted: {ref}" for ref in sorted(stored - up.accepted)]
        faults += [
            f"twice: {r['reference']}"
            for r in await db.fetch(
                "select i.reference from instruction i join event e on e.aggregate = i.id"
                " where e.type = 'SettledPart' group by i.id, i.reference having count(*) > 1"
            )
        ]
        if up.payments:
            faults += await fault_payments.faults(db, up.data / "simulators", up.accepted)
        for _ in range(10):
            findings = await audit.verify(db, up.data / "simulators")
            if not findings:
                break
            await asyncio.sleep(1)
        return faults + [f"{f['check']} {f['where']}: {f['what']}" for f in findings]
    finally:
        await db.close()


def table(done: list[Kill]) -> str:
    """Per target: kills, in flight, slowest return."""
    lines = [f"{'target':<14} kills  in flight min/median/max   slowest resume"]
    for target in (*PROCESSES, *FAILPOINTS):
        mine = [k for k in done if k.target == target]
        if mine:
            flying = sorted(k.in_flight for k in mine)
            lines.append(
                f"{target:<14} {len(mine):>5}  {flying[0]:>6} {statistics.median(flying):>6.0f}"
                f" {flying[-1]:>6}          {max(k.resume_seconds for k in mine):6.1f} s"
            )
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--each", type=int, default=20, help="kills of each process and failpoint")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--in-flight", type=int, default=60, help="instructions kept in flight")
    given = parser.parse_args()
    done, faults, counts = asyncio.run(run(given.each, given.seed, given.in_flight))
    sys.stdout.write(table(done) + "\n" + "  ".join(f"{k} {v}" for k, v in counts.items()) + "\n")
    sys.stdout.write("\n".join(faults[:40]) + ("\n" if faults else "nothing lost, nothing twice\n"))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
