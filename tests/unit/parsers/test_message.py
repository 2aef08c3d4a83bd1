"""Messages as a program reads them: values by place, typed, as text, with line and column."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.schema_store import installed_schemas
from parsers import read
from schemas.money import Money
from schemas.problem import MessageError
from schemas.value import Party
from tests import mt_samples

GOLDEN = Path(__file__).parents[2] / "golden"
MT541 = (GOLDEN / "mt541/equity_rvp_dtc.fin").read_bytes()
SESE_023 = (GOLDEN / "sese.023/equity_rvp_dtc.xml").read_bytes()
STATEMENT = mt_samples.delivered(
    "940",
    """
:20:ST261124
:25:CASHUSD00123
:28C:225/1
:60F:C261123USD1000,00
:61:2611241124D190,NSECSI20261123000001//C0000779001
:62F:D261124USD12,5
""",
)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("GENL/20C SEME", "SI20261123000001"),
        ("GENL/98C PREP", datetime(2026, 11, 23, 18, 30, 5)),  # noqa: DTZ001 - the field says no zone
        ("TRADDET/98A SETT", date(2026, 11, 24)),
        ("TRADDET/98a SETT", date(2026, 11, 24)),
        ("TRADDET/90 DEAL", Money("USD", Decimal("190.25"))),
        ("FIAC/36B SETT", Decimal(1000)),
        ("SETDET/SETPRTY/95P PSET", Party(bic="DTCYUS33")),
        ("SETDET/SETPRTY/95R DEAG", "00009911"),
        ("SETDET/AMT/19A SETT", Money("USD", Decimal(190275))),
        ("SETDET/22F SETR", "TRAD"),
    ],
)
def test_a_field_has_the_value_it_stands_for(place: str, value: object) -> None:
    assert read(MT541)[place].value == value


def test_a_field_knows_its_text_name_components_and_place_in_the_bytes() -> None:
    found = read(MT541)["TRADDET/90B DEAL"]
    assert (found.text, found.name, found.line, found.column) == (
        "ACTU/USD190,25",
        "Deal price",
        14,
        6,
    )
    assert found.parts["type"] == "ACTU"
    assert MT541.splitlines()[found.line - 1][found.column - 2 :].startswith(b"::DEAL")


def test_signs_and_sides_are_in_the_value() -> None:
    message = read(STATEMENT)
    assert message["60F"].value == Money("USD", Decimal(1000))
    assert message["62F"].value == Money("USD", Decimal("-12.5"))
    assert message["61"].parts["owner_reference"] == "SI20261123000001"


def test_every_field_comes_in_order_and_those_of_a_place_together() -> None:
    message = read(MT541)
    assert (message.type, message.sender, message.receiver) == (
        "MT541",
        "FUNDUS33XXX",
        "CUSTUS33XXX",
    )
    assert [v.place for v in message][:2] == ["GENL/20C SEME", "GENL/23G"]
    assert [str(v.value) for v in message.all("SETDET/AMT/19A SETT")] == ["USD 190,275"]
    assert message.get("GENL/20C NONE") is None
    with pytest.raises(KeyError, match="GENL/20C NONE"):
        message["GENL/20C NONE"]
    with pytest.raises(ValueError, match="no place in a FIN message"):
        message.get("what?")


def test_a_field_that_does_not_read_as_its_format_keeps_its_text() -> None:
    broken = MT541.replace(b"//20261124", b"//20261324").replace(b"USD190275,", b"US190275")
    message = read(broken)
    assert message["TRADDET/98A SETT"].value == ":SETT//20261324"
    assert message["SETDET/AMT/19A SETT"].parts == {}


def test_elements_are_typed_by_their_form_and_by_their_schema() -> None:
    places = "SctiesSttlmTxInstr/"
    plain, known = read(SESE_023), read(SESE_023, installed_schemas())
    quantity = places + "QtyAndAcctDtls/SttlmQty/Qty/Unit"
    assert plain.type == "sese.023.001.11"
    assert plain[places + "TradDtls/SttlmDt/Dt/Dt"].value == date(2026, 11, 24)
    assert plain[places + "SttlmAmt/Amt"].value == Money("USD", Decimal(190275))
    assert plain[quantity].value == "1000"
    assert known[quantity].value == Decimal(1000)
    assert known[places + "TxId"].value == "SI20261123000001"
    reference = known[places + "TxId"]
    assert b"<TxId>" in SESE_023.splitlines()[reference.line - 1]


def test_repeated_elements_are_numbered_and_found_together() -> None:
    doubled = SESE_023.replace(b"<TradId>", b"<TradId>FIRST</TradId><TradId>", 1)
    message = read(doubled)
    assert [v.place[-10:] for v in message.all("SctiesSttlmTxInstr/TradDtls/TradId")] == [
        "/TradId[1]",
        "/TradId[2]",
    ]


@pytest.mark.parametrize("raw", [b"", b"hello", b"<a/>", b"{1:F01}"])
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    with pytest.raises(MessageError):
        read(raw)
