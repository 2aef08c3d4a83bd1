"""One message of ours: its bytes, its outbox row, and the timers that watch its settlement."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import builders.fin
import builders.mx
from gateway.config import Settings
from gateway.handlers.case import Case
from schemas.identifiers import is_test_bic
from schemas.instruction import Instruction, Payment, Wire
from schemas.problem import MessageError, Problem
from schemas.static_rows import ChannelProfile
from store.cases import Timer
from store.messages import Out, Raw
from store.references import Claim

if TYPE_CHECKING:
    from gateway.handlers.release import Desk

MT = frozenset({"mt540", "mt541", "mt542", "mt543", "mt103", "mt202"})


def own_bic(desk: Desk, servicer: str) -> str:
    """How we are known to this servicer."""
    channel = desk.static.find(ChannelProfile, servicer, on=desk.today)
    assert channel is not None
    return channel.own_bic


def envelope(desk: Desk, case: Case, reference: str, sender: str, receiver: str) -> Wire:
    """Who sends what to whom, under which reference."""
    uetr = case.terms.transfer.uetr if case.terms and case.terms.transfer else None
    return Wire(seme=reference, prep=desk.now, sender=sender, receiver=receiver, uetr=uetr)


def message(
    desk: Desk,
    format_: str,
    body: Instruction | Payment,
    wire: Wire,
    cancel_of: str | None,
    service: str | None,
) -> bytes:
    """The bytes as they go out; MessageError names what the format, or a live link, does not carry."""
    if desk.settings.environment == "LIVE":
        _no_test_bics(wire)
    if format_ in MT:
        return builders.fin.write(format_, body, wire, cancel_of=cancel_of)
    document = builders.mx.write(format_, body, wire, cancel_of=cancel_of)
    return builders.mx.datapdu(document, wire, created_at=desk.now, service=service)


def _no_test_bics(wire: Wire) -> None:
    """A BIC of test and training neither sends nor receives on a live link."""
    words = "a BIC whose eighth character is 0 is for test and training: correct the static data"
    problems = [
        Problem(f"wire.{name}", "test_bic", words, bic)
        for name, bic in (("sender", wire.sender), ("receiver", wire.receiver))
        if is_test_bic(bic)
    ]
    if problems:
        raise MessageError("unsendable", problems)


def queue(
    desk: Desk,
    case: Case,
    format_: str,
    link: str,
    reference: str,
    raw: bytes,
    wire: Wire,
    *,
    cancellation: bool = False,
) -> None:
    """Bytes, outbox row, claims, and the event that names them."""
    id_ = desk.unit.ids.take()
    name = format_.upper() if format_ in MT else format_
    desk.unit.raws.append(Raw(id_, "out", link, hashlib.sha256(raw).digest(), desk.now, raw))
    desk.unit.outs.append(Out(id_, case.lane, link, case.id, name, reference, case.securities))
    desk.unit.claims.append(Claim("wire", "", reference, case.lane, case.portfolio, case.id))
    if wire.uetr is not None and case.version == 0:
        desk.unit.claims.append(Claim("uetr", "", wire.uetr, case.lane, case.portfolio, case.id))
    said = {"type": name, "reference": reference, "link": link}
    if not cancellation:
        said["state"] = "released_to_wire" if case.securities else "released"
    desk.tell(case, "Instructed", case.maker or "lifecycle", said, id_)


def watch(desk: Desk, case: Case) -> None:
    """Wake it after the day it should have settled, to see whether it was confirmed."""
    if case.terms is None or case.terms.obligation is None:
        return
    at = overdue_at(case.terms.obligation.settle_on, desk.settings)
    desk.unit.timers.append(Timer(case.lane, case.id, "confirmation", at))
    if case.terms.obligation.contractual:
        due = day_end(case.terms.obligation.settle_on, desk.settings)
        desk.unit.timers.append(Timer(case.lane, case.id, "contractual", due))


def day_end(on: date, settings: Settings) -> datetime:
    """The end of a business day."""
    return _local(on, settings.business_day_end, settings.business_zone)


@lru_cache(4096)
def _local(on: date, at: str, zone: str) -> datetime:
    return datetime.combine(on, time.fromisoformat(at), ZoneInfo(zone)).astimezone(UTC)


def overdue_at(on: date, settings: Settings) -> datetime:
    """When a settlement due on this date should have been confirmed at the latest."""
    return day_end(on, settings) + timedelta(hours=settings.confirmation_lag_hours)
