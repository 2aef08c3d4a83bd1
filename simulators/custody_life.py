"""The life of one instruction at a custodian: accepted, matched, failing, settled, cancelled.

Every step looks at the deal as it stands when its time comes, so that steps may cross each other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from simulators import chance, custody_deals
from simulators.custody_answers import Part, Payment, Standing
from simulators.custody_books import Books
from simulators.custody_deals import (
    ALREADY,
    CANCELLED,
    CAND,
    CANP,
    FUTU,
    HELD,
    MACH,
    PACK,
    PEND,
    REFUSED,
    SETTLED,
    STAYING,
    UNKNOWN,
    Deal,
)
from simulators.custody_orders import Release
from simulators.custody_voice import Voice
from simulators.engine import Agenda
from simulators.fin_values import CURRENCY_DIGITS

FIRST_PART = Decimal("0.6")
DAYS_LATE = {"1": 0.7, "2": 0.2, "3": 0.1}
SECOND = timedelta(seconds=1)


class Life:
    """Moves deals along one agenda and one set of books, and says so."""

    def __init__(self, agenda: Agenda, ledger: Books) -> None:
        self._agenda = agenda
        self._ledger = ledger
        self._lacking: dict[tuple[str, str, str], list[Deal]] = {}

    def configure(
        self, seed: int, voice: Voice, cancel_agreed: float, match_seconds: tuple[int, int]
    ) -> None:
        """Take these settings from now on."""
        self._seed = seed
        self._voice = voice
        self._cancel_agreed = cancel_agreed
        self._match_seconds = match_seconds

    def begin(self, deal: Deal, now: datetime) -> None:
        """A new instruction is accepted (or not) in a second or two."""
        wait = 1 + round(self._draw(deal, "pack"))
        self.later(deal, now, wait, lambda at: self._accept(deal, at))

    def _accept(self, deal: Deal, at: datetime) -> None:
        if deal.closed:
            return
        outcome = deal.outcome
        if outcome == "silent":
            return
        if outcome == "reject":
            deal.closed = "rejected"
            self._voice.say(
                deal, at, Standing("IPRC", "REJT", "SAFE", "safekeeping account not known")
            )
            return
        first = {
            "in_repair": Standing("IPRC", "REPR", "PLCE", "place of settlement repaired by hand"),
            "pending_processing": Standing("IPRC", "PPRC", "OTHR", "in manual processing"),
        }.get(outcome, PACK)
        self._voice.say(deal, at, first)
        low, high = self._match_seconds
        wait = max(1, round(low + (high - low) * self._draw(deal, "match")))
        if deal.hold:
            self.later(deal, at, 2, lambda then: self._say_if_held(deal, then, HELD))
        elif first is not PACK:
            self.later(deal, at, 1200, lambda then: self._accept_repaired(deal, then))
        elif outcome in STAYING:
            code, words = STAYING[outcome]
            words = deal.script.get("words", words)
            self.later(deal, at, wait, lambda then: self._unmatched(deal, code, words, then))
        elif outcome == "unmatched_cmis":
            self.later(
                deal, at, wait, lambda then: self._unmatched(deal, *STAYING["unmatched_stay"], then)
            )
            hours = 1 + 3 * self._draw(deal, "counterparty")
            self.later(deal, at, wait + round(3600 * hours), lambda then: self._match(deal, then))
        elif outcome == "inferred":
            guess = Standing("INMH", "MACH")
            self.later(deal, at, wait, lambda then: self._say_if_open(deal, then, guess))
            self.later(deal, at, wait + 900, lambda then: self._match(deal, then))
        else:
            self.later(deal, at, wait, lambda then: self._match(deal, then))

    def _accept_repaired(self, deal: Deal, at: datetime) -> None:
        if not deal.closed:
            self._voice.say(deal, at, PACK)
            self.later(deal, at, 20, lambda then: self._match(deal, then))

    def _say_if_open(self, deal: Deal, at: datetime, standing: Standing) -> None:
        if not deal.closed and not deal.matched:
            self._voice.say(deal, at, standing)

    def _say_if_held(self, deal: Deal, at: datetime, standing: Standing) -> None:
        if not deal.closed and deal.hold:
            self._voice.say(deal, at, standing)

    def _unmatched(self, deal: Deal, code: str, words: str, at: datetime) -> None:
        if not deal.closed and not deal.matched:
            self._voice.say(deal, at, Standing("MTCH", "NMAT", code, words))

    def _match(self, deal: Deal, at: datetime) -> None:
        if deal.closed or deal.matched or deal.hold:
            return
        deal.matched = True
        future = deal.order.settle_on > deal.house.place.today(at)
        self._voice.say(deal, at, MACH, FUTU if future else PEND)
        self._plan_settlement(deal, at)
        if deal.house.contractual and deal.order.payment == "APMT":
            self._plan_advance(deal, at)

    def _plan_settlement(self, deal: Deal, at: datetime) -> None:
        place, day = deal.house.place, deal.order.settle_on
        start = at + 2 * SECOND
        on_time = self._settles_at(deal, day, start, "cycle")
        if deal.outcome == "part":
            first = (deal.order.quantity * FIRST_PART).to_integral_value(ROUND_DOWN)
            if first > 0:
                self._at(deal, on_time, lambda then: self._settle(deal, then, first))
                failing = max(place.at(place.today(on_time), place.cut_off), on_time + 60 * SECOND)
                self._at(deal, failing, lambda then: self._fail(deal, "CLAC", then))
                day = place.after(place.today(on_time), 1)
                on_time = self._settles_at(deal, day, start, "last part")
            self._at(deal, on_time, lambda then: self._settle(deal, then))
        elif deal.outcome in {"fail", "fail_stay"}:
            day = place.next_open(max(day, place.today(start)))
            failing = place.at(day, place.cut_off) + timedelta(
                seconds=round(1200 * self._draw(deal, "late"))
            )
            failing = max(failing, start)
            code = custody_deals.missing(deal.order)
            self._at(deal, failing, lambda then: self._fail(deal, code, then))
            if deal.outcome == "fail":
                days = int(chance.outcome(DAYS_LATE, "1", self._seed, *deal.name, "days late"))
                late = self._settles_at(
                    deal, place.after(day, days), failing + SECOND, "late cycle"
                )
                self._at(deal, late, lambda then: self._settle(deal, then))
        elif deal.outcome == "cancel_race":
            day = place.next_open(max(day, place.today(start)))
            last = self._scripted(deal, day) or place.at(day, place.day[1]) - timedelta(
                minutes=5 + round(20 * self._draw(deal, "race"))
            )
            self._at(deal, max(last, start), lambda then: self._settle(deal, then))
        else:
            self._at(deal, on_time, lambda then: self._settle(deal, then))

    def _settles_at(self, deal: Deal, day: date, not_before: datetime, step: str) -> datetime:
        place = deal.house.place
        told = self._scripted(deal, place.next_open(max(day, place.today(not_before))))
        if told is not None and told >= not_before:
            return told
        night, share = self._draw(deal, step, "night"), self._draw(deal, step)
        return deal.house.place.settles_at(day, not_before, night, share)

    def _scripted(self, deal: Deal, day: date) -> datetime | None:
        clock = deal.script.get("settles")
        return deal.house.place.at(day, time.fromisoformat(clock)) if clock else None

    def _fail(self, deal: Deal, code: str, at: datetime) -> None:
        if not deal.closed and not deal.lacking:
            words = {"CLAC": "counterparty short of securities", "CMON": "counterparty lacks cash"}
            self._voice.say(
                deal, at, Standing("SETT", "PENF", code, words.get(code, "counterparty on hold"))
            )

    def _settle(self, deal: Deal, at: datetime, quantity: Decimal | None = None) -> None:
        """Move securities (and cash, when actual), and confirm; or say that we lack them."""
        if deal.closed or deal.hold:
            return
        house, order = deal.house, deal.order
        now = min(quantity or deal.open, deal.open)
        delivers = order.direction == "DELI"
        if delivers and self._ledger.held(house.bic, order.account, order.isin) < now:
            self._lack(deal, at)
            return
        deal.lacking = False
        part = self._part(deal, now, at)
        self._ledger.move(house.bic, order.account, order.isin, -now if delivers else now)
        deal.settled += now
        deal.paid += part.amount
        if not deal.open:
            deal.closed = "settled"
        self._voice.confirm(deal, part, at)
        if order.payment == "APMT" and not house.contractual:
            self._pay(deal, part.amount, at + SECOND, part.effective_on)
        if deal.closed and deal.cancels:
            self.later(deal, at, 2, lambda then: self._too_late(deal, then))
        if not delivers:
            self._retry_lacking(deal, at)

    def _too_late(self, deal: Deal, at: datetime) -> None:
        for request in deal.cancels:
            self._voice.answer_cancel(deal, request, at, SETTLED)

    def _part(self, deal: Deal, quantity: Decimal, at: datetime) -> Part:
        order, amount = deal.order, Decimal(0)
        if order.payment == "APMT":
            digits = Decimal(1).scaleb(-CURRENCY_DIGITS.get(order.currency, 2))
            whole = quantity == deal.open
            amount = order.amount - deal.paid if whole else order.amount * quantity / order.quantity
            amount = amount.quantize(digits, ROUND_HALF_UP)
        effective = max(order.settle_on, deal.house.place.today(at))
        step = f"market {deal.settled}"
        market = "M" + chance.reference(14, self._seed, *deal.name, step)
        return Part(quantity, deal.settled, deal.open - quantity, amount, effective, market)

    def _lack(self, deal: Deal, at: datetime) -> None:
        """Pending for lack now, failing at the cut-off, tried again when securities come."""
        house, order = deal.house, deal.order
        if deal.lacking:
            return
        deal.lacking = True
        self._lacking.setdefault((house.bic, order.account, order.isin), []).append(deal)
        place = house.place
        cut_off = place.at(place.next_open(max(order.settle_on, place.today(at))), place.cut_off)
        words = "account short of securities"
        if at >= cut_off:
            self._voice.say(deal, at, Standing("SETT", "PENF", "LACK", words))
            return
        self._voice.say(deal, at, Standing("SETT", "PEND", "LACK", words))
        self._at(deal, cut_off, lambda then: self._still_lacking(deal, words, then))

    def _still_lacking(self, deal: Deal, words: str, at: datetime) -> None:
        if deal.lacking and not deal.closed:
            self._voice.say(deal, at, Standing("SETT", "PENF", "LACK", words))

    def _retry_lacking(self, came: Deal, at: datetime) -> None:
        key = (came.house.bic, came.order.account, came.order.isin)
        for deal in sorted(self._lacking.pop(key, ()), key=custody_deals.waiting_order):
            deal.lacking = False
            if not deal.closed:
                self._plan_retry(deal, at)

    def _plan_retry(self, deal: Deal, at: datetime) -> None:
        due = self._settles_at(deal, deal.order.settle_on, at + 60 * SECOND, "after lack")
        self._at(deal, due, lambda then: self._settle(deal, then))

    # cash

    def _plan_advance(self, deal: Deal, at: datetime) -> None:
        place = deal.house.place
        day = place.next_open(deal.order.settle_on)
        self._at(
            deal,
            max(place.at(day, place.advance), at + 60 * SECOND),
            lambda then: self._advance(deal, then),
        )

    def _advance(self, deal: Deal, at: datetime) -> None:
        """Contractual cash moves on the settlement date of what is matched, settled or not."""
        if deal.advanced or deal.closed in {"cancelled", "superseded"}:
            return
        deal.advanced = True
        place = deal.house.place
        self._pay(deal, deal.order.amount, at, max(deal.order.settle_on, place.today(at)))

    def _pay(
        self, deal: Deal, amount: Decimal, at: datetime, value_on: date, back: bool = False
    ) -> None:
        house, order = deal.house, deal.order
        account = order.cash_account or house.cash_accounts.get(order.account, order.account)
        credit = (order.direction == "DELI") != back
        self._ledger.pay(house.bic, account, order.currency, amount if credit else -amount)
        if not house.advice:
            return
        payment = Payment(
            account, order.currency, amount, credit, value_on, order.reference, "", back
        )
        self._voice.advise(deal, payment, at)

    # cancellation and hold

    def cancel(self, deal: Deal, request: str, at: datetime) -> None:
        """Alone before matching, with the counterparty after; a settlement that crosses wins."""
        verdict = {"settled": SETTLED, "cancelled": ALREADY, "superseded": ALREADY}
        if deal.closed:
            self._voice.answer_cancel(deal, request, at, verdict.get(deal.closed, UNKNOWN))
            return
        if not deal.matched:
            self._cancelled(deal, request, at)
            return
        deal.cancels.append(request)
        self._voice.answer_cancel(deal, request, at, CANP)
        if deal.outcome == "cancel_race":
            if deal.order.settle_on <= deal.house.place.today(at):
                self.later(deal, at, 2, lambda then: self._settle(deal, then))
            return
        agrees = self._draw(deal, request, "agrees") < self._cancel_agreed
        wait = round(600 + 2100 * self._draw(deal, request, "cancel"))
        self.later(deal, at, wait, lambda then: self._counterparty(deal, request, agrees, then))

    def _counterparty(self, deal: Deal, request: str, agrees: bool, at: datetime) -> None:
        if deal.closed:
            return  # the settlement was faster, and has said so
        deal.cancels.remove(request)
        if agrees:
            self._cancelled(deal, request, at)
        else:
            self._voice.answer_cancel(deal, request, at, REFUSED)

    def _cancelled(self, deal: Deal, request: str, at: datetime) -> None:
        deal.closed = "cancelled"
        self._voice.answer_cancel(deal, request, at, CAND)
        self._voice.say(deal, at + SECOND, CANCELLED)
        if deal.advanced:
            today = deal.house.place.today(at)
            self._pay(deal, deal.order.amount - deal.paid, at + SECOND, today, back=True)

    def release(self, deal: Deal, change: Release, at: datetime) -> None:
        standing = Standing("TPRC", "COMP")
        if deal.closed:
            standing = Standing("TPRC", "REJT", "REFE", "no open instruction of this reference")
        self._voice.answer_change(deal, change.reference, at, standing)
        if deal.closed or deal.hold == change.hold:
            return
        deal.hold = change.hold
        if change.hold:
            self.later(deal, at, 1, lambda then: self._say_if_held(deal, then, HELD))
        elif deal.matched:
            self._plan_settlement(deal, at)
        else:
            self.later(deal, at, 5, lambda then: self._match(deal, then))

    # at once, for measuring

    def settle_at_once(self, deal: Deal, at: datetime) -> None:
        deal.matched = True
        self._voice.say(deal, at, PACK, MACH)
        self._settle(deal, at)
        if deal.house.contractual and deal.order.payment == "APMT":
            self._advance(deal, at)

    # small change

    def _draw(self, deal: Deal, *step: str) -> float:
        return chance.draw(self._seed, *deal.name, *step)

    def later(
        self, deal: Deal, now: datetime, seconds: int, action: Callable[[datetime], None]
    ) -> None:
        self._at(deal, now + timedelta(seconds=seconds), action)

    def _at(self, deal: Deal, due: datetime, action: Callable[[datetime], None]) -> None:
        self._agenda.add(due, deal.order.reference, action)
