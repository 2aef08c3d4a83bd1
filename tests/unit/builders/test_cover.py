"""Covers: the bank transfer that pays for a customer transfer, on both wires."""

from __future__ import annotations

from typing import Any

import pytest
from mx_samples import AT, SCHEMAS, UETR, WIRE, bank_payment, payment
from pydantic import ValidationError

import builders.mx
import parsers
import translation
from builders import write
from schemas.instruction import Payment
from schemas.problem import MessageError

COVERED: dict[str, Any] = {
    "debtor": payment().debtor.model_dump(),
    "debtor_agent": "FUNDUS33",
    "intermediary": "MIDLUS33",
    "creditor_agent": "BANKUS33",
    "creditor": payment().creditor.model_dump(),
    "instructed_amount": {"currency": "USD", "value": "114165"},
    "remittance": "INV 778",
}
TRANSFER = "FICdtTrf/CdtTrfTxInf/UndrlygCstmrCdtTrf/"


def cover(**changes: Any) -> Payment:
    return bank_payment(covers=COVERED | changes)


def errors(raw: bytes) -> list[str]:
    return [f.rule for f in parsers.check(raw, SCHEMAS) if f.severity == "error"]


def test_the_customer_transfer_is_sequence_b_of_an_mt202_cov() -> None:
    raw = write("mt202", cover(), WIRE)
    assert errors(raw) == []
    message = parsers.read(raw)
    assert isinstance(message, parsers.Fin)
    assert message.fin.header["119"] == "COV"
    assert message.fin.header["121"] == UETR
    assert message["21"].text == "SI20261123000001"
    tags = [value.place.rpartition("/")[2] for value in message]
    assert tags[tags.index("50F") :] == ["50F", "52A", "56A", "57A", "59F", "70", "33B"]


def test_the_customer_transfer_is_underlying_in_a_pacs_009() -> None:
    document = write("pacs.009", cover(), WIRE)
    raw = builders.mx.envelope(document, WIRE, created_at=AT)
    assert errors(raw) == []
    message = parsers.read(raw, SCHEMAS)
    assert message[TRANSFER + "Dbtr/Nm"].text == "ALPHA FUND"
    assert message[TRANSFER + "CdtrAgt/FinInstnId/BICFI"].text == "BANKUS33"
    assert message[TRANSFER + "RmtInf/Ustrd"].text == "INV 778"
    assert b"<BizSvc>swift.cbprplus.cov.03</BizSvc>" in raw


def test_both_say_the_same_when_one_is_translated_into_the_other() -> None:
    made = translation.translate(write("mt202", cover(), WIRE), "mx", SCHEMAS, at=AT)
    message = parsers.read(made.raw, SCHEMAS)
    assert made.target == "pacs.009.001.08"
    assert message[TRANSFER + "Dbtr/Nm"].text == "ALPHA FUND"
    assert message[TRANSFER + "CdtrAcct/Id/IBAN"].text == "DE89370400440532013000"


def test_agents_that_are_not_told_are_the_two_ends() -> None:
    message = parsers.read(
        write("pacs.009", cover(debtor_agent=None, creditor_agent=None, intermediary=None), WIRE)
    )
    assert message[TRANSFER + "DbtrAgt/FinInstnId/BICFI"].text == WIRE.sender
    assert message[TRANSFER + "CdtrAgt/FinInstnId/BICFI"].text == "CUSTUS33"
    assert message.get(TRANSFER + "InstdAmt/Amt") is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "customer"}, "only a bank transfer covers"),
        ({"related_reference": None}, "related_reference"),
        ({"uetr": None}, "uetr of the transfer it covers"),
    ],
)
def test_a_cover_names_what_it_covers(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        bank_payment(covers=COVERED, **changes)


def test_an_intermediary_needs_the_bank_of_the_account() -> None:
    with pytest.raises(MessageError) as refused:
        write("mt202", cover(creditor_agent=None), WIRE)
    assert [(p.path, p.rule) for p in refused.value.problems] == [("covers.creditor_agent", "C81")]


def test_an_address_without_its_town_is_refused_below_too() -> None:
    debtor = COVERED["debtor"] | {"address": {"country": "US", "lines": ["1 Main St"]}}
    with pytest.raises(MessageError) as refused:
        write("pacs.009", cover(debtor=debtor), WIRE)
    assert any("UndrlygCstmrCdtTrf/Dbtr" in p.path for p in refused.value.problems)
