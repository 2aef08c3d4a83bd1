"""What a FIN message says, and what never leaves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

import parsers.fin
from builders import fin
from schemas.instruction import (
    Address,
    Amount,
    Fx,
    Instruction,
    LinkedReference,
    Party,
    Payment,
    PaymentParty,
    PlaceOfTrade,
    Price,
    Wire,
)
from schemas.problem import MessageError

WIRE = Wire(seme="SI1", sender="FUNDUS33", receiver="CUSTUS33LON")
PAYING = WIRE.model_copy(update={"uetr": "8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60"})


def usd(value: str) -> Amount:
    return Amount(currency="USD", value=value)


def instruction(**changes) -> Instruction:
    plain = {
        "reference": "T1",
        "direction": "RECE",
        "payment": "APMT",
        "trade_date": date(2026, 11, 23),
        "settle_date": date(2026, 11, 24),
        "isin": "US0378331005",
        "quantity": {"value": "1000"},
        "safekeeping_account": "SAFE1",
        "pset": "DTCYUS33",
        "deag": {"bic": "BRKRUS33"},
        "settlement_amount": {"currency": "USD", "value": "100.00"},
    }
    return Instruction.model_validate(plain | changes)


def delivery(**changes) -> Instruction:
    return instruction(**{"direction": "DELI", "deag": None, "reag": {"bic": "BRKRUS33"}} | changes)


def payment(**changes) -> Payment:
    plain = {
        "kind": "customer",
        "reference": "P1",
        "value_date": date(2026, 11, 24),
        "amount": usd("10.00"),
        "debtor": PaymentParty(name="ALPHA FUND", account="123"),
        "creditor": PaymentParty(name="BETA LLC", account="987"),
    }
    return Payment.model_validate(plain | changes)


def written(format_: str, body, wire=WIRE, **more) -> str:
    return fin.write(format_, body, wire, **more).decode("ascii")


def rules(format_: str, body, wire=WIRE, **more) -> set[tuple[str, str]]:
    with pytest.raises(MessageError) as error:
        fin.write(format_, body, wire, **more)
    return {(p.path, p.rule) for p in error.value.problems}


def test_headers_hold_the_terminals_of_both_sides():
    head = written("mt541", instruction()).partition("{4:")[0]
    assert head == "{1:F01FUNDUS33AXXX0000000000}{2:I541CUSTUS33XLONN}{3:{108:SI1}}"


def test_lines_end_with_crlf_and_the_text_with_a_hyphen():
    text = written("mt541", instruction())
    assert text.endswith("\r\n:16S:SETDET\r\n-}")
    assert "\n" not in text.replace("\r\n", "")


@pytest.mark.parametrize(
    "format_, body",
    [
        ("mt540", instruction(payment="FREE", settlement_amount=None)),
        ("mt541", instruction()),
        ("mt542", delivery(payment="FREE", settlement_amount=None)),
        ("mt543", delivery()),
    ],
)
@pytest.mark.parametrize("cancel_of", [None, "SI0"])
def test_each_kind_breaks_no_rule_when_read_back(format_, body, cancel_of):
    raw = fin.write(format_, body, WIRE, cancel_of=cancel_of)
    assert parsers.fin.check_bytes(raw) == []


def test_everything_an_instruction_can_say_stands_in_its_order():
    full = instruction(
        common_ref="COMMON1",
        trade_id="TRADE1",
        linked_refs=(LinkedReference(position="BEFO", reference="OTHER1"),),
        place_of_clearing="DTCYUS33",
        place_of_trade=PlaceOfTrade(type="EXCH", mic="XNAS"),
        price=Price(type="YIEL", value="-0.25"),
        days_accrued=7,
        affirmed=True,
        local_id={"scheme": "SEDL", "id": "2046251"},
        name="A NAME LONGER THAN ONE LINE OF THE FIELD - WITH A DASH",
        bond_terms={"day_count": "A006", "interest_rate": "4.5", "maturity_date": "2031-06-15"},
        lots=({"number": "L1", "quantity": "10", "acquired_on": "2020-01-02"},),
        cash_account="CASH1",
        conditions=("NOMC",),
        partial="PART",
        dei1=Party(name="FIRST INTERMEDIARY"),
        decu=Party(bic="CUSTUS33", lei="5493001KJTIIGC8Y1R12", account="A/1"),
        sell=Party(dss={"issuer": "DTCY", "id": "00009911"}),
        fx=Fx(unit_currency="EUR", quoted_currency="USD", rate="1.08", resulting_amount=usd("5")),
        wire=WIRE.model_copy(update={"prep": datetime(2026, 11, 23, 18, 30, 5, tzinfo=UTC)}),
    )
    text = written("mt541", full, full.wire)
    assert parsers.fin.check_bytes(text.encode()) == []
    for line in (
        ":98C::PREP//20261123183005",
        ":22F::LINK//BEFO",
        ":90A::DEAL//YIEL/N0,25",
        ":99A::DAAC//007",
        "/GB/2046251",
        "FIELD - WITH A DASH",
        ":95Q::DEI1//FIRST INTERMEDIARY",
        ":95L::ALTE//5493001KJTIIGC8Y1R12",
        ":92B::EXCH//EUR/USD/1,08",
    ):
        assert f"\r\n{line}\r\n" in text


def test_hold_is_a_pre_advice():
    assert "\r\n:23G:PREA\r\n" in written("mt541", instruction(hold=True))


def test_a_cancellation_links_the_original_once_and_only_it():
    linked = instruction(linked_refs=(LinkedReference(qualifier="PREV", reference="OLD"),))
    text = written("mt541", linked, cancel_of="SI0")
    assert ":23G:CANC\r\n" in text
    assert text.count(":20C::PREV//") == 1
    assert ":20C::PREV//SI0\r\n" in text


def test_a_cancellation_under_the_reference_of_the_original_is_refused():
    assert rules("mt541", instruction(), cancel_of="SI1") == {("wire.seme", "E08")}


def test_without_prep_no_preparation_time_is_made_up():
    assert "98C::PREP" not in written("mt541", instruction())


def test_free_of_payment_says_no_settlement_amount():
    free = instruction(payment="FREE")
    assert rules("mt540", free) == {("settlement_amount", "T89")}


@pytest.mark.parametrize(
    "format_, body, found",
    [
        ("mt541", instruction(deag=None), {("deag", "E91")}),
        ("mt543", delivery(reag=None), {("reag", "E91")}),
        ("mt541", instruction(pset=None), {("pset", "E91")}),
        ("mt541", instruction(dei2={"bic": "BRKRUS33"}),
         {("dei1", "E86"), ("decu", "E86"), ("sell", "E86")}),
        ("mt541", instruction(recu={"bic": "BRKRUS33"}), {("buyr", "E86"), ("reag", "E86")}),
        ("mt541", instruction(settle_date=None), {("settle_date", "T89")}),
        ("mt541", instruction(safekeeping_account=None), {("safekeeping_account", "T89")}),
        ("mt541", instruction(quantity={"value": "123456789012345"}), {("quantity.value", "T33")}),
        ("mt541", instruction(name="CAF\u00c9"), {("name", "T32")}),
        ("mt541", instruction(name="A" * 140, local_id={"scheme": "CUSP", "id": "037833100"}),
         {("name", "T30")}),
        ("mt541", instruction(name=":20:B"), {("name", "T13")}),
        ("mt541", instruction(name="-}"), {("name", "T13"), ("name", "T32")}),
        ("mt543", instruction(), {("format", "format")}),
    ],
)  # fmt: skip
def test_what_the_network_would_refuse_is_refused_here_by_rule(format_, body, found):
    assert rules(format_, body) == found


def test_an_amount_against_payment_is_needed():
    bare = instruction().model_copy(update={"settlement_amount": None})
    assert rules("mt541", bare) == {("settlement_amount", "E83")}


def test_more_decimals_than_the_currency_has_are_refused():
    yen = Amount.model_construct(currency="JPY", value=Decimal("10.5"))
    odd = instruction().model_copy(update={"settlement_amount": yen})
    assert rules("mt541", odd) == {("settlement_amount.value", "C03")}


def test_a_price_without_place_for_a_sign_is_not_negative():
    assert rules("mt541", instruction(price=Price(value="-1", currency="USD"))) == {
        ("price.value", "T43")
    }


def test_every_problem_is_named_at_once():
    bad = instruction(deag=None, pset=None, safekeeping_account=None, name="\u20ac")
    assert len(rules("mt541", bad)) == 4


def test_a_text_over_ten_thousand_characters_is_refused():
    lots = tuple({"number": f"L{n}", "quantity": "1"} for n in range(200))
    assert ("(body)", "M50") in rules("mt541", instruction(lots=lots))


@pytest.mark.parametrize("seme", ["A//B", "/A", "A/", "A23456789012345678"])
def test_a_reference_the_slash_rule_forbids_is_refused(seme):
    wire = WIRE.model_copy(update={"seme": seme})
    assert {path for path, _ in rules("mt541", instruction(), wire)} == {"wire.seme"}


@pytest.mark.parametrize(
    "raw, marked",
    [
        (b"{1:x}{4:\r\n:20:A\r\n-}", b"{1:x}{4:\r\n:20:A\r\n-}{5:{PDE:}}"),
        (b"{4:\r\n-}{5:{TNG:}}", b"{4:\r\n-}{5:{TNG:}{PDE:}}"),
        (b"{4:\r\n-}{5:{PDE:}}", b"{4:\r\n-}{5:{PDE:}}"),
    ],
)
def test_a_resend_is_marked_once_and_its_text_untouched(raw, marked):
    assert fin.mark_possible_duplicate(raw) == marked


def test_charges_are_said_in_the_words_of_the_wire():
    assert ":71A:OUR\r\n" in written("mt103", payment(charges="DEBT"), PAYING)


def test_charges_borne_by_the_creditor_state_what_was_taken():
    text = written("mt103", payment(charges="CRED"), PAYING)
    assert ":33B:USD10,\r\n" in text
    assert text.endswith(":71A:BEN\r\n:71F:USD0,\r\n-}")


def test_a_payment_without_uetr_is_refused():
    assert rules("mt103", payment()) == {("uetr", "U13")}


def test_an_intermediary_needs_the_agent_it_pays_to():
    assert rules("mt103", payment(intermediary="CORRUS33"), PAYING) == {("creditor_agent", "C81")}


def test_another_instructed_currency_needs_a_rate_a_payment_has_not():
    euros = payment(instructed_amount=Amount(currency="EUR", value="9"))
    assert rules("mt103", euros, PAYING) == {("instructed_amount.currency", "D75")}


def test_inside_the_single_market_the_instructed_amount_is_said():
    wire = PAYING.model_copy(update={"sender": "FUNDDEFF", "receiver": "BANKFRPP"})
    text = written("mt103", payment(), wire)
    assert ":33B:USD10,\r\n" in text
    assert "{119:STP}" not in text  # D19: no IBAN


def test_a_structured_address_gives_numbered_lines():
    where = Address(street="RUE DE LA PAIX", building="4", town="PARIS", country="FR")
    text = written("mt103", payment(creditor=PaymentParty(name="BETA", account="9", address=where)),
                   PAYING)  # fmt: skip
    assert ":59F:/9\r\n1/BETA\r\n2/RUE DE LA PAIX 4\r\n3/FR/PARIS\r\n" in text


def test_a_debtor_address_without_town_is_refused():
    debtor = PaymentParty(
        name="ALPHA", account="1", address=Address(street="MAIN ST", country="US")
    )
    assert rules("mt103", payment(debtor=debtor), PAYING) == {("debtor.address", "T73")}


def test_the_end_to_end_reference_stands_before_the_free_text():
    text = written("mt103", payment(end_to_end_id="E2E-1", remittance="INV 7"), PAYING)
    assert ":70:/ROC/E2E-1///URI/INV 7\r\n" in text


def test_a_remittance_line_never_looks_like_a_field():
    long = "X" * 35 + " :20:B"
    text = written("mt103", payment(remittance=long), PAYING)
    assert "\r\n:20:B" not in text


def test_a_bank_transfer_is_related_to_nothing_when_nothing_is_given():
    bank = payment(kind="bank", debtor=PaymentParty(bic="FUNDUS33"),
                   creditor=PaymentParty(bic="BANKUS33"))  # fmt: skip
    text = written("mt202", bank, PAYING)
    assert ":21:NONREF\r\n" in text
    assert parsers.fin.check_bytes(text.encode()) == []


def test_a_payment_is_not_cancelled_by_its_own_type():
    assert rules("mt103", payment(), PAYING, cancel_of="X") == {("cancel_of", "format")}


def test_a_body_of_another_kind_is_refused():
    assert rules("mt541", payment(), PAYING) == {("format", "format")}
    assert rules("mt103", instruction(), PAYING) == {("format", "format")}
