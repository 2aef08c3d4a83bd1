"""FIN bytes to blocks and fields, and what is wrong with them."""

# ruff: noqa: DTZ001 - FIN headers name no zone

from __future__ import annotations

from datetime import datetime

import pytest

from parsers import fin
from schemas.mt import MESSAGES
from schemas.problem import MessageError

HEAD = "{1:F01FUNDUS33AXXX0002000045}{2:O5481530261124CUSTUS33AXXX00123456782611241030N}"
STATUS = """
:16R:GENL
:20C::SEME//C1
:23G:INST
:16R:LINK
:20C::RELA//SI1
:16S:LINK
:16R:STAT
:25D::SETT//PEND
:16R:REAS
:24B::PEND//LACK
:16S:REAS
:16S:STAT
:16S:GENL
"""


def message(body: str = STATUS, head: str = HEAD, tail: str = "") -> bytes:
    return f"{head}{{4:{body}-}}{tail}".encode("latin-1")


def rules(raw: bytes) -> list[str]:
    return [p.rule for p in fin.check_bytes(raw)]


def refused(raw: bytes) -> set[str]:
    with pytest.raises(MessageError) as error:
        fin.read(raw)
    return {p.rule for p in error.value.problems}


def test_an_output_header_names_the_sender_and_its_input_time():
    read = fin.read(message())
    assert (read.type, read.sender, read.receiver) == ("548", "CUSTUS33XXX", "FUNDUS33XXX")
    assert read.network_at == datetime(2026, 11, 24, 15, 30)


@pytest.mark.parametrize(
    "block", ["I548CUSTUS33XLONN", "I548CUSTUS33XLONU3", "I548CUSTUS33XLONU3003"]
)
def test_an_input_header_is_read_in_its_three_lengths(block):
    head = f"{{1:F01FUNDUS33AXXX0000000000}}{{2:{block}}}"
    read = fin.read(message(head=head))
    assert (read.type, read.sender, read.receiver) == ("548", "FUNDUS33XXX", "CUSTUS33LON")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_do_not_change_what_is_read(end):
    assert fin.read(message().replace(b"\n", end.encode())) == fin.read(message())


def test_fields_know_their_line_and_their_block():
    reason = next(f for f in fin.read(message()).fields if f.tag == "24B")
    assert (reason.line, reason.path, reason.qualifier) == (10, "GENL/STAT/REAS", "PEND")


def test_lines_are_counted_over_fields_of_many_lines():
    body = "\n:20:A\n:70:one\ntwo\nthree\n:71A:SHA\n"
    assert [f.line for f in fin.read(message(body)).fields] == [1, 2, 5]


def test_header_and_trailer_tags_are_kept():
    head = HEAD + "{3:{108:MUR1}{121:abc}}"
    read = fin.read(message(head=head, tail="{5:{CHK:ABCDEF123456}{PDM:}}{S:{SAC:}{COP:P}}\r\n"))
    assert read.header == {"108": "MUR1", "121": "abc"}
    assert read.trailer == {"CHK": "ABCDEF123456", "PDM": ""}


@pytest.mark.parametrize("text", [STATUS, STATUS + "-}\n", "{4:" + STATUS + "-}", "\r\n" + STATUS])
def test_a_message_typed_without_headers_tells_its_type_by_its_fields(text):
    read = fin.read(text.encode())
    assert (read.type, read.typed, read.sender) == ("548", True, "")


@pytest.mark.parametrize("page", [":28C:1/1", ":28:1"])
def test_a_statement_without_headers_is_told_by_its_balances(page):
    text = f":20:A\n:25:B\n{page}\n:60F:C260102USD1,\n:62F:C260102USD1,\n-"
    assert fin.read(text.encode()).type == "940"


