"""FIN messages to answers."""

# ruff: noqa: DTZ001 - FIN headers name no zone

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from parsers import fin_answers
from schemas.answer import (
    CashAdvice,
    Confirmation,
    NetworkAnswer,
    Reason,
    Standing,
    StatusAdvice,
    Unknown,
)
from schemas.money import Money, Quantity
from schemas.problem import MessageError

ACK = b"{1:F21FUNDUS33AXXX0001000123}{4:{177:2611231402}{451:0}{108:SI1}}"
NAK = b"{1:F21FUNDUS33AXXX0001000123}{4:{177:2611231402}{451:1}{405:T13012}{108:SI1}}"
SENT = b"{1:F01FUNDUS33AXXX0001000123}{2:I541CUSTUS33XXXXN}{3:{108:SI1}}{4:\r\n:20C::SEME//X\r\n-}"

STATUS = """
:16R:GENL
:20C::SEME//C0000778812-07
:23G:INST
:98C::PREP//20261124153002
:16R:LINK
:13A::LINK//541
:20C::RELA//SI20261123000001
:16S:LINK
:16R:LINK
:20C::MITI//DTC26112400017
:16S:LINK
:16R:STAT
:25D::MTCH//MACH
:16S:STAT
:16R:STAT
:25D::SETT//PENF
:16R:REAS
:24B::PENF//CLAC
:70D::REAS//COUNTERPARTY SHORT
OF SECURITIES
:16S:REAS
:16R:REAS
:24B::PENF//NARR
:16S:REAS
:16S:STAT
:16S:GENL
:16R:SETTRAN
:35B:ISIN US0378331005
:36B::SETT//UNIT/1000,
:19A::SETT//NUSD190275,
:97A::SAFE//SAFE00123
:22F::SETR//TRAD
:22H::REDE//RECE
:22H::PAYM//APMT
:98A::SETT//20261124
:16S:SETTRAN
"""
PART = """
:16R:GENL
:20C::SEME//C0000779001
:23G:NEWM
:98C::PREP//20261124160500
:22F::PARS//PAIN
:16R:LINK
:20C::RELA//SI20261123000001
:16S:LINK
:16S:GENL
:16R:TRADDET
:98A::SETT//20261124
:98A::TRAD//20261123
:98A::ESET//20261125
:35B:ISIN US0378331005
:16S:TRADDET
:16R:FIAC
:36B::ESTT//UNIT/600,
:36B::PSTT//UNIT/0,
:36B::RSTT//UNIT/400,
:19A::RSTT//USD76110,
:97A::SAFE//SAFE00123
:97A::CASH//CASH1
:16S:FIAC
:16R:SETDET
:22F::SETR//TRAD
:16R:SETPRTY
:95R::DEAG/DTCYID/00009911
:16S:SETPRTY
:16R:SETPRTY
:95P::PSET//DTCYUS33
:16S:SETPRTY
:16R:AMT
:19A::ESTT//USD114165,
:98A::VALU//20261124
:16S:AMT
:16S:SETDET
"""
DEBIT = """
:20:BK1
:21:PAY1
:25:CASHUSD00123
:32A:261124USD190275,
:72:/SETT/MT541
"""


def message(type_: str, body: str, header: str = "", trailer: str = "") -> bytes:
    head = "{1:F01FUNDUS33AXXX0002000045}"
    block_2 = f"{{2:O{type_}1530261124CUSTUS33AXXX00123456782611241030N}}"
    return f"{head}{block_2}{header}{{4:{body}-}}{trailer}".replace("\n", "\r\n").encode("latin-1")


def status(old: str = "", new: str = "") -> StatusAdvice:
    assert old in STATUS
    answer = fin_answers.read(message("548", STATUS.replace(old, new) if old else STATUS))
    assert isinstance(answer, StatusAdvice)
    return answer


def confirmation(*changes: tuple[str, str], type_: str = "545") -> Confirmation:
    body = PART
    for old, new in changes:
        assert old in body
        body = body.replace(old, new)
    answer = fin_answers.read(message(type_, body))
    assert isinstance(answer, Confirmation)
    return answer


def refused(raw: bytes) -> list[tuple[str, str]]:
    with pytest.raises(MessageError) as error:
        fin_answers.read(raw)
    return [(p.path, p.rule) for p in error.value.problems]


