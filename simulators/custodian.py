"""Several custodians with their own books: what they take in, and which outcome it will have.

Configuration (`custodian` in the file):
  custodians         {BIC8: {format fin|mx, place, partial, cash_basis actual|contractual, advice,
                     cash_accounts {safekeeping: cash}}}
  accounts           CSV path or rows: servicer, safekeeping_account, cash_account
  opening_positions  CSV path or rows: servicer, safekeeping_account, isin, lot, quantity
  opening_cash       CSV path or rows: servicer, cash_account, currency, amount
  rates              {outcome: probability}, `part` among them
  scripts            [{match {trade_prefix, trade_contains, ref_prefix, ref_contains, isin,
                     quantity, custodian, direction}, outcome, settles?, words?}]; once per trade id:
                     `settles` is the place's local time of a settlement day, `words` the reason's
  mode               story | at_once
  places             changes to custody_calendar
  cancel_agreed      probability that the counterparty agrees to a cancellation
  match_seconds      [low, high]
Outcomes: settle, part, unmatched_cmis (matched later), unmatched_dqua, unmatched_dmon,
unmatched_stay (until cancelled), fail (settles one to three days later), fail_stay, reject,
cancel_race, inferred, in_repair, pending_processing, silent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from simulators import chance, custody_deals, custody_orders, launch
from simulators.custody_answers import Standing
from simulators.custody_books import Books
from simulators.custody_calendar import places
from simulators.custody_deals import Deal, House
from simulators.custody_life import Life
from simulators.custody_orders import Cancel, Order, Release
from simulators.custody_voice import Voice
from simulators.engine import Agenda, Config, Departure, Label

RATES = {
    "unmatched_cmis": 0.014,
    "unmatched_dqua": 0.004,
    "unmatched_dmon": 0.002,
    "fail": 0.022,
    "fail_stay": 0.003,
    "inferred": 0.001,
    "in_repair": 0.0005,
    "pending_processing": 0.0005,
    "part": 0.03,  # of what would settle whole, where parts are possible
}


class Custody:
    """All the custodians of one process: one agenda, one set of books."""

    name = "custodian"

    def __init__(self) -> None:
        self.ledger = Books()
        self._agenda = Agenda()
        self._deals: dict[tuple[str, str, str], Deal] = {}
        self._contents: dict[tuple[str, str, str], bytes] = {}
        self._trades: set[tuple[str, str]] = set()
        self._life = Life(self._agenda, self.ledger)

    # configuration

    def configure(self, seed: int, config: Config) -> None:
        self._seed = seed
        self._voice = Voice(seed)
        known = places(config.get("places", {}))
        cash = custody_deals.cash_accounts(config.get("accounts", ()))
        self._houses = {
            bic: House(
                bic=bic,
                format=house["format"],
                place=known[house["place"]],
                partial=bool(house.get("partial", False)),
                contractual=house.get("cash_basis", "actual") == "contractual",
                advice=bool(house.get("advice", True)),
                cash_accounts=cash.get(bic, {}) | house.get("cash_accounts", {}),
            )
            for bic, house in config["custodians"].items()
        }
        self._rates: dict[str, float] = dict(config.get("rates", RATES))
        self._part_rate = float(self._rates.pop("part", 0))
        self._scripts: Sequence[Mapping[str, Any]] = config.get("scripts", ())
        self._at_once = config.get("mode", "story") == "at_once"
        low, high = config.get("match_seconds", (5, 55))
        agreed = float(config.get("cancel_agreed", 0.9))
        self._life.configure(seed, self._voice, agreed, (low, high))
        self._accounts = {
            (bic, account) for bic, house in self._houses.items() for account in house.cash_accounts
        }
        for row in config.get("opening_positions", ()):
            if row["servicer"] in self._houses:
                self._accounts.add((row["servicer"], row["safekeeping_account"]))
                self.ledger.open_position(row["servicer"], row)
        for row in config.get("opening_cash", ()):
            if row["servicer"] in self._houses:
                self.ledger.open_cash(row["servicer"], row)

    def links(self) -> Mapping[str, str]:
        return {f"network/{bic}": f"finality/network/{bic}/in" for bic in self._houses}

    def way_out(self, link: str) -> str:
        return f"finality/{link}/out"

    def due(self) -> datetime | None:
        return self._agenda.due()

    def emit(self, now: datetime) -> list[Departure]:
        self._agenda.run(now)
        return self._voice.take()

    def books(self) -> Mapping[str, Any]:
        return self.ledger.snapshot()

    # what comes

    def receive(self, link: str, raw: bytes, now: datetime) -> Label:
        house = self._houses[link.removeprefix("network/")]
        try:
            item = custody_orders.read("fin" if house.format == "fin" else "mx", raw)
        except custody_orders.Unreadable:
            return Label("unreadable", "")
        key = (house.bic, item.client, item.reference)
        before = self._contents.setdefault(key, item.content)
        if before != item.content:
            self._conflict(house, item, now)
        elif before is item.content:  # else a copy in another envelope
            self._first(house, item, now)
        return Label(item.type, item.reference)

    def _first(self, house: House, item: custody_orders.Item, now: datetime) -> None:
        if isinstance(item, Order):
            self._instructed(house, item, now)
        else:
            self._requested(house, item, now)

    def repeat(self, link: str, label: Label, now: datetime) -> None:
        """A copy changes nothing."""

    def _conflict(self, house: House, item: custody_orders.Item, now: datetime) -> None:
        """The same reference with other content is refused; what was taken before stands."""
        words = "reference used before with other content"
        if isinstance(item, Order):
            deal = Deal(house, item, "reject", closed="rejected")
            self._life.later(
                deal,
                now,
                1,
                lambda at: self._voice.say(deal, at, Standing("IPRC", "REJT", "REFE", words)),
            )
        elif isinstance(item, Cancel):
            deal = Deal(house, custody_deals.stranger(item), "reject", closed="rejected")
            refusal = Standing("CPRC", "REJT", "REFE", words)
            self._life.later(
                deal,
                now,
                1,
                lambda at: self._voice.answer_cancel(deal, item.reference, at, refusal),
            )

    def _instructed(self, house: House, order: Order, now: datetime) -> None:
        outcome, script = self._outcome(house, order)
        deal = Deal(house, order, outcome, script, hold=order.hold)
        self._deals[house.bic, order.client, order.reference] = deal
        if (house.bic, order.account) not in self._accounts and self._accounts:
            deal.outcome = "reject"
        held = self._deals.get((house.bic, order.client, order.previous))
        if held is not None and held.hold and not held.closed:
            held.closed = "superseded"
        if self._at_once and deal.outcome == "settle":
            self._agenda.add(now, order.reference, lambda at: self._life.settle_at_once(deal, at))
        else:
            self._life.begin(deal, now)

    def _requested(self, house: House, item: Cancel | Release, now: datetime) -> None:
        found = self._deals.get((house.bic, item.client, item.previous))
        deal = found or Deal(house, custody_deals.stranger(item), "settle", closed="unknown")
        if isinstance(item, Cancel):
            request = item.reference
            self._life.later(deal, now, 1, lambda at: self._life.cancel(deal, request, at))
        else:
            change = item
            self._life.later(deal, now, 1, lambda at: self._life.release(deal, change, at))

    def _outcome(self, house: House, order: Order) -> tuple[str, Mapping[str, str]]:
        trade = order.trade_id or order.reference
        fresh = not order.trade_id or (house.bic, trade) not in self._trades
        self._trades.add((house.bic, trade))
        for script in self._scripts:
            if custody_deals.matches(script["match"], house, order):
                return (str(script["outcome"]), script) if fresh else ("settle", {})
        return self._by_chance(house, order) if fresh else "settle", {}

    def _by_chance(self, house: House, order: Order) -> str:
        basis = order.trade_id or order.reference
        found = chance.outcome(self._rates, "settle", self._seed, house.bic, basis, "outcome")
        parts = house.partial and order.partial != "NPAR" and found == "settle"
        if parts and chance.draw(self._seed, house.bic, basis, "part") < self._part_rate:
            return "part"
        return found


def main() -> None:
    """Run the custodians until they are stopped."""
    launch.main("custodian")


if __name__ == "__main__":
    main()
