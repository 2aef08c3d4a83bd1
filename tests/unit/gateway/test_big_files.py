"""Files too big to be read at once, at the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_cli import Finality, finality

from gateway import big_files

__all__ = ["finality"]
STATEMENT = (
    "{1:F01CUSTUS33AXXX0000000000}{2:I940FUNDUS33XXXXN}{4:\r\n:20:R\r\n:25:A\r\n:28C:1\r\n"
    ":60F:C261120USD100,\r\n:61:2611231123D20,50NTRFOURS//THEIRS\r\n:86:PAID\r\nTO\r\n"
    ":62F:C261123USD79,50\r\n-}"
)
REPORT = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>\n'
    b"<GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-11-24T18:00:00Z</CreDtTm></GrpHdr><Stmt><Id>1</Id>"
    b"<Acct><Id><Othr><Id>123</Id></Othr></Id></Acct><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry>"
    b'</Tp><Amt Ccy="USD">3</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>\n'
    b'<Ntry><Amt Ccy="USD">1.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    b"<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd></Ntry></Stmt></BkToCstmrStmt></Document>"
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(big_files, "BIG", 100)


def rows(ran: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.out.decode().splitlines()]


def test_a_big_statement_is_told_entry_by_entry(finality: Finality, small: None, tmp_path: Path):
    (tmp_path / "big.fin").write_bytes(STATEMENT.encode())
    ran = finality("parse", tmp_path / "big.fin", "--json")
    first, opening, entry, closing = rows(ran)
    assert ran.code == 0
    assert first == {"line": 1, "message": "MT940"}
    assert opening["balance"]["amount"] == "100"
    assert (entry["line"], entry["entry"]["amount"], entry["entry"]["text"]) == (
        6,
        "20.50",
        "PAID\nTO",
    )
    assert closing["balance"]["on"] == "2026-11-23"
    shown = finality("parse", tmp_path / "big.fin").out.decode().splitlines()
    assert shown[0] == "MT940 (line 1)"
    assert shown[2].split()[:6] == ["6", "entry", "2026-11-23", "2026-11-23", "D", "20.50"]


def test_what_is_wrong_in_a_big_file_is_told_and_the_rest_goes_on(
    finality: Finality, small: None, tmp_path: Path
):
    bad = (
        STATEMENT.replace("D20,50", "D20.50") + "\r\nnoise\r\n" + STATEMENT.replace("I940", "I999")
    )
    (tmp_path / "big.fin").write_bytes(bad.encode())
    ran = finality("parse", tmp_path / "big.fin", "--json")
    assert ran.code == 1
    found = rows(ran)
    wrong = [(row["line"], row["problem"]["rule"]) for row in found if "problem" in row]
    assert wrong == [(6, "T12"), (11, "H01")]
    assert [row["field"] for row in found if "field" in row][:2] == ["20", "25"]


def test_the_verdict_on_a_big_file_is_that_on_its_messages(
    finality: Finality, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    wrong = STATEMENT.replace("D20,50", "D20.50").replace(
        "{2:I940FUNDUS33XXXXN}", "{2:I940FUNDUS33XXXXU}"
    )
    whole = "\r\n".join([STATEMENT, wrong, "noise", STATEMENT.replace("\r\n-}", "\r\n:ZZ:\r\n-}")])
    (tmp_path / "big.fin").write_bytes(whole.encode())
    ran = finality("validate", tmp_path / "big.fin", "--json")
    assert ran.code == 1
    streamed = [(f["line"], f["column"], f["rule"]) for f in ran.json]
    monkeypatch.setattr(big_files, "BIG", 1 << 30)
    at_once = [
        (f["line"], f["column"], f["rule"])
        for f in finality("validate", tmp_path / "big.fin", "--json").json
    ]
    assert streamed == at_once
    assert {rule for *_, rule in streamed} == {"T12", "H52", "H01", "T13"}


def test_a_message_too_long_to_hold_is_judged_field_by_field(
    finality: Finality, small: None, tmp_path: Path
):
    lines = ":61:2611231123D20,50NTRFOURS//THEIRS\r\n:86:PAID\r\n" * 9_000
    wrong = STATEMENT.replace(":62F:", lines + ":61:2613231123D1,NTRFOURS\r\n:62F:")
    (tmp_path / "big.fin").write_bytes(wrong.encode())
    (tmp_path / "good.fin").write_bytes(STATEMENT.encode())
    ran = finality("validate", tmp_path / "big.fin", "--json")
    assert [(f["line"], f["column"], f["rule"]) for f in ran.json] == [
        (18009, 5, "T50"),
        (1, 1, "M50"),
    ]
    assert finality("validate", tmp_path / "good.fin").out == b"valid\n"
    assert finality("validate", tmp_path / "good.fin", "--json").json == []


def test_what_is_no_fin_or_not_there_is_not_big(small: None, tmp_path: Path):
    (tmp_path / "big.xml").write_bytes(b"\xef\xbb\xbf<?xml version='1.0'?>" + b" " * 200)
    (tmp_path / "small.fin").write_bytes(b":20:A")
    names = ("big.xml", "small.fin", "none.fin")
    assert not any(big_files.is_big(tmp_path / name) for name in names)


def test_a_big_report_is_told_entry_by_entry(finality: Finality, small: None, tmp_path: Path):
    (tmp_path / "big.xml").write_bytes(REPORT)
    ran = finality("parse", tmp_path / "big.xml", "--json")
    assert ran.code == 0
    first, entry, account, document = rows(ran)
    assert first == {"line": 1, "message": "camt.053.001.08"}
    assert (entry["line"], entry["entry"]["Amt"]) == (4, "USD 1.50")
    assert account["account"]["Acct/Id/Othr/Id"] == "123"
    assert document["document"]["BkToCstmrStmt/GrpHdr/MsgId"] == "S1"
    shown = finality("parse", tmp_path / "big.xml").out.decode().splitlines()
    assert shown[1].split()[:4] == ["4", "entry", "Amt=USD", "1.50"]
    assert finality("validate", tmp_path / "big.xml").out.decode().split() == ["valid"]


def test_what_is_wrong_in_a_big_report_is_told(finality: Finality, small: None, tmp_path: Path):
    (tmp_path / "big.xml").write_bytes(REPORT.replace(b">1.50<", b">1,50<"))
    ran = finality("validate", tmp_path / "big.xml", "--json")
    assert ran.code == 1
    assert {(f["rule"], f["line"], f["value"]) for f in json.loads(ran.out)} == {
        ("cvc_datatype_valid_1_2_1", 4, "1,50")
    }
    wrong = [
        row for row in rows(finality("parse", tmp_path / "big.xml", "--json")) if "problem" in row
    ]
    assert [row["line"] for row in wrong] == [4]