def network(raw: bytes) -> NetworkAnswer:
    answer = fin_answers.read(raw)
    assert isinstance(answer, NetworkAnswer)
    return answer


def test_an_ack_names_the_message_by_its_mur():
    answer = network(ACK)
    assert (answer.verdict, answer.mur, answer.header.type) == ("ack", "SI1", "ACK")


def test_an_ack_without_mur_takes_it_from_the_copy_that_follows():
    assert network(ACK.replace(b"{108:SI1}", b"") + SENT).mur == "SI1"


def test_an_ack_whose_copy_is_cut_is_an_ack():
    assert network(ACK + SENT[:80]).verdict == "ack"


def test_two_acks_of_two_sessions_have_different_keys():
    again = ACK.replace(b"0001000123", b"0002000001")
    assert network(ACK).header.function != network(again).header.function


@pytest.mark.parametrize(
    "raw",
    [
        NAK,
        NAK.replace(b"012}{108:SI1}}", b"012{108:SI1}}}"),
        NAK.replace(b"012}{108:SI1}}", b"012{108:SI1}}"),
        NAK + SENT,
        NAK.replace(b"012}{108:SI1}}", b"012{108:SI1}}") + SENT,
    ],
)
def test_a_nak_gives_rule_line_and_mur_wherever_the_braces_stand(raw):
    answer = network(raw)
    assert (answer.verdict, answer.rule, answer.line, answer.mur) == ("nak", "T13", 12, "SI1")


def test_a_nak_of_the_header_has_no_line():
    answer = network(NAK.replace(b"T13012", b"H50"))
    assert (answer.rule, answer.line) == ("H50", None)


def test_an_acknowledgement_that_says_neither_is_refused():
    assert refused(ACK.replace(b"451:0", b"451:7")) == [("block 4/451", "T13")]


@pytest.mark.parametrize(
    "type_, verdict",
    [("010", "undelivered"), ("011", "delivered"), ("015", "aborted"), ("019", "aborted")],
)
def test_a_system_message_tells_what_became_of_ours(type_, verdict):
    raw = message(type_, "{175:1402}{106:261123FUNDUS33AXXX0001000123}{108:SI1}{175:1403}{432:08}")
    answer = network(raw.replace(b"-}", b"}"))
    assert (answer.verdict, answer.mur, answer.header.type) == (verdict, "SI1", f"MT{type_}")


def test_a_sender_notification_is_kept_as_unknown():
    answer = fin_answers.read(message("012", "{175:1402}{108:SI1}").replace(b"-}", b"}"))
    assert isinstance(answer, Unknown)
    assert answer.related == "SI1"


def test_a_status_keeps_every_axis_with_all_its_reasons():
    assert status().standings == (
        Standing("MTCH", "MACH"),
        Standing(
            "SETT",
            "PENF",
            (Reason("CLAC", "COUNTERPARTY SHORT OF SECURITIES"), Reason("OTHR")),
        ),
    )


def test_a_status_says_what_it_speaks_of():
    answer = status()
    assert (answer.related, answer.about) == ("SI20261123000001", "instruction")
    assert (answer.isin, answer.quantity) == ("US0378331005", Quantity("UNIT", Decimal(1000)))
    assert answer.amount == Money("USD", Decimal(190275))
    assert (answer.market_reference, answer.safekeeping_account) == ("DTC26112400017", "SAFE00123")


def test_the_header_of_a_status_is_that_of_its_sender():
    header = status().header
    assert (header.sender, header.receiver) == ("CUSTUS33XXX", "FUNDUS33XXX")
    assert (header.type, header.reference, header.function) == ("MT548", "C0000778812-07", "INST")
    assert header.prepared_at == datetime(2026, 11, 24, 15, 30, 2)
    assert header.network_at == datetime(2026, 11, 24, 15, 30)


@pytest.mark.parametrize(
    "prep, at",
    [
        ("98A::PREP//20261124", datetime(2026, 11, 24)),
        ("98E::PREP//20261124153002/00", datetime(2026, 11, 24, 15, 30, 2, tzinfo=UTC)),
        ("98E::PREP//20261124153002,123/N0430",
         datetime(2026, 11, 24, 15, 30, 2, tzinfo=timezone(-timedelta(hours=4, minutes=30)))),
    ],
)  # fmt: skip
def test_the_preparation_time_keeps_its_offset(prep, at):
    found = status("98C::PREP//20261124153002", prep).header.prepared_at
    assert (found, found and found.tzinfo) == (at, at.tzinfo)


