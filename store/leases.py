"""Who holds which lane. Lane transactions begin with `hold`; the database's clock decides expiry.

A worker's session holds an advisory lock named by the worker: when its process dies the server lets
go of it at once, and others need not wait until the leases run out. What keeps a stalled worker from
writing beside its successor is `hold` alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from store.rows import Connection

LANES = 64


class LostLease(Exception):
    """Another worker holds the lane now: nothing was done."""


@dataclass(frozen=True, slots=True)
class Held:
    """The lanes this worker holds, and the epoch each was taken at."""

    holder: str
    epochs: dict[int, int]

    def __contains__(self, lane: int) -> bool:
        return lane in self.epochs


SIT = "select pg_advisory_lock(hashtextextended($1, 0))"
SEEN = """
insert into worker (holder, seen_at) values ($1, clock_timestamp())
on conflict (holder) do update set seen_at = excluded.seen_at
"""
# a restart of the server lets go of every lock: it says nothing of those last seen before it
GONE = """
delete from worker w
where seen_at < clock_timestamp() - make_interval(secs => $1)
   or seen_at > pg_postmaster_start_time() and not exists (
      select from pg_locks l
      where l.locktype = 'advisory' and l.objsubid = 1
        and l.database = (select oid from pg_database where datname = current_database())
        and (l.classid::bigint << 32) | l.objid::bigint = hashtextextended(w.holder, 0))
"""
WORKERS = "select holder from worker order by holder"
RENEW = """
update lane_lease set expires_at = clock_timestamp() + make_interval(secs => $2)
where holder = $1 and expires_at > clock_timestamp() returning lane, epoch
"""
TAKE = """
update lane_lease set holder = $1, epoch = epoch + 1,
       expires_at = clock_timestamp() + make_interval(secs => $2)
where lane = any(
    select lane from lane_lease l
    where holder is null or expires_at <= clock_timestamp()
       or not exists (select from worker w where w.holder = l.holder)
    order by lane limit $3 for update skip locked)
returning lane, epoch
"""
DROP = """
update lane_lease set holder = null, expires_at = '-infinity'
where holder = $1 and lane = any($2::smallint[])
"""
LEAVE = "delete from worker where holder = $1"
HOLD = """
select l.lane from lane_lease l
join unnest($2::smallint[], $3::bigint[]) k (lane, epoch) using (lane, epoch)
where l.holder = $1 order by l.lane for key share of l
"""


async def hold(db: Connection, held: Held, lanes: Iterable[int]) -> None:
    """Lock the lease rows in lane order, or raise LostLease: a stalled holder never writes.

    A key share lock: taking a lane waits for it, renewing does not.
    """
    wanted = sorted(set(lanes))
    rows = await db.fetch(HOLD, held.holder, wanted, [held.epochs.get(lane, -1) for lane in wanted])
    if len(rows) != len(wanted):
        raise LostLease(f"{held.holder} no longer holds {set(wanted) - {r['lane'] for r in rows}}")


async def sit(db: Connection, holder: str) -> None:
    """Make this session the sign that the worker lives; before `renew`, on the same connection."""
    await db.execute(SIT, holder)


async def renew(db: Connection, holder: str, seconds: float) -> dict[int, int]:
    """Announce this worker and renew what it holds; the lanes it still has, with their epochs."""
    await db.execute(SEEN, holder)
    return {r["lane"]: r["epoch"] for r in await db.fetch(RENEW, holder, seconds)}


async def take(db: Connection, holder: str, seconds: float, count: int) -> dict[int, int]:
    """Up to `count` lanes that nobody holds who is alive, taken at a new epoch."""
    return {r["lane"]: r["epoch"] for r in await db.fetch(TAKE, holder, seconds, count)}


async def workers(db: Connection, seconds: float) -> list[str]:
    """The workers alive now; first struck off: the dead, and who was not seen for `seconds`."""
    await db.execute(GONE, seconds)
    return [r["holder"] for r in await db.fetch(WORKERS)]


async def drop(db: Connection, holder: str, lanes: Iterable[int]) -> None:
    """Give these lanes back at once."""
    await db.execute(DROP, holder, list(lanes))


async def leave(db: Connection, holder: str) -> None:
    """Give everything back and strike this worker off."""
    await drop(db, holder, range(LANES))
    await db.execute(LEAVE, holder)
