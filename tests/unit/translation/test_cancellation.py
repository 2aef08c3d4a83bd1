"""MT540-543 that cancel and sese.020, there and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from mx_samples import WIRE, instruction

import translation
from builders import write
from parsers import read
from translation import Translation

Translate = Callable[[bytes, translation.Standard], Translation]
OTHER_SIDE = {"deag": None, "reag": {"bic": "BRKRUS33"}}


@pytest.mark.parametrize(
    ("type_", "changes"),
    [
        ("541", {}),
        ("540", {"payment": "FREE", "settlement_amount": None}),
        ("543", {"direction": "DELI", **OTHER_SIDE}),
        ("542", {"direction": "DELI", "payment": "FREE", "settlement_amount": None, **OTHER_SIDE}),
    ],
)
def test_a_cancellation_goes_there_and_comes_back(
    translate: Translate, type_: str, changes: dict[str, object]
) -> None:
    wire = WIRE.model_copy(update={"seme": "CXL1"})
    raw = write(f"mt{type_}", instruction(**changes), wire, cancel_of="SI20261123000001")
    there = translate(raw, "mx")
    back = translate(there.raw, "mt")
    assert (there.target, back.target) == ("sese.020.001.07", f"MT{type_}")
    assert (there.findings, back.findings) == ((), ())
    assert there.receipt.adds_up
    assert back.receipt.adds_up
    message = read(there.raw)
    cancelled = "SctiesTxCxlReq/AcctOwnrTxId/SctiesSttlmTxId/TxId"
    assert message[cancelled].text == "SI20261123000001"
    assert [(v.place, v.text) for v in read(back.raw)] == [(v.place, v.text) for v in read(raw)]