def test_a_status_of_a_cancellation_is_about_it():
    assert status(":23G:INST", ":23G:CAST").about == "cancellation"


def test_a_status_of_a_condition_change_is_about_it():
    assert status(":25D::MTCH//MACH", ":25D::TPRC//COMP").about == "condition"


def test_an_unknown_status_code_is_kept_as_it_came():
    assert status("SETT//PENF", "SETT//QQQQ").standings[1].code == "QQQQ"


def test_a_status_in_a_private_scheme_gives_its_code():
    assert status("MTCH//MACH", "MTCH/ECLR/MACH").standings[0].code == "MACH"


def test_a_status_on_no_axis_of_ours_is_unknown_with_its_reference():
    body = STATUS.replace("MTCH//MACH", "AFFM//AFFI").replace("SETT//PENF", "ALLE//ALLE")
    answer = fin_answers.read(message("548", body))
    assert isinstance(answer, Unknown)
    assert answer.related == "SI20261123000001"


def test_a_penalty_status_is_unknown_and_not_lost():
    answer = fin_answers.read(message("548", STATUS.replace(":23G:INST", ":23G:PENA")))
    assert isinstance(answer, Unknown)


def test_copies_have_one_content_hash():
    once = fin_answers.read(message("548", STATUS)).header
    marked = fin_answers.read(message("548", STATUS, trailer="{5:{CHK:A}{PDM:}}")).header
    plain = fin_answers.read(message("548", STATUS).replace(b"\r\n", b"\n")).header
    copy = fin_answers.read(message("548", STATUS.replace("23G:INST", "23G:INST/DUPL"))).header
    assert once.content_hash == marked.content_hash == plain.content_hash == copy.content_hash
    assert (once.possible_duplicate, marked.possible_duplicate, copy.possible_duplicate) == (
        False,
        True,
        True,
    )


def test_another_reason_is_another_content():
    assert status("CLAC", "LACK").header.content_hash != status().header.content_hash


def test_a_reference_that_comes_twice_is_refused_not_overwritten():
    twice = STATUS.replace("//SI20261123000001\n", "//SI20261123000001\n:20C::RELA//OTHER\n")
    assert refused(message("548", twice)) == [("GENL/LINK/20C RELA line 8", "T13")]


def test_a_status_without_our_reference_is_refused():
    missing = STATUS.replace(":20C::RELA//SI20261123000001\n", "")
    assert refused(message("548", missing)) == [("GENL/LINK/20a RELA", "T13")]


@pytest.mark.parametrize(
    "old, new, rule",
    [
        ("NUSD190275,", "USD190275", "T43"),
        ("NUSD190275,", "USD1,005", "C03"),
        ("NUSD190275,", "ZZZ1,", "T52"),
        ("UNIT/1000,", "DIGI/1000,", "K36"),
        ("20261124153002", "20261324153002", "T50"),
        ("//SI20261123000001", "//SI20261123000001X", "T33"),
    ],
)
def test_a_value_that_is_used_must_be_well_formed(old, new, rule):
    assert rule in {r for _, r in refused(message("548", STATUS.replace(old, new)))}


def test_a_part_settlement_gives_this_part_and_what_remains():
    answer = confirmation()
    assert (answer.direction, answer.payment, answer.part) == ("RECE", "APMT", "PAIN")
    assert answer.quantity == Quantity("UNIT", Decimal(600))
    assert answer.previous == Quantity("UNIT", Decimal(0))
    assert answer.remaining == Quantity("UNIT", Decimal(400))
    assert (answer.amount, answer.remaining_amount) == (
        Money("USD", Decimal(114165)),
        Money("USD", Decimal(76110)),
    )
    assert (answer.effective_on, answer.settle_on) == (date(2026, 11, 25), date(2026, 11, 24))
    assert (answer.safekeeping_account, answer.cash_account) == ("SAFE00123", "CASH1")


