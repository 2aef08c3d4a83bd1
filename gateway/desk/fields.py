"""A stored message as people read it: its fields with names written out, beside its text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import parsers
from parsers import companions
from schemas.problem import Refused

TEXT_MAX = 200_000
ENVELOPES = frozenset({"DataPDU", "BusinessMessage", "AppHdr"})
SUBSTITUTE = "\N{REPLACEMENT CHARACTER}"
# UNIT/500, or NUSD89208,92 as FIN writes figures, USD 89208.92 as ISO 20022 does
_FIGURE = re.compile(r"N?([A-Z]{3}|[A-Z]{4}/(?:[A-Z]{3})?) ?([0-9]+(?:[.,][0-9]*)?)")
# what both sides must say alike; references, functions and times differ by nature
COMPARED = frozenset(
    {
        "Settlement date", "Trade date", "Deal price", "Deal amount", "Instrument",
        "Quantity to settle", "Safekeeping account", "Cash account", "Settlement amount",
        "Place of settlement", "Receive or deliver", "Against payment or free",
    }
)  # fmt: skip
# the field a reason is about: an answer repeats our own figures and names theirs by code alone
ABOUT: dict[str, frozenset[str]] = {
    "DQUA": frozenset({"Quantity to settle"}),
    "DMON": frozenset({"Settlement amount"}),
    "NCRR": frozenset({"Settlement amount"}),
    "DDAT": frozenset({"Settlement date"}),
    "DTRD": frozenset({"Trade date"}),
    "DDEA": frozenset({"Deal price"}),
    "DSEC": frozenset({"Instrument"}),
    "DEPT": frozenset({"Place of settlement"}),
    "SAFE": frozenset({"Safekeeping account"}),
    "DELN": frozenset({"Receive or deliver"}),
    "FRAP": frozenset({"Against payment or free"}),
    "ICAG": frozenset({"Delivering agent", "Receiving agent"}),
    "IEXE": frozenset({"Seller", "Buyer"}),
    "ICUS": frozenset({"Deliverer's custodian", "Receiver's custodian"}),
}
# instruction fields by what their message fields are called
SAID_AS: dict[str, str] = {
    "trade_id": "Trade reference",
    "trade_date": "Trade date",
    "settle_date": "Settlement date",
    "value_date": "Value date",
    "isin": "Instrument",
    "quantity": "Quantity to settle",
    "price": "Deal price",
    "deal_amount": "Deal amount",
    "accrued_interest": "Accrued interest",
    "commission": "Local broker's commission",
    "settlement_amount": "Settlement amount",
    "amount": "Settlement amount",
    "place_of_trade": "Place of trade",
    "uetr": "Unique end-to-end transaction reference",
    "end_to_end_id": "End-to-end reference",
    "pset": "Place of settlement",
    "safekeeping_account": "Safekeeping account",
    "cash_account": "Cash account",
    "deag": "Delivering agent",
    "reag": "Receiving agent",
    "sell": "Seller",
    "buyr": "Buyer",
    "partial": "Settlement condition",
    "txn_type": "Type of settlement transaction",
    "debtor": "Debtor",
    "creditor": "Creditor",
}


@dataclass(frozen=True, slots=True)
class Named:
    """One field: its tag, what it is called, what it says, and its line in the text."""

    path: str
    tag: str
    name: str
    value: str
    line: int | None

    @property
    def of_envelope(self) -> bool:
        """Whether it is of the header, trailer or wrapping, not of the message itself."""
        if self.path.startswith("block"):
            return self.path != "block 4"
        steps = self.path.split("/")
        return steps[0] in ENVELOPES and "Document" not in steps


@dataclass(frozen=True, slots=True)
class Pair:
    """What two messages say under one name."""

    name: str
    mine: Named | None
    theirs: Named | None
    blamed: str = ""  # the reason code that says the other side has this otherwise

    @property
    def differs(self) -> bool:
        """Whether both speak of the same thing and mean something else, or are said to."""
        if self.blamed:
            return True
        if self.mine is None or self.theirs is None or self.name not in COMPARED:
            return False
        return _meant(self.mine.value) != _meant(self.theirs.value)


def named(raw: bytes) -> tuple[list[Named], str]:
    """The fields of a message, or none and why it cannot be read."""
    if companions.is_framed(raw):
        name, content = companions.parts(raw)
        return [Named("", "", "File", name, 1), Named("", "", "Says", content, 2)], ""
    try:
        described = parsers.describe(raw)
    except Refused as refused:
        return [], str(refused)
    return [Named(d.path, d.tag, d.name, d.value, d.line) for d in described], ""


def beside(mine: Sequence[Named], theirs: Sequence[Named]) -> list[Pair]:
    """Both messages by name: what both say, what the answer adds, what only we said."""
    ours, others = _numbered(mine), _numbered(theirs)
    blamed = {
        name: field.value
        for field in theirs
        if field.value in ABOUT and field.name.startswith("Reason")
        for name in ABOUT[field.value]
    }
    return [
        *(
            Pair(key[0], ours[key], others[key], blamed.get(key[0], ""))
            for key in ours
            if key in others
        ),
        *(Pair(key[0], None, others[key]) for key in others if key not in ours),
        *(
            Pair(key[0], ours[key], None, blamed.get(key[0], ""))
            for key in ours
            if key not in others
        ),
    ]


def line_of(field: str, message: Sequence[Named]) -> int | None:
    """The line of a message that says this field of the instruction, if one does."""
    name = SAID_AS.get(field)
    return next((f.line for f in message if name and f.name == name and not f.of_envelope), None)


def _numbered(fields: Sequence[Named]) -> dict[tuple[str, int], Named]:
    """By name and how often that came before; the envelope is left out."""
    times: Counter[str] = Counter()
    found = {}
    for field in fields:
        if not field.of_envelope:
            name = field.name or field.tag
            found[name, times[name]] = field
            times[name] += 1
    return found


def text(raw: bytes) -> str:
    """The bytes as text; what is no UTF-8 or a control character shows as a substitute."""
    shown = raw[:TEXT_MAX].decode("utf-8", errors="replace").replace("\r\n", "\n")
    return "".join(c if c.isprintable() or c in "\n\t" else SUBSTITUTE for c in shown)


def _meant(value: str) -> str:
    """Its first line; a head office's BIC in eight; a figure by its size, its sign is the side's."""
    said = value.partition("\n")[0].strip().removesuffix("XXX")
    figure = _FIGURE.fullmatch(said)
    if figure is None:
        return said
    return f"{figure[1]} {Decimal(figure[2].replace(',', '.')).normalize():f}"
