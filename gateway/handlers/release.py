"""From a complete instruction to the outbox, and from its facts to its condition and its books."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import builders.fin
import builders.mx
from gateway.config import Settings
from gateway.handlers import bookkeeping
from gateway.handlers.case import POSTED, TERMS, Case, Terms, reference_for, uetr_for
from gateway.handlers.unit import Unit
from ledger.posting import Outgoing
from schemas.answer import StatusAdvice
from schemas.event import Event
from schemas.fact import Approved, CancelAsked, Released, dump
from schemas.identifiers import currency_digits
from schemas.instruction import Instruction, Payment, Wire
from schemas.money import Money, Quantity
from schemas.mx.compiler import Schemas
from schemas.obligation import Obligation, Tolerance, Transfer
from schemas.problem import MessageError, Problem
from schemas.static import StaticData
from schemas.static_rows import PartyRow
from schemas.trade import trade_of
from settlement import lifecycle, payments
from settlement.approval import approval_needed
from settlement.condition import Condition
from settlement.enrichment import Enriched, enrich
from settlement.payment_enrichment import EnrichedPayment, enrich_payment
from settlement.payments import PaymentCondition
from store.cases import ConditionRow, ExceptionRow, FactRow, Timer, VersionRow
from store.messages import Out, Raw
from store.references import Claim

MT = frozenset({"mt540", "mt541", "mt542", "mt543", "mt103", "mt202"})
# matching tolerance of receipts at T2S (DOMAIN 2.4), by place of settlement's market
TOLERANCES = {"T2S": Tolerance(Decimal(100_000), Decimal(2), Decimal(25))}
CANCELLATIONS = {"sese.023": "sese.020"}
SECURITIES_REFERENCE = "SI"
PAYMENT_REFERENCE = "PY"
CANCEL_REFERENCE = "CX"


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
        if isinstance(case.body, Instruction):
            return self._complete_securities(case, self._enrich(case))
        if isinstance(case.body, Payment):
            return self._complete_payment(case, self._enrich_payment(case))
        return []

    def _enrich(self, case: Case, body: Instruction | None = None) -> Enriched:
        given = body or case.body
        assert isinstance(given, Instruction)
        names = lifted(case)
        if case.enriched is None or case.enriched[0] is not given or case.enriched[1] != names:
            case.enriched = (given, names, enrich(given, self.static, self.today, names))
        return case.enriched[2]

    def _enrich_payment(self, case: Case) -> EnrichedPayment:
        assert isinstance(case.body, Payment)
        return enrich_payment(case.body, self.static, self.today, lifted(case))

    def _complete_securities(self, case: Case, enriched: Enriched) -> list[Problem]:
        case.waits = tuple((w.code, w.message) for w in enriched.waiting)
        if enriched.problems:
            return list(enriched.problems)
        if enriched.account is not None and case.posted.ordinal is None:
            case.terms = self._terms(case, enriched)
            case.terms_changed = True
        return []

    def _terms(self, case: Case, enriched: Enriched) -> Terms:
        i = enriched.instruction
        assert enriched.account is not None and enriched.instrument is not None and i.settle_date
        currency = (
            i.settlement_amount.currency if i.settlement_amount else enriched.instrument.currency
        )
        place = enriched.place
        digits = currency_digits(currency)
        obligation = Obligation(
            case.id,
            i.direction,
            i.payment,
            Quantity(i.quantity.type, i.quantity.value),
            i.isin,
            i.settle_date,
            i.safekeeping_account,
            Money(currency, i.settlement_amount.value) if i.settlement_amount else None,
            digits,
            i.partial,
            bool(place and place.partial_supported),
            i.hold,
            bool(place and place.hold_supported),
            True,
            TOLERANCES.get(enriched.market or "") if i.direction == "RECE" else None,
            enriched.account.cash_basis == "contractual" and i.payment == "APMT",
        )
        return Terms(
            obligation,
            trade_of(i, currency, digits),
            None,
            None,
            enriched.servicer or "",
            self._zone(enriched.servicer, enriched.channel.zone if enriched.channel else None),
        )

    def _complete_payment(self, case: Case, enriched: EnrichedPayment) -> list[Problem]:
        case.waits = tuple((w.code, w.message) for w in enriched.waiting)
        if enriched.problems:
            return list(enriched.problems)
        p = enriched.payment
        if enriched.account is not None and not case.posted.ordered:
            uetr = p.uetr or uetr_for(case.client, case.reference)
            reference = reference_for(PAYMENT_REFERENCE, case.client, case.reference, 1)
            references = tuple(r for r in (reference, p.end_to_end_id) if r)
            amount = Money(p.amount.currency, p.amount.value)
            case.terms = Terms(
                None,
                None,
                Transfer(case.id, amount, p.value_date, uetr, references),
                Outgoing(
                    case.portfolio,
                    enriched.account.cash_account or "",
                    amount.currency,
                    amount.amount,
                    p.value_date,
                ),
                enriched.servicer or "",
                self._zone(enriched.servicer, enriched.channel.zone if enriched.channel else None),
            )
            case.terms_changed = True
        return []

    def _zone(self, servicer: str | None, channel: str | None) -> str:
        if channel is not None:
            return channel
        party = self.static.find(PartyRow, servicer or "", on=self.today)
        return party.zone if party is not None else "UTC"

    # releasing ----------------------------------------------------------------------------------

    def proceed(self, case: Case, actor: str) -> None:
        """As far as it goes by itself: book the trade once approved, release once nothing is missing."""
        if not case.has(Approved) or case.released is not None or "reapprove:" in case.flags:
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
        if case.securities:
            enriched = self._enrich(case)
            body: Instruction | Payment = enriched.instruction
            channel, format_, servicer = enriched.channel, enriched.format, enriched.servicer
            prefix = SECURITIES_REFERENCE
        else:
            paid = self._enrich_payment(case)
            body, channel, format_, servicer = (
                paid.payment,
                paid.channel,
                paid.format,
                paid.servicer,
            )
            prefix = PAYMENT_REFERENCE
        assert channel is not None and format_ is not None and servicer is not None
        case.bodies[version] = body
        reference = reference_for(prefix, case.client, case.reference, version)
        wire = self._wire(case, reference, channel.own_bic, servicer)
        try:
            raw = self._message(format_, body, wire, None, channel.business_service)
        except MessageError as error:
            self.raise_(
                case,
                "unbuildable",
                "; ".join(f"{p.path} {p.rule}: {p.message}" for p in error.problems),
                f"{version}",
            )
            case.flags.add("unbuildable")
            return False
        self._queue(case, format_, channel.link, reference, raw, wire)
        case.did(Released(version, reference), self.now)
        case.version = version
        self.unit.versions.append(
            VersionRow(
                case.lane,
                case.id,
                version,
                reference,
                format_,
                channel.link,
                body.model_dump_json(exclude_none=True),
                self.static_version,
                actor,
            )
        )
        case.formats[version] = (format_, channel.link)
        case.told_state = "released_to_wire" if case.securities else "released"
        self._watch(case)
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
        wire = self._wire(case, reference, self._own_bic(servicer), servicer)
        name = CANCELLATIONS.get(format_, format_)
        raw = self._message(name, body, wire, released.reference, None)
        self._queue(case, name, link, reference, raw, wire, cancellation=True)
        case.did(CancelAsked(reference, version), self.now)
        return True

    def _cancel_reference(self, case: Case, version: int, number: int) -> str:
        step = f"cancel {version} {number}"
        return reference_for(CANCEL_REFERENCE, case.client, case.reference, step)

    def check(self, case: Case, body: Instruction | Payment) -> list[Problem]:
        """What static data says against a changed body; once a version has left, a wait as well."""
        if isinstance(body, Instruction):
            found: Enriched | EnrichedPayment = self._enrich(case, body)
        else:
            found = enrich_payment(body, self.static, self.today, lifted(case))
        if case.released is None:
            return list(found.problems)
        waits = [Problem(w.code, w.code, w.message) for w in found.waiting]
        return [*found.problems, *waits]

    def supersede(self, case: Case, person: str) -> None:
        """After a repair: approve by policy or wait for a second person, then go on as a new version."""
        assert case.body is not None
        on = case.body.trade_date if isinstance(case.body, Instruction) else case.body.value_date
        if approval_needed(case.body, case.client, self.static, on):
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

    def _own_bic(self, servicer: str) -> str:
        from schemas.static_rows import ChannelProfile

        channel = self.static.find(ChannelProfile, servicer, on=self.today)
        assert channel is not None
        return channel.own_bic

    def _wire(self, case: Case, reference: str, sender: str, receiver: str) -> Wire:
        uetr = case.terms.transfer.uetr if case.terms and case.terms.transfer else None
        return Wire(seme=reference, prep=self.now, sender=sender, receiver=receiver, uetr=uetr)

    def _message(
        self,
        format_: str,
        body: Instruction | Payment,
        wire: Wire,
        cancel_of: str | None,
        service: str | None,
    ) -> bytes:
        if format_ in MT:
            return builders.fin.write(format_, body, wire, cancel_of=cancel_of)
        document = builders.mx.write(format_, body, wire, cancel_of=cancel_of)
        return builders.mx.datapdu(document, wire, created_at=self.now, service=service)

    def _queue(
        self,
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
        id_ = self.unit.ids.take()
        name = format_.upper() if format_ in MT else format_
        self.unit.raws.append(Raw(id_, "out", link, hashlib.sha256(raw).digest(), self.now, raw))
        self.unit.outs.append(Out(id_, case.lane, link, case.id, name, reference, case.securities))
        self.unit.claims.append(Claim("wire", "", reference, case.lane, case.portfolio, case.id))
        if wire.uetr is not None and case.version == 0:
            self.unit.claims.append(
                Claim("uetr", "", wire.uetr, case.lane, case.portfolio, case.id)
            )
        said = {"type": name, "reference": reference, "link": link}
        if not cancellation:
            said["state"] = "released_to_wire" if case.securities else "released"
        self.tell(case, "Instructed", case.maker or "lifecycle", said, id_)

    def _watch(self, case: Case) -> None:
        """Wake it after the day it should have settled, to see whether it was confirmed."""
        if case.terms is None or case.terms.obligation is None:
            return
        at = overdue_at(case.terms.obligation.settle_on, self.settings)
        self.unit.timers.append(Timer(case.lane, case.id, "confirmation", at))
        if case.terms.obligation.contractual:
            due = day_end(case.terms.obligation.settle_on, self.settings)
            self.unit.timers.append(Timer(case.lane, case.id, "contractual", due))

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
        row = self._row(case, condition)
        carry = self._carry(case, row.state)
        if condition is not None:
            self._tell_heard(case, condition, carry)
            bookkeeping.balance(self, case, condition, carry)
            for raised in condition.exceptions:
                self.raise_(case, raised.code, raised.text, raised.key)
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

    def _put(self, case: Case, row: ConditionRow) -> None:
        """All of a row, or only what an answer may change."""
        if case.row is None:
            rows = self.unit.fresh
        elif case.body is not None or case.terms_changed:
            rows = self.unit.moved
        else:
            rows = self.unit.answers
        rows[case.lane, case.id] = row

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
        """A cancelled version whose replacement waits: take the trade back and send the replacement."""
        waiting = next((f for f in case.flags if f.startswith("amend:")), None)
        if waiting is None or isinstance(condition, PaymentCondition):
            return self._cancelled(case, condition)
        version = int(waiting.partition(":")[2])
        if condition.settled_quantity or self._denied(case, condition):
            case.flags = case.flags - {waiting} | {f"dropped:{version}"}
            words = "what it should replace was not cancelled: the amendment is dropped"
            self.raise_(case, "amendment_dropped", words, f"{version}")
            return condition
        if condition.state.value != "cancelled":
            return condition
        case.flags.discard(waiting)
        case.body = case.bodies[-version]
        bookkeeping.unbook(self, case, condition)
        self.complete(case)
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

    def _cancelled(
        self, case: Case, condition: Condition | PaymentCondition
    ) -> Condition | PaymentCondition:
        """Our own cancellation that is done, and replaced by nothing, ends the trade as well."""
        if (
            isinstance(condition, Condition)
            and condition.state.value in ("cancelled", "part_settled_rest_cancelled")
            and condition.cancellation.value == "done"
            and case.has(CancelAsked)
        ):
            bookkeeping.unbook(self, case, condition)
        return condition

    def _row(self, case: Case, condition: Condition | PaymentCondition | None) -> ConditionRow:
        before = case.row
        terms = case.terms
        o = terms.obligation if terms else None
        t = terms.transfer if terms else None
        state = condition.state.value if condition else "draft"
        reason = condition.reasons[0] if condition and condition.reasons else None
        waits, whose = self._waits(case, condition)
        moved = before is None or before.state != state or before.waits_for != waits
        released = case.released
        body = case.body
        flags = sorted(
            {f for f in case.flags if ":" in f or f == "unbuildable"}
            | {f.value for f in (condition.flags if condition else ())}
            | {code for code, _ in case.waits if released is None}
        )
        version = case.formats.get(case.version)
        return ConditionRow(
            case.lane,
            case.id,
            case.portfolio,
            case.kind,
            case.reference,
            state,
            condition.processing.value if condition else "none",
            condition.cancellation.value if condition else "none",
            condition.matching.value if condition else "unknown",
            condition.settlement.value if condition else "none",
            condition.change.value if condition else "none",
            case.version,
            released.reference if released else None,
            version[1] if version else (before.link if before else None),
            o.direction if o else getattr(body, "direction", None),
            o.payment if o else getattr(body, "payment", None),
            o.isin if o else getattr(body, "isin", None),
            getattr(case.bodies.get(case.version), "name", None)
            or (before.instrument_name if before else None),
            _counterparty(body) if body is not None else (before.counterparty if before else None),
            terms.servicer if terms else None,
            getattr(case.bodies.get(case.version), "pset", None)
            or (before.place if before else None),
            o.safekeeping_account if o else None,
            terms.trade.cash_account
            if terms and terms.trade
            else (terms.outgoing.cash_account if terms and terms.outgoing else None),
            _currency(case),
            _amount(case),
            o.quantity.value if o else None,
            condition.open_quantity if condition and o else None,
            condition.settled_quantity if condition and o else None,
            getattr(body, "trade_date", None) or (before.trade_on if before else None),
            o.settle_on if o else (t.value_on if t else None),
            waits,
            whose,
            self.now if moved else before.since,  # type: ignore[union-attr]
            reason.code if reason else None,
            reason.text if reason else None,
            flags,
            "{}",  # put once the books are balanced
            TERMS.dump_json(terms).decode() if terms is not None and case.terms_changed else None,
            len(case.facts),
        )

    def _waits(
        self, case: Case, condition: Condition | PaymentCondition | None
    ) -> tuple[str | None, str | None]:
        """What has to come next, in words, and whose move it is."""
        if case.released is None and case.waits:
            return "; ".join(words for _, words in case.waits)[:300], "us"
        if not case.has(Approved) or "reapprove:" in case.flags:
            return "approval by a second person", "us"
        if "unbuildable" in case.flags:
            return "repair: the message cannot be built", "us"
        if condition is None:
            return "static data", "us"
        return condition.waiting.what, condition.waiting.whose

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


def lifted(case: Case) -> frozenset[str]:
    """Waits that two persons have released."""
    return frozenset(f.split(":")[1] for f in case.flags if f.startswith("lifted:"))


def day_end(on: date, settings: Settings) -> datetime:
    """The end of a business day."""
    return _local(on, settings.business_day_end, settings.business_zone)


@lru_cache(4096)
def _local(on: date, at: str, zone: str) -> datetime:
    return datetime.combine(on, time.fromisoformat(at), ZoneInfo(zone)).astimezone(UTC)


def overdue_at(on: date, settings: Settings) -> datetime:
    """When a settlement due on this date should have been confirmed at the latest."""
    return day_end(on, settings) + timedelta(hours=settings.confirmation_lag_hours)


def _counterparty(body: Instruction | Payment) -> str | None:
    if isinstance(body, Payment):
        return body.creditor.bic or body.creditor.name
    if body.counterparty is not None:
        return body.counterparty
    party = body.sell if body.direction == "RECE" else body.buyr
    return party.bic or party.name if party is not None else None


def _currency(case: Case) -> str | None:
    terms = case.terms
    if terms and terms.trade:
        return terms.trade.currency
    return terms.transfer.amount.currency if terms and terms.transfer else None


def _amount(case: Case) -> Decimal | None:
    terms = case.terms
    if terms and terms.trade:
        return terms.trade.amount
    return terms.transfer.amount.amount if terms and terms.transfer else None