@pytest.mark.parametrize(
    "sign, type_",
    [(":13A::LINK//541", "545"), (":95P::DEAG//BRKRUS33", "545"), (":95P::REAG//BRKRUS33", "547")],
)
def test_a_typed_confirmation_is_told_by_its_link_or_its_agent(sign, type_):
    text = f":98A::ESET//20261124\n{sign}\n:19A::ESTT//USD1,"
    assert fin.read(text.encode()).type == type_


@pytest.mark.parametrize(
    "raw, rule",
    [
        (b"", "H01"),
        (b"\x00\xff garbage", "H01"),
        (b"{1:F01short}{4:\n:20:A\n-}", "H01"),
        (message(head=HEAD.replace("O548", "X548")), "H50"),
        (message(head=HEAD.replace("O5481530", "O5482530")), "H50"),
        (message(head=HEAD + "{3:{108:A}{108:B}}"), "H98"),
        (message()[:-1], "T31"),
        (message("\nno field\n:20:A\n"), "T13"),
        (message("\n:20:A\n:lower:x\n"), "T13"),
        (message(STATUS.replace(":16S:REAS\n", "")), "T92"),
        (message(STATUS + ":16S:GENL\n"), "T92"),
        (message(STATUS + ":16R:SETTRAN\n"), "T92"),
        (message(tail="{5:{CHK:"), "Z00"),
        (message(tail="more"), "Z00"),
        (b"{1:F21FUNDUS33AXXX0001000123}", "V01"),
    ],
)
def test_what_cannot_be_read_is_refused_by_rule(raw, rule):
    assert rule in refused(raw)


def test_a_good_message_breaks_no_rule():
    assert rules(message()) == []


@pytest.mark.parametrize(
    "old, new, rule",
    [
        (":20C::SEME//C1\n", "", "T89"),
        (":23G:INST\n", "", "T13"),
        (":20C::SEME//C1\n:23G:INST\n", ":23G:INST\n:20C::SEME//C1\n", "T89"),
        (":23G:INST\n", ":23G:INST\n:23G:INST\n", "T13"),
        (":20C::SEME//C1", ":20C::SEME//C1/", "T26"),
        (":20C::SEME//C1", ":20C::SEME//12345678901234567", "T33"),
        (":20C::SEME//C1", ":20C:SEME//C1", "T87"),
        (":20C::SEME//C1", ":20C::SEME//C\u00e9", "T32"),
        (":25D::SETT//PEND", ":25D::XXXX//PEND", "T89"),
        (":24B::PEND//LACK", ":24B::PENF//LACK", "E37"),
        (":23G:INST\n", ":23G:INST\n:98C::PREP//20261324000000\n", "T50"),
        (":23G:INST\n", ":23G:INST\n:98C::PREP//20261124250000\n", "T38"),
        (":23G:INST\n", ":23G:INST\n:32A:261124USD1,\n", "T13"),
        (":16R:LINK\n:20C::RELA//SI1\n:16S:LINK\n", "", "T92"),
        (":24B::PEND//LACK\n", ":24B::PEND//LACK\n:70D::REAS//A\n-B\n", "T30"),
        (":24B::PEND//LACK\n", ":24B::PEND//LACK\n:70D::REAS//A\n\nB\n", "T17"),
    ],
)
def test_a_message_that_departs_from_its_table_breaks_the_rule_for_it(old, new, rule):
    assert old in STATUS
    assert rule in rules(message(STATUS.replace(old, new)))


def test_problems_name_place_line_and_value():
    (problem,) = fin.check_bytes(message(STATUS.replace("SEME//C1", "SEME//C1/")))
    assert (problem.path, problem.value) == ("GENL/20C SEME", ":SEME//C1/")
    assert (problem.line, problem.column, problem.nak) == (3, 13, "T26002")


