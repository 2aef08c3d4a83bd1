"""From a complete instruction to the outbox, and from its facts to its condition and its books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gateway.config import Settings
from gateway.handlers import bookkeeping, terms, wire
from gateway.handlers.case import POSTED, Case, reference_for
from gateway.handlers.condition_row import condition_row
from gateway.handlers.unit import Unit
from schemas.answer import StatusAdvice
from schemas.event import Event
from schemas.fact import Approved, CancelAsked, Released, Withdrawn, dump
from schemas.instruction import Instruction, Payment, Wire
from schemas.mx.compiler import Schemas
from schemas.problem import MessageError, Problem
from schemas.static import StaticData
from settlement import lifecycle, payments
from settlement.approval import approval_needed
from settlement.condition import Condition, Flag
from settlement.enrichment import Enriched
from settlement.payments import PaymentCondition
from store.cases import ConditionRow, ExceptionRow, FactRow, VersionRow

CANCELLATIONS = {"sese.023": "sese.020"}
SECURITIES_REFERENCE = "SI"
CANCEL_REFERENCE = "CX"
BY_HAND = "by_hand:"  # and the person who typed it


@dataclass(frozen=True, slots=True)
class Built:
    """A message as it would leave, and what it was built from."""

    body: Instruction | Payment
    format: str
    link: str
    reference: str
    envelope: Wire
    raw: bytes


@dataclass(slots=True)
class Desk:
    """What deciding needs: static data of one version, the time, and the unit of work."""

    static: StaticData
    static_version: int
    schemas: Schemas
    holder: str
    now: datetime
    today: date
    settings: Settings
    unit: Unit

    # completing ---------------------------------------------------------------------------------

    def complete(self, case: Case) -> list[Problem]:
        """Fill in from static data: terms and waits, or the problems that refuse it."""
        return terms.complete(self, case)

    def adopt(self, case: Case, body: Instruction | Payment) -> None:
        """Go over to another content; the trade is taken back where the new one is another trade."""
        condition = self.fold(case) if case.terms is not None else None
        case.body = body
        if isinstance(condition, Condition) and case.terms is not None:
            fresh = terms.fresh(self, case)
            if fresh is not None and fresh.trade == case.terms.trade:
                case.terms, case.terms_changed = fresh, True
            else:
                bookkeeping.unbook(self, case)
        self.complete(case)

    def build(self, case: Case, version: int) -> Built:
        """The message of a version of a case that waits for nothing; MessageError: what cannot be said."""
        found = terms.found(self, case)
        body, prefix = terms.content(found), SECURITIES_REFERENCE
        if not isinstance(found, Enriched):
            prefix = terms.PAYMENT_REFERENCE
        channel, format_, servicer = found.channel, found.format, found.servicer
        assert channel is not None and format_ is not None and servicer is not None
        reference = reference_for(prefix, case.client, case.reference, version)
        envelope = wire.envelope(self, case, reference, channel.own_bic, servicer)
        raw = wire.message(self, format_, body, envelope, None, channel.business_service)
        return Built(body, format_, channel.link, reference, envelope, raw)

    # releasing ----------------------------------------------------------------------------------

    def proceed(self, case: Case, actor: str) -> None:
        """As far as it goes by itself: book the trade once approved, release once nothing is missing."""
        if not case.has(Approved) or case.released is not None or "reapprove:" in case.flags:
            return
        if case.has(Withdrawn):  # a timer or static data may still wake what a person took back
            return
        if case.terms is None or case.row is not None:  # a new one was completed at its claim
            problems = self.complete(case)
            if problems:
                self.raise_(case, "unfit", "; ".join(p.message for p in problems), "unfit")
                return
        if case.terms is None:
            return
        bookkeeping.book(self, case, actor)
        if not case.waits and not any(f.startswith("held:") for f in case.flags):
            self.release(case, actor, 1)

    def release(self, case: Case, actor: str, version: int) -> bool:
        """Build the message of a version and queue it; False when it cannot be built."""
        try:
            built = self.build(case, version)
        except MessageError as error:
            self.raise_(
                case,
                "unbuildable",
                "; ".join(f"{p.path} {p.rule}: {p.message}" for p in error.problems),
                f"{version}",
            )
            case.flags.add("unbuildable")
            return False
        case.bodies[version] = built.body
        wire.queue(self, case, built.format, built.link, built.reference, built.raw, built.envelope)
        case.did(Released(version, built.reference), self.now)
        case.version = version
        self.unit.versions.append(
            VersionRow(
                case.lane,
                case.id,
                version,
                built.reference,
                built.format,
                built.link,
                built.body.model_dump_json(exclude_none=True),
                self.static_version,
                actor,
            )
        )
        case.formats[version] = (built.format, built.link)
        case.told_state = "released_to_wire" if case.securities else "released"
        wire.watch(self, case)
        return True

    def cancel(self, case: Case, actor: str, version: int) -> bool:
        """Build and queue the cancellation of a version."""
        body = case.bodies[version]
        format_, link = case.formats[version]
        released = next(
            f.content
            for f in case.facts
            if isinstance(f.content, Released) and f.content.version == version
        )
        asked = sum(1 for f in case.facts if isinstance(f.content, CancelAsked))
        reference = self._cancel_reference(case, version, asked + 1)
        servicer = case.terms.servicer if case.terms else ""
        envelope = wire.envelope(self, case, reference, wire.own_bic(self, servicer), servicer)
        name = CANCELLATIONS.get(format_, format_)
        raw = wire.message(self, name, body, envelope, released.reference, None)
        wire.queue(self, case, name, link, reference, raw, envelope, cancellation=True)
        case.did(CancelAsked(reference, version), self.now)
        return True

    def _cancel_reference(self, case: Case, version: int, number: int) -> str:
        step = f"cancel {version} {number}"
        return reference_for(CANCEL_REFERENCE, case.client, case.reference, step)

    def second_person(self, case: Case, body: Instruction | Payment) -> bool:
        """Whether this content may leave only once another person approved it."""
        on = body.trade_date if isinstance(body, Instruction) else body.value_date
        by_hand = any(f.startswith(BY_HAND) for f in case.flags)
        return by_hand or approval_needed(body, case.client, self.static, on)

    def supersede(self, case: Case, person: str) -> None:
        """After a repair: approve by policy or wait for a second person, then go on as a new version."""
        assert case.body is not None
        if self.second_person(case, case.body):
            case.flags.add("reapprove:")
            return
        self.go_on(case, person)

    def go_on(self, case: Case, person: str) -> None:
        """Release what was never released, or the next version of what was refused."""
        if case.released is None:
            self.proceed(case, person)
            return
        bookkeeping.book(self, case, person)
        if not case.waits:
            self.release(case, person, case.version + 1)

    # settling -----------------------------------------------------------------------------------

    def fold(self, case: Case) -> Condition | PaymentCondition:
        """Where it stands by all its facts."""
        assert case.terms is not None
        if case.terms.obligation is not None:
            return lifecycle.fold(case.terms.obligation, case.facts)
        assert case.terms.transfer is not None
        return payments.fold_payment(case.terms.transfer, case.facts)

    def state_of(self, case: Case) -> str:
        """The display state, or draft while its terms are not known."""
        return self.fold(case).state.value if case.terms is not None else "draft"

    def settle(self, case: Case) -> None:
        """Fold, tell, post the difference, raise what needs a person, and put the row."""
        condition = self.fold(case) if case.terms is not None else None
        if condition is not None:
            condition = self._successor(case, condition)
        row = condition_row(self, case, condition)
        carry = self._carry(case, row.state)
        if condition is not None:
            self._tell_heard(case, condition, carry)
            bookkeeping.balance(self, case, condition, carry)
            for raised in condition.exceptions:
                self.raise_(case, raised.code, raised.text, raised.key)
            self._answered_late(case, row)
        if carry:
            self.tell(case, "Moved", "lifecycle", carry)
        row = row._replace(posted=POSTED.dump_json(case.posted, exclude_defaults=True).decode())
        self._put(case, row)
        for f in case.facts[case.stored :]:
            self.unit.facts.append(
                FactRow(
                    case.lane,
                    case.id,
                    f.key,
                    f.content_hash,
                    f.at,
                    f.rank,
                    f.message,
                    dump(f.content),
                )
            )

    def _answered_late(self, case: Case, row: ConditionRow) -> None:
        """The network's answer, when it comes at last, ends the alarm that it was missing."""
        late = Flag.ACK_OVERDUE.value
        if case.row is not None and late in case.row.flags and late not in row.flags:
            self.unit.closed.append((case.lane, case.id, late, self.now, "lifecycle"))

    def _put(self, case: Case, row: ConditionRow) -> None:
        """All of a row, or only what an answer may change."""
        if case.row is None:
            rows = self.unit.fresh
        elif case.body is not None or case.terms_changed:
            rows = self.unit.moved
        else:
            rows = self.unit.answers
        rows[case.lane, case.id] = case.put = row

    def _carry(self, case: Case, state: str) -> dict[str, Any]:
        """What the next event says of the display state, when that has changed."""
        before = case.told_state or (case.row.state if case.row is not None else "draft")
        return {"from": before, "state": state} if state != before else {}

    def _tell_heard(
        self, case: Case, condition: Condition | PaymentCondition, carry: dict[str, Any]
    ) -> None:
        """An event for each answer; a confirmation that settles is told by its booking."""
        settling = {p.key for p in getattr(condition, "parts", ()) if not p.reversed}
        settling -= case.posted.parts.keys()
        plain = [h for h in case.heard if h.key not in settling]
        case.heard = [h for h in case.heard if h.key in settling]
        for n, heard in enumerate(plain):
            said = heard.words
            if n == len(plain) - 1 and not case.heard:
                said = {**said, **carry}
                carry.clear()
            self.tell(case, heard.event, "outside", said, heard.message)

    def _successor(
        self, case: Case, condition: Condition | PaymentCondition
    ) -> Condition | PaymentCondition:
        """What its end leads to: the replacement that waited for it."""
        if isinstance(condition, PaymentCondition):
            return condition
        waiting = next((f for f in case.flags if f.startswith("amend:")), None)
        if waiting is None:
            return condition
        version = int(waiting.partition(":")[2])
        if condition.settled_quantity or self._denied(case, condition):
            case.flags = case.flags - {waiting} | {f"dropped:{version}"}
            words = "what it should replace was not cancelled: the amendment is dropped"
            self.raise_(case, "amendment_dropped", words, f"{version}")
            return condition
        if not condition.trade_over:
            return condition
        if problems := terms.check(self, case, case.bodies[-version]):  # static data moved on since
            case.flags = case.flags - {waiting} | {f"dropped:{version}"}
            words = "; ".join(p.message for p in problems)
            self.raise_(
                case,
                "amendment_dropped",
                f"the replacement may not leave now: {words}; hand in a new one once it may",
                f"{version}",
            )
            return condition
        case.flags.discard(waiting)
        self.adopt(case, case.bodies[-version])
        bookkeeping.book(self, case, case.maker)
        self.release(case, case.maker, version)
        return self.fold(case)

    def _denied(self, case: Case, condition: Condition) -> bool:
        """Whether our newest cancellation was denied; clocks differ, so an older one's denial may stand."""
        if condition.cancellation.value not in ("denied", "rejected"):
            return False
        asked = sum(1 for f in case.facts if isinstance(f.content, CancelAsked))
        newest = self._cancel_reference(case, case.version, asked)
        return any(
            isinstance(f.content, StatusAdvice) and f.content.related == newest for f in case.facts
        )

    # telling ------------------------------------------------------------------------------------

    def tell(
        self,
        case: Case,
        type_: str,
        actor: str,
        payload: dict[str, Any],
        cause: int | None = None,
        on: date | None = None,
    ) -> Event:
        """Append an event of this instruction."""
        return self.unit.tell(
            case.lane, case.portfolio, case.id, type_, on or self.today, actor, payload, cause
        )

    def raise_(self, case: Case, code: str, text: str, key: str) -> None:
        """Put something on a person's queue, once."""
        mark = f"{code}|{key}"
        if mark in case.posted.raised:
            return
        case.posted.raised.append(mark)
        self.unit.exceptions.append(
            ExceptionRow(case.lane, case.id, None, code, f"{case.id} {key}", text, self.now)
        )
        self.tell(case, "ExceptionRaised", "lifecycle", {"code": code, "text": text})
