"""A custodian's voice: what is said of a deal, in its format, under references of its own."""

from __future__ import annotations

from datetime import datetime

from simulators import chance, custody_answers
from simulators.custody_answers import (
    CAMT_054,
    SESE_024,
    SESE_025,
    SESE_027,
    SESE_031,
    Envelope,
    Part,
    Payment,
    Standing,
)
from simulators.custody_deals import Deal
from simulators.engine import Departure, Label


class Voice:
    """Collects departures; nothing is decided here."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._departures: list[Departure] = []

    def take(self) -> list[Departure]:
        """What was said since the last time."""
        said, self._departures = self._departures, []
        return said

    def say(self, deal: Deal, at: datetime, *standings: Standing) -> None:
        """Status of the instruction: MT548 INST or sese.024."""
        envelope, order = self._envelope(deal, at), deal.order
        if deal.house.format == "fin":
            raw = custody_answers.mt548(envelope, order.reference, standings, order, order.type)
            self._leave(deal, raw, "MT548", envelope)
        else:
            raw = custody_answers.sese_024(envelope, order, self._servicer(deal), standings)
            self._leave(deal, raw, SESE_024, envelope)

    def confirm(self, deal: Deal, part: Part, at: datetime) -> None:
        """Settlement of a part or the whole: MT544 to 547 or sese.025."""
        envelope, order = self._envelope(deal, at), deal.order
        if deal.house.format == "fin":
            raw = custody_answers.mt54x(envelope, order, part)
            self._leave(deal, raw, f"MT{int(order.type[2:]) + 4}", envelope)
        else:
            raw = custody_answers.sese_025(envelope, order, self._servicer(deal), part)
            self._leave(deal, raw, SESE_025, envelope)

    def answer_cancel(self, deal: Deal, request: str, at: datetime, standing: Standing) -> None:
        """Status of a cancellation request: MT548 CAST or sese.027."""
        envelope = self._envelope(deal, at)
        if deal.house.format == "fin":
            raw = custody_answers.mt548(envelope, request, [standing], None, deal.order.type)
            self._leave(deal, raw, "MT548", envelope)
        else:
            known = deal.order if deal.order.quantity else None
            raw = custody_answers.sese_027(envelope, request, known, standing)
            self._leave(deal, raw, SESE_027, envelope)

    def answer_change(self, deal: Deal, request: str, at: datetime, standing: Standing) -> None:
        """Status of a condition change: sese.031."""
        envelope = self._envelope(deal, at)
        raw = custody_answers.sese_031(envelope, request, standing)
        self._leave(deal, raw, SESE_031, envelope)

    def advise(self, deal: Deal, payment: Payment, at: datetime) -> None:
        """Cash moved: MT900, MT910 or camt.054."""
        envelope = self._envelope(deal, at)
        if deal.house.format == "fin":
            raw = custody_answers.mt900(envelope, payment)
            self._leave(deal, raw, "MT910" if payment.credit else "MT900", envelope)
        else:
            self._leave(deal, custody_answers.camt_054(envelope, payment), CAMT_054, envelope)

    def _envelope(self, deal: Deal, at: datetime) -> Envelope:
        deal.said += 1
        step = ("said", str(deal.said))
        reference = "C" + chance.reference(15, self._seed, *deal.name, *step)
        return Envelope(deal.house.bic, deal.order.client, reference, at, deal.house.place.zone)

    def _servicer(self, deal: Deal) -> str:
        return "S" + chance.reference(15, self._seed, *deal.name, "servicer")

    def _leave(self, deal: Deal, raw: bytes, type_: str, envelope: Envelope) -> None:
        link = f"network/{deal.house.bic}"
        self._departures.append(Departure(link, raw, Label(type_, envelope.reference)))
