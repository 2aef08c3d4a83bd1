"""Field 86 in the dialects of banks: numbered parts, named parts, plain text."""

from __future__ import annotations

import pytest

from parsers import narrative, read
from schemas.value import Narrative
from tests import mt_samples

GERMAN = (
    "166?00SEPA-UEBERWEISUNG?100599?20EREF+RE-2026-11?21MREF+M-77?22CRED\n"
    "+DE99ZZZ00000012345?23SVWZ+RECHNUNG 11?24 VOM 3.11.?30BYLADEMM?31DE0070\n"
    "0500?32MUSTER GMBH?33 & CO KG"
)
DUTCH = (
    "/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J JAN\n"
    "SEN/REMI/FACTUUR 7/EREF/NOTPROVIDED-9"
)
ING = "/EREF/E1//MARF/M1//CSID/NL1//CNTP/NL65INGB0123456789/INGBNL2A/PICQER///REMI/USTD//FACTUUR 2/"
POLISH = "911<00TRANSAKCJA<20OPLATA<21 ZA 11/2026<27FIRMA<30109010<31PL61109010140000071219812874"


def test_numbered_parts_are_read() -> None:
    said = narrative.read(GERMAN)
    assert (said.kind, said.transaction_code, said.booking_text) == (
        "numbered",
        "166",
        "SEPA-UEBERWEISUNG",
    )
    assert (said.end_to_end, said.mandate, said.creditor) == (
        "RE-2026-11",
        "M-77",
        "DE99ZZZ00000012345",
    )
    assert said.purpose == "RECHNUNG 11 VOM 3.11."
    assert (said.name, said.bank) == ("MUSTER GMBH & CO KG", "BYLADEMM")
    assert (said.account, said.parts["10"]) == ("DE00700500", "0599")


def test_named_parts_are_read() -> None:
    said = narrative.read(DUTCH)
    assert (said.kind, said.booking_text, said.name) == ("named", "SEPA OVERBOEKING", "J JANSEN")
    assert (said.account, said.bank) == ("NL91ABNA0417164300", "ABNANL2A")
    assert (said.purpose, said.end_to_end) == ("FACTUUR 7", "NOTPROVIDED-9")


def test_the_other_side_as_one_part_is_taken_apart() -> None:
    said = narrative.read(ING)
    assert (said.end_to_end, said.mandate, said.creditor) == ("E1", "M1", "NL1")
    assert (said.account, said.bank, said.name) == ("NL65INGB0123456789", "INGBNL2A", "PICQER")
    assert said.purpose == "FACTUUR 2"


def test_another_mark_than_the_question_mark_is_known() -> None:
    said = narrative.read(POLISH)
    assert (said.transaction_code, said.booking_text) == ("911", "TRANSAKCJA")
    assert said.purpose == "OPLATA ZA 11/2026FIRMA"
    assert said.account == "PL61109010140000071219812874"


@pytest.mark.parametrize(
    "text", ["FEE", "999PN0911DAUERAUFTR.NR. 14", "BUY 1/2 US0378331005", "", "/", "?", "166?"]
)
def test_everything_else_is_text(text: str) -> None:
    assert narrative.read(text) == Narrative("text", text, purpose=text)


def test_a_statements_86_has_its_narrative_as_value() -> None:
    raw = mt_samples.SAMPLES["940"].replace(b":86:FEE", b":86:166?00GEBUEHR?20SVWZ+QUARTAL")
    first, last = read(raw).all("86")
    assert isinstance(first.value, Narrative)
    assert (first.value.booking_text, first.value.purpose) == ("GEBUEHR", "QUARTAL")
    assert last.value == "END OF DAY"
    assert first.text == "166?00GEBUEHR?20SVWZ+QUARTAL"
