"""Blocks 1, 2, 3, 5 and S: typed, and every rule of theirs broken once."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import fin, fin_envelope, fin_headers
from parsers.fin_headers import Basic, Duplicate, Input, Output, Reference, Terminal
from schemas.mt import headers, service
from schemas.mt.rules import BY_CODE

UETR = "7a562c67-ca16-48ba-b074-65581be6f001"
MIR = "261123CUSTUS33AXXX2222123456"
SENDER = Reference(date(2026, 11, 23), Terminal("CUSTUS33", "A", "XXX"), "2222", "123456")
BASIC = "{1:F01FUNDUS33AXXX0001000123}"
INPUT = "{2:I103CUSTUS33XXXXN}"
OUTPUT = "{2:O1031402" + MIR + "2611231403N}"
TEXT = "{4:\r\n:20:A\r\n-}"


def rules(*blocks: str) -> list[str]:
    return [finding.rule for finding in fin_envelope.check("".join(blocks).encode())]


def test_block_1_is_typed():
    value, faults = fin_headers.basic("F01FUNDUS33AXXX0001000123")
    assert value == Basic("F", "01", Terminal("FUNDUS33", "A", "XXX"), "0001", "000123")
    assert value.terminal.bic11 == "FUNDUS33XXX" and faults == []


@pytest.mark.parametrize(
    "block, expected",
    [
        ("F01FUNDUS33XXXX0001000123", ["H10"]),
        ("F01FUNDUS339XXX0001000123", ["H10"]),
        ("F01FUNDXX33AXXX0001000123", ["H10"]),
        ("Q01FUNDUS33AXXX0001000123", ["H03"]),
        ("F01FUNDUS33XXX0001000123", ["H01"]),
        ("F01fundus33AXXX0001000123", ["H01"]),
        ("", ["H01"]),
        ("L02FUNDUS33AXXX", []),
        ("F21FUNDUS33AXXX0001000123", []),
    ],
)
def test_a_basic_header_that_is_none_is_named(block, expected):
    assert [fault.rule for fault in fin_headers.basic(block)[1]] == expected


def test_an_input_header_is_typed():
    value, faults = fin_headers.application("I541CUSTUS33XXXXU3003")
    assert value == Input("541", Terminal("CUSTUS33", "X", "XXX"), "U", "3", "003")
    assert faults == []


@pytest.mark.parametrize(
    "rest, expected",
    [("N", []), ("N2", []), ("N2020", []), ("U1", []), ("U3", []), ("U3003", []), ("U1003", []),
     ("U", ["H52"]), ("N1", ["H52"]), ("N3", ["H52"]), ("U2", ["H52"]), ("N2003", ["H52"]),
     ("U3020", ["H52"]), ("S", ["H52"]), ("Q", ["H52"]), ("", ["H52"]), ("N22", ["H50"]),
     ("N020", ["H52"])],
)  # fmt: skip
def test_priority_monitoring_and_period_go_together(rest, expected):
    faults = fin_headers.application("I541CUSTUS33XXXX" + rest)[1]
    assert [fault.rule for fault in faults] == expected
    assert all(fault.column == 16 for fault in faults if fault.rule == "H52")


@pytest.mark.parametrize(
    "block, expected",
    [
        ("I541CUSTUS33AXXXN", ["H50"]),
        ("I541CUSTXX33XXXXN", ["H50"]),
        ("I020SWFTXXXXXXXXS", []),
        ("X541CUSTUS33XXXXN", ["H50"]),
    ],
)
def test_a_receiver_is_a_bic_and_its_terminal_x(block, expected):
    assert [fault.rule for fault in fin_headers.application(block)[1]] == expected


def test_an_output_header_is_typed():
    value, faults = fin_headers.application("O5481402" + MIR + "2611231403N")
    entered = datetime.fromisoformat("2026-11-23T14:02")
    delivered = datetime.fromisoformat("2026-11-23T14:03")
    assert value == Output("548", entered, SENDER, delivered, "N")
    assert faults == []


@pytest.mark.parametrize(
    "before, after, column",
    [("O5481402", "O5482502", 4), ("261123CUST", "261323CUST", 8), ("2611231403", "2611311403", 36),
     ("2611231403", "2611239903", 36), ("CUSTUS33", "CUSTXX33", 14)],
)  # fmt: skip
def test_an_output_header_without_real_times_and_sender_is_named(before, after, column):
    block = ("O5481402" + MIR + "2611231403N").replace(before, after)
    assert [(f.rule, f.column) for f in fin_headers.application(block)[1]] == [("H50", column)]


@pytest.mark.parametrize("tag", headers.USER_HEADER, ids=lambda tag: tag.tag)
def test_a_tag_of_block_3_in_its_form_is_right_and_otherwise_named(tag):
    good = {"103": "TGT", "113": "ROMF", "108": "MUR 1", "119": "STP", "423": "26112314020155",
            "106": MIR, "424": "REF1", "111": "001", "121": UETR, "115": "121413121413DE0000001",
            "165": "ABC/TEXT", "433": "/AOK/", "434": "/FPO/SAID"}  # fmt: skip
    block = f"{{{tag.tag}:{good[tag.tag]}}}"
    assert fin_headers.user(block, "103", from_network=True) == ({tag.tag: good[tag.tag]}, [])
    bad = fin_headers.user(f"{{{tag.tag}:{'!' * 60}}}", "103", from_network=True)[1]
    assert {fault.rule for fault in bad} <= {"U00", "U13"} and bad
    sent = fin_headers.user(block, "103", from_network=False)[1]
    assert [f.rule for f in sent] == (["U00"] if tag.writer == "network" else [])


@pytest.mark.parametrize(
    "block, type_, expected",
    [
        ("{108:A}{119:STP}{121:" + UETR + "}", "103", []),
        ("{108:A}{113:NORM}", "103", [("U00", "113")]),
        ("{108:A}{108:B}", "103", [("U00", "108")]),
        ("{999:A}", "103", [("U00", "999")]),
        ("{119:COV}", "103", [("U00", "119")]),
        ("{119:COV}", "202", []),
        ("{119:RFDD}", "104", []),
        ("{121:" + UETR.upper() + "}", "103", [("U13", "121")]),
        ("{121:" + UETR.replace("-4", "-1") + "}", "103", [("U13", "121")]),
        ("noise{108:A}", "103", [("U00", "")]),
        ("", "103", []),
    ],
)
def test_block_3_keeps_order_number_and_meaning(block, type_, expected):
    assert [(f.rule, f.tag) for f in fin_headers.user(block, type_)[1]] == expected


def test_trailers_are_typed():
    said = fin_headers.trailer("{CHK:123456789ABC}{TNG:}{PDE:1348" + MIR + "}{DLM:}", True)
    duplicate = Duplicate(time(13, 48), SENDER)
    assert said == ({"CHK": "123456789ABC", "TNG": "", "PDE": duplicate, "DLM": ""}, [])
    assert fin_headers.trailer("{PDM:}", True) == ({"PDM": Duplicate()}, [])
    at = fin_headers.trailer("{MRF:2611231348" + MIR + "}", True)[0]["MRF"]
    assert at == duplicate


@pytest.mark.parametrize(
    "block, expected",
    [
        ("{CHK:123}", ["Z00"]),
        ("{CHK:123456789abc}", ["Z00"]),
        ("{TNG:X}", ["Z00"]),
        ("{XYZ:}", ["Z00"]),
        ("{PDE:}{PDE:}", ["Z00"]),
        ("{PDE:1348}", ["Z00"]),
        ("{PDE:2548" + MIR + "}", ["Z00"]),
        ("{PDE:1348" + MIR.replace("1123", "1323") + "}", ["Z00"]),
        ("{PDM:}", ["Z00"]),
        ("{DLM:}", ["Z00"]),
        ("{PDE:}{CHK:123456789ABC}", ["trailer_order"]),
        ("{CHK:123456789ABC}{MAC:12345678}", ["trailer_order"]),
        ("{MAC:12345678}{CHK:123456789ABC}{TNG:}{PDE:}", []),
        ("", []),
    ],
)
def test_a_trailer_of_a_sender_is_one_it_may_write(block, expected):
    assert [fault.rule for fault in fin_headers.trailer(block)[1]] == expected


def test_block_s_holds_anything_once():
    assert fin_headers.interface("{SAC:}{COP:P}{ZZZ:1}") == (
        {"SAC": "", "COP": "P", "ZZZ": "1"},
        [],
    )
    assert [f.rule for f in fin_headers.interface("{SAC:}{SAC:}")[1]] == ["Z00"]


def test_a_whole_message_is_right_or_says_where_it_is_not():
    assert rules(BASIC, INPUT, "{3:{121:" + UETR + "}}", TEXT, "{5:{CHK:123456789ABC}}") == []
    assert rules(BASIC, OUTPUT, "{3:{115:X}}", TEXT, "{5:{CHK:123456789ABC}{PDM:}}{S:{SAC:}}") == []
    (found,) = fin_envelope.check((BASIC + "\r\n" + INPUT + TEXT + "\r\n{5:{CHK:12}}").encode())
    assert (found.rule, found.path, found.line, found.column) == ("Z00", "block 5/CHK", 5, 9)
    assert found.value == "12" and found.right and found.nak == "Z00"


def test_what_is_wrong_around_the_text_is_part_of_the_verdict():
    raw = (BASIC + "{2:I999CUSTUS33XXXXU}" + "{4:\r\n:20:A\r\n:79:B\r\n-}").encode()
    assert "H52" in [finding.rule for finding in fin.check_bytes(raw)]
    broken = (BASIC + "{2:I999}" + TEXT).encode()
    assert [f.rule for f in fin.check_bytes(broken)].count("H50") == 1


ACK = "{1:F21FUNDUS33AXXX0001000123}{4:{177:2611231402}{451:0}{108:M}}"


@pytest.mark.parametrize(
    "text, expected",
    [
        (ACK, []),
        (ACK.replace("{451:0}", "{451:1}{405:T13012}"), []),
        (ACK.replace("{451:0}", "{451:1}"), ["405"]),
        (ACK.replace("{451:0}", "{451:7}"), ["451"]),
        (ACK.replace("{177:2611231402}", ""), ["177"]),
        (ACK.replace("2611231402", "26112314"), ["177"]),
        (ACK.replace("{108:M}", "{999:M}"), ["999"]),
        (ACK.replace("{451:0}{108:M}}", "{451:1}{405:T13012{108:M}}}"), ["405"]),
        ("{1:F01FUNDUS33AXXX0001000123}{2:O0110741261123DYLRXXXXAXXX00000000002611230741S}"
         "{4:{175:0741}{106:" + MIR + "}{108:R}{175:0741}{107:" + MIR + "}}{5:{CHK:ABCDEF123456}{SYS:}}",
         []),
        ("{1:F01FUNDUS33AXXX0001000123}{2:I015DYDYXXXXXXXXS}{4:{405:V22}}", []),
        ("{1:F01FUNDUS33AXXX0001000123}{2:I019DYDYXXXXXXXXS}{4:{432:32}}", ["175", "106", "102"]),
    ],
)  # fmt: skip
def test_a_service_message_has_the_tags_of_its_table(text, expected):
    found = fin_envelope.check(text.encode())
    assert [finding.path.partition("/")[2] for finding in found] == expected
    assert all(finding.severity == "warning" for finding in found)


def test_every_tag_of_a_table_has_words_and_every_fault_a_rule():
    for type_, report in service.REPORTS.items():
        for tag in (*report.mandatory, *report.optional):
            assert service.TAGS[tag], (type_, tag)
    assert {rule.code for rule in headers.RULES} <= BY_CODE.keys()


GOLDEN = sorted((Path(__file__).parents[2] / "golden").glob("mt*/*.fin"))


@pytest.mark.parametrize("case", GOLDEN, ids=lambda path: path.stem)
def test_good_messages_have_nothing_wrong_around_their_text(case):
    assert fin_envelope.check(case.read_bytes()) == []


def test_many_faults_take_time_in_proportion():
    raw = BASIC + INPUT + "{3:" + "{999:}\n" * 50_000 + "}" + TEXT
    assert len(fin_envelope.check(raw.encode())) == 0  # what stands between tags is no block 3
    raw = BASIC + INPUT + "{3:" + "{999:\n}" * 50_000 + "}" + TEXT
    assert len(fin_envelope.check(raw.encode())) == 50_000


PIECES = st.sampled_from(
    [BASIC, INPUT, OUTPUT, TEXT, "{3:", "{108:A}", "{5:", "{PDE:1348", MIR, "}", "{", "{4:{", "\n",
     "{405:T13", "{S:{MDG:", "{1:F21", "{451:1}", ":"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=12).map("".join)))
def test_any_text_gives_values_or_faults(text):
    fin_envelope.check(text.encode())
    fin_headers.basic(text)
    fin_headers.application(text)
    fin_headers.user(text, "103")
    fin_headers.trailer(text)
    fin_headers.interface(text)