@pytest.mark.parametrize(
    "type_, direction, paid",
    [
        ("544", "RECE", "FREE"),
        ("545", "RECE", "APMT"),
        ("546", "DELI", "FREE"),
        ("547", "DELI", "APMT"),
    ],
)
def test_the_type_of_a_confirmation_is_its_direction_and_payment(type_, direction, paid):
    answer = confirmation(type_=type_)
    assert (answer.direction, answer.payment) == (direction, paid)


def test_a_full_settlement_is_no_part():
    assert confirmation((":22F::PARS//PAIN\n", "")).part is None


def test_the_last_part_says_so():
    assert confirmation(("PARS//PAIN", "PARS//PARC")).part == "PARC"


def test_the_other_qualifier_of_a_previous_quantity_is_read():
    assert confirmation(("PSTT//UNIT/0,", "PSTA//UNIT/5,")).previous == Quantity("UNIT", Decimal(5))


@pytest.mark.parametrize("code", ["PRCA", "PRSE"])
def test_a_pre_confirmation_is_marked(code):
    assert confirmation((":22F::PARS", f":22H::PREC//{code}\n:22F::PARS")).pre_confirmation


@pytest.mark.parametrize("function", ["CANC", "RVSL"])
def test_a_reversal_names_the_confirmation_it_takes_back(function):
    answer = confirmation(
        (":23G:NEWM", f":23G:{function}"),
        (":16S:LINK\n", ":16S:LINK\n:16R:LINK\n:20C::PREV//C0000779000\n:16S:LINK\n"),
    )
    assert (answer.undoes, answer.header.function) == ("C0000779000", function)


def test_a_reversal_of_nothing_is_refused():
    body = PART.replace(":23G:NEWM", ":23G:RVSL")
    assert refused(message("545", body)) == [("GENL/LINK/20a PREV", "T13")]


def test_of_face_and_amortised_amount_the_face_counts():
    both = ("36B::ESTT//UNIT/600,", "36B::ESTT//AMOR/500,\n:36B::ESTT//FAMT/600,")
    assert confirmation(both).quantity == Quantity("FAMT", Decimal(600))


@pytest.mark.parametrize("gone", ["98A::ESET//20261125", "36B::ESTT//UNIT/600,"])
def test_a_confirmation_without_what_it_confirms_is_refused(gone):
    assert [rule for _, rule in refused(message("545", PART.replace(f":{gone}\n", "")))] == ["T13"]


@pytest.mark.parametrize("type_, direction", [("900", "DBIT"), ("910", "CRDT")])
def test_an_advice_is_one_booked_movement(type_, direction):
    answer = fin_answers.read(message(type_, DEBIT, header="{3:{121:u}}"))
    assert isinstance(answer, CashAdvice)
    (entry,) = answer.entries
    assert (answer.account, entry.direction) == ("CASHUSD00123", direction)
    assert (entry.amount, entry.value_on) == (Money("USD", Decimal(190275)), date(2026, 11, 24))
    assert (entry.our_reference, entry.servicer_reference, entry.uetr) == ("PAY1", "BK1", "u")


def test_an_advice_without_reference_of_ours_has_none():
    answer = fin_answers.read(message("910", DEBIT.replace("PAY1", "NONREF")))
    assert isinstance(answer, CashAdvice)
    assert answer.entries[0].our_reference is None


def test_a_remittance_that_looks_like_a_reference_does_not_become_one():
    body = DEBIT.replace(":72:/SETT/MT541", ":72:/SETT/MT541\n:21:OTHER")
    assert refused(message("900", body)) == [("21 line 6", "T13")]


def test_a_type_without_reader_is_unknown_with_its_references():
    answer = fin_answers.read(message("210", "\n:20:R1\n:25:ACC\n:21:OURS\n"))
    assert isinstance(answer, Unknown)
    assert (answer.header.type, answer.header.reference, answer.related) == ("MT210", "R1", "OURS")


def test_a_message_typed_by_hand_without_headers_is_an_answer():
    answer = fin_answers.read(STATUS.encode())
    assert isinstance(answer, StatusAdvice)
    assert answer.header.sender == ""


def test_fields_that_do_not_tell_their_type_are_refused():
    assert refused(b":20:A\n:21:B\n") == [("block 2", "H50")]
