"""Settlement instructions and what is said of them: dates, quantities and amounts that fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from parsers import mx
from parsers.mx_tree import Below
from schemas.mx.compiler import Fault


@dataclass(frozen=True, slots=True)
class Places:
    """Where a message says when, how much, for how much and whether against payment."""

    traded: str
    settles: tuple[str, ...]
    quantity: str = ""
    amount: str = ""
    payment: str = ""


PLACES = {
    "sese.023": Places(
        "TradDtls/TradDt",
        ("TradDtls/SttlmDt",),
        "QtyAndAcctDtls/SttlmQty/Qty",
        "SttlmAmt/Amt",
        "SttlmTpAndAddtlParams/Pmt",
    ),
    "sese.024": Places("TxDtls/TradDt", ("TxDtls/SttlmDt",)),
    "sese.025": Places(
        "TradDtls/TradDt",
        ("TradDtls/SttlmDt", "TradDtls/FctvSttlmDt"),
        "QtyAndAcctDtls/SttldQty/Qty",
        "SttldAmt/Amt",
        "TxIdDtls/Pmt",
    ),
}
_UNITS = ("Unit", "FaceAmt", "AmtsdVal", "DgtlTknUnit")


def _rule(places: Places) -> Callable[[Below], Iterator[Fault]]:
    def check(content: Below) -> Iterator[Fault]:
        traded = content.day(places.traded)
        for path in places.settles if traded is not None else ():
            settles, node = content.day(path), content.find(path)
            if settles is not None and node is not None and traded and settles < traded:
                words = f"traded on {traded}, settled on {settles}"
                line = mx.line_of(node)
                yield Fault(
                    node, line, "settlement_date", words, str(settles), f"{traded} or later"
                )
        for unit in _UNITS if places.quantity else ():
            node = content.find(f"{places.quantity}/{unit}")
            value = None if node is None else content.number(f"{places.quantity}/{unit}")
            if node is not None and value is not None and value <= 0:
                yield Fault(node, mx.line_of(node), "quantity", "nothing is settled", node.text)
        payment = content.find(places.payment) if places.payment else None
        if payment is None or (payment.text or "").strip() != "APMT":
            return
        if content.find(places.amount) is None:
            words = f"against payment, and no {places.amount.partition('/')[0]}"
            yield Fault(payment, mx.line_of(payment), "settlement_amount", words, "APMT")

    return check


RULES = {kind: _rule(places) for kind, places in PLACES.items()}
