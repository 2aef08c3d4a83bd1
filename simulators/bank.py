"""Several banks: they take payments, say where they stand, debit, credit, reject, and keep books.

Configuration (`bank` in the file):
  banks         {BIC8: {zone, account? (debited where none is named)}}
  opening_cash  CSV path or rows
  rates         {reject, silent, pending: probability}
  scripts       [{match {ref_prefix, instruction_prefix, uetr, currency, amount, beneficiary},
                outcome, reason?}]
  mode          story | at_once
  credits       [{bank, to, format fin|mx, at, account, currency, amount, reference, uetr?}]
Outcomes: settle, reject, pending (nothing more is said), silent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from simulators import bank_orders, chance, custody_answers, launch, mx
from simulators.bank_orders import Transfer
from simulators.custody_answers import CAMT_054, Envelope, Payment
from simulators.custody_books import Books
from simulators.engine import Agenda, Config, Departure, Label

RATES = {"reject": 0.01}
REASONS = ("AC01", "AC04", "AC06", "BE01", "RR04")
PACS_002 = "pacs.002.001.10"
OPENS = time(8)


@dataclass(frozen=True, slots=True)
class House:
    """One bank's ways."""

    bic: str
    zone: ZoneInfo
    account: str


class Bank:
    """All the banks of one process."""

    name = "bank"

    def __init__(self) -> None:
        self.ledger = Books()
        self._agenda = Agenda()
        self._departures: list[Departure] = []
        self._contents: dict[tuple[str, str, str], bytes] = {}
        self._said: dict[tuple[str, str], int] = {}
        self._credited: set[str] = set()

    def configure(self, seed: int, config: Config) -> None:
        self._seed = seed
        self._houses = {
            bic: House(bic, ZoneInfo(house.get("zone", "UTC")), house.get("account", ""))
            for bic, house in config["banks"].items()
        }
        self._rates: dict[str, float] = dict(config.get("rates", RATES))
        self._scripts: Sequence[Mapping[str, Any]] = config.get("scripts", ())
        self._at_once = config.get("mode", "story") == "at_once"
        for row in config.get("opening_cash", ()):
            if row["servicer"] in self._houses:
                self.ledger.open_cash(row["servicer"], row)
        for credit in config.get("credits", ()):
            self._plan_credit(credit)

    def links(self) -> Mapping[str, str]:
        return {f"network/{bic}": f"finality/network/{bic}/in" for bic in self._houses}

    def way_out(self, link: str) -> str:
        return f"finality/{link}/out"

    def due(self) -> datetime | None:
        return self._agenda.due()

    def emit(self, now: datetime) -> list[Departure]:
        self._agenda.run(now)
        left, self._departures = self._departures, []
        return left

    def books(self) -> Mapping[str, Any]:
        return self.ledger.snapshot()

    # what comes

    def receive(self, link: str, raw: bytes, now: datetime) -> Label:
        house = self._houses[link.removeprefix("network/")]
        try:
            transfer = bank_orders.read(raw)
        except bank_orders.Unreadable:
            return Label("unreadable", "")
        key = (house.bic, transfer.client, transfer.uetr or transfer.reference)
        before = self._contents.setdefault(key, transfer.content)
        if before is transfer.content:
            self._ordered(house, transfer, now)
        elif before != transfer.content:
            self._plan(house, transfer, now, 1, self._rejected("DUPL"))
        return Label(transfer.type, transfer.reference)

    def repeat(self, link: str, label: Label, now: datetime) -> None:
        """A copy changes nothing."""

    def _ordered(self, house: House, transfer: Transfer, now: datetime) -> None:
        outcome, reason = self._outcome(house, transfer)
        if outcome == "silent":
            return
        if outcome == "reject":
            self._plan(
                house,
                transfer,
                now,
                self._seconds(transfer, "reject", 2, 30),
                self._rejected(reason),
            )
            return
        self._plan(house, transfer, now, self._seconds(transfer, "taken", 1, 5), self._in_process)
        if outcome == "pending":
            return
        opens = datetime.combine(transfer.value_on, OPENS, house.zone).astimezone(UTC)
        start = now if self._at_once else max(opens, now + timedelta(seconds=10))
        self._plan(
            house, transfer, start, self._seconds(transfer, "executed", 20, 300), self._execute
        )

    def _outcome(self, house: House, transfer: Transfer) -> tuple[str, str]:
        chosen = REASONS[
            int(chance.draw(self._seed, house.bic, transfer.reference, "why") * len(REASONS))
        ]
        for script in self._scripts:
            if _matches(script["match"], transfer):
                return str(script["outcome"]), str(script.get("reason", chosen))
        if self._at_once:
            return "settle", ""
        found = chance.outcome(
            self._rates, "settle", self._seed, house.bic, transfer.reference, "outcome"
        )
        return found, chosen

    # what follows

    def _in_process(self, house: House, transfer: Transfer, at: datetime) -> None:
        if transfer.format == "mx":
            self._status(house, transfer, at, "ACSP")

    def _execute(self, house: House, transfer: Transfer, at: datetime) -> None:
        account = transfer.account or house.account
        self.ledger.pay(house.bic, account, transfer.currency, -transfer.amount)
        related = transfer.end_to_end if transfer.format == "mx" else transfer.instruction
        value_on = max(transfer.value_on, at.astimezone(house.zone).date())
        payment = Payment(
            account, transfer.currency, transfer.amount, False, value_on, related, transfer.uetr
        )
        if transfer.format == "mx":
            self._status(house, transfer, at, "ACSC")
        self._advise(house, transfer.client, transfer.format, transfer.reference, payment, at)

    def _rejected(self, reason: str) -> Callable[[House, Transfer, datetime], None]:
        def reject(house: House, transfer: Transfer, at: datetime) -> None:
            if transfer.format == "mx":
                self._status(house, transfer, at, "RJCT", reason)
            else:
                self._return_unpaid(house, transfer, reason, at)

        return reject

    def _return_unpaid(self, house: House, transfer: Transfer, reason: str, at: datetime) -> None:
        """An MT103 or MT202 is rejected by a free-format message that quotes it."""
        envelope = self._envelope(house, transfer.client, transfer.reference, at)
        lines = [
            f":20:{envelope.reference}",
            f":21:{transfer.instruction[:16]}",
            f":79:/REJT/{transfer.type[2:]}",
            f"/{reason}/",
            f"/MREF/{transfer.instruction[:16]}",
        ]
        type_ = f"{transfer.type[2]}99"
        raw = custody_answers.write_fin(envelope, type_, lines)
        self._leave(house, raw, f"MT{type_}", envelope.reference)

    def _status(
        self, house: House, transfer: Transfer, at: datetime, status: str, reason: str = ""
    ) -> None:
        envelope = self._envelope(house, transfer.client, transfer.reference, at)
        why = mx.element("StsRsnInf", mx.element("Rsn", mx.value("Cd", reason)))
        content = mx.element(
            "FIToFIPmtStsRpt",
            mx.element(
                "GrpHdr",
                mx.value("MsgId", envelope.reference),
                mx.value("CreDtTm", mx.instant(at)),
            ),
            mx.element(
                "TxInfAndSts",
                mx.value("StsId", envelope.reference),
                mx.element(
                    "OrgnlGrpInf",
                    mx.value("OrgnlMsgId", transfer.reference),
                    mx.value("OrgnlMsgNmId", transfer.type),
                ),
                mx.value("OrgnlInstrId", transfer.instruction),
                mx.value("OrgnlEndToEndId", transfer.end_to_end),
                mx.value("OrgnlUETR", transfer.uetr),
                mx.value("TxSts", status),
                why,
            ),
        )
        raw = custody_answers.write_mx(envelope, PACS_002, content)
        self._leave(house, raw, PACS_002, envelope.reference)

    def _advise(
        self, house: House, client: str, format_: str, about: str, payment: Payment, at: datetime
    ) -> None:
        envelope = self._envelope(house, client, about, at)
        if format_ == "mx":
            raw, type_ = custody_answers.camt_054(envelope, payment), CAMT_054
        else:
            raw, type_ = (
                custody_answers.mt900(envelope, payment),
                "MT910" if payment.credit else "MT900",
            )
        self._leave(house, raw, type_, envelope.reference)

    def _plan_credit(self, credit: Mapping[str, str]) -> None:
        """Money that comes by script, once however often the settings are read."""
        if credit["reference"] in self._credited:
            return
        self._credited.add(credit["reference"])
        house = self._houses[credit["bank"]]

        def arrive(at: datetime) -> None:
            amount = Decimal(credit["amount"])
            self.ledger.pay(house.bic, credit["account"], credit["currency"], amount)
            payment = Payment(
                credit["account"],
                credit["currency"],
                amount,
                True,
                at.astimezone(house.zone).date(),
                credit["reference"],
                credit.get("uetr", ""),
            )
            self._advise(house, credit["to"], credit["format"], credit["reference"], payment, at)

        self._agenda.add(datetime.fromisoformat(credit["at"]), credit["reference"], arrive)

    # small change

    def _plan(
        self,
        house: House,
        transfer: Transfer,
        now: datetime,
        seconds: int,
        action: Callable[[House, Transfer, datetime], None],
    ) -> None:
        due = now + timedelta(seconds=seconds)
        self._agenda.add(due, transfer.reference, lambda at: action(house, transfer, at))

    def _seconds(self, transfer: Transfer, step: str, low: int, high: int) -> int:
        if self._at_once:
            return 0
        return round(chance.between(low, high, self._seed, transfer.reference, step))

    def _envelope(self, house: House, client: str, about: str, at: datetime) -> Envelope:
        key = (house.bic, about)
        self._said[key] = self._said.get(key, 0) + 1
        step = str(self._said[key])
        reference = "B" + chance.reference(15, self._seed, house.bic, client, about, step)
        return Envelope(house.bic, client, reference, at, house.zone)

    def _leave(self, house: House, raw: bytes, type_: str, reference: str) -> None:
        self._departures.append(Departure(f"network/{house.bic}", raw, Label(type_, reference)))


def _matches(match: Mapping[str, str], transfer: Transfer) -> bool:
    holds: dict[str, Callable[[str], bool]] = {
        "ref_prefix": lambda v: transfer.reference.startswith(v),
        "instruction_prefix": lambda v: transfer.instruction.startswith(v),
        "uetr": lambda v: transfer.uetr == v,
        "currency": lambda v: transfer.currency == v,
        "amount": lambda v: transfer.amount == Decimal(v),
        "beneficiary": lambda v: transfer.beneficiary == v,
    }
    return all(holds[name](str(value)) for name, value in match.items())


def main() -> None:
    """Run the banks until they are stopped."""
    launch.main("bank")


if __name__ == "__main__":
    main()