INSTRUCTION = """
:16R:GENL
:20C::SEME//S1
:23G:NEWM
:16S:GENL
:16R:TRADDET
:98A::SETT//20261124
:35B:ISIN US0378331005
:16S:TRADDET
:16R:FIAC
:36B::SETT//UNIT/1000,
:97A::SAFE//A
:16S:FIAC
:16R:SETDET
:22F::SETR//TRAD
:16R:SETPRTY
:95P::DEAG//BRKRUS33
:16S:SETPRTY
:16R:SETPRTY
:95P::PSET//DTCYUS33
:16S:SETPRTY
:16R:AMT
:19A::SETT//USD1,
:16S:AMT
:16S:SETDET
"""
AMOUNT = ":16R:AMT\n:19A::SETT//USD1,\n:16S:AMT\n"
AGENT = ":16R:SETPRTY\n:95P::DEAG//BRKRUS33\n:16S:SETPRTY\n"
ORDER = "{1:F01FUNDUS33AXXX0000000000}{2:I541CUSTUS33XXXXN}"


@pytest.mark.parametrize(
    "old, new, rule",
    [
        ("NEWM", "CANC", "E08"),
        (":23G:NEWM\n", ":23G:NEWM\n:99B::TOSE//002\n", "E90"),
        (AMOUNT, "", "E83"),
        (AMOUNT, AMOUNT * 2, "E87"),
        (AGENT, "", "E91"),
        (AGENT, AGENT * 2, "E84"),
        (AGENT, AGENT.replace("DEAG", "DECU") + AGENT, "E86"),
        (":19A::SETT//USD1,\n", ":19A::SETT//USD1,\n:92B::EXCH//EUR/USD/1,\n", "E62"),
        (":19A::SETT//USD1,\n", ":19A::SETT//USD1,\n:19A::RESU//EUR1,\n", "E62"),
        (":97A::SAFE//A\n", ":97A::SAFE//A\n:19A::SETT//USD1,\n", "E88"),
        ("USD1,", "USD1,005", "C03"),
        ("USD1,", "USD1", "T43"),
        ("USD1,", "ZZZ1,", "T52"),
        ("USD1,", "NUSD0,", "T14"),
        ("1000,", ",5", "T12"),
        ("1000,", "1.000,00", "T12"),
        ("1000,", "0001,", "T12"),
        ("US0378331005", "US0378331006", "T12"),
        ("ISIN US0378331005", "isin US0378331005", "T12"),
        ("ISIN US0378331005", "ISINUS0378331005", "T12"),
        ("BRKRUS33", "BRKRZZ33", "T27"),
    ],
)
def test_an_instruction_that_breaks_a_rule_is_told_which(old, new, rule):
    assert rules(message(INSTRUCTION, ORDER)) == []
    assert rule in rules(message(INSTRUCTION.replace(old, new), ORDER))


def test_a_payment_without_its_uetr_breaks_u13():
    body = "\n:20:A\n:21:B\n:32A:261124USD1,\n:58A:BANKUS33\n"
    head = ORDER.replace("541", "202")
    assert rules(message(body, head)) == ["U13"]


def test_fields_are_described_in_plain_words():
    said = {(d.path, d.tag): (d.name, d.value, d.line) for d in fin.describe(message())}
    assert said["GENL/STAT", "25D SETT"] == ("Settlement status", "PEND", 8)
    assert said["GENL/STAT/REAS", "24B PEND"] == ("Reason why it is pending", "LACK", 10)


def test_a_rejection_is_described_in_plain_words():
    raw = b"{1:F21FUNDUS33AXXX0001000123}{4:{177:2611231402}{451:1}{405:T13012}{108:SI1}}"
    assert ("Rejected for", "T13012") in {(d.name, d.value) for d in fin.describe(raw)}


@pytest.mark.parametrize("type_", MESSAGES)
def test_every_field_of_a_table_has_a_format_and_a_name(type_):
    from schemas.mt.fields import FORMATS
    from schemas.mt.message import names

    for path, tag, _, name in names(MESSAGES[type_].items):
        assert tag in FORMATS, (path, tag)
        assert name, (path, tag)
