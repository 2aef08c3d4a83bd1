"""Reports of any length: entry by entry, whole, and what is wrong said where it stands."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.schema_store import installed_schemas
from parsers import mx_entries, mx_stream, mx_stream_verdict, read
from parsers.mx_stream import Account, Document, Group, Header, Holding, Unit
from schemas.finding import Finding
from schemas.money import Money
from schemas.mx.compiler import Fault
from schemas.problem import MessageError

SCHEMAS = installed_schemas()
CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
NAME = "camt.053.001.08"
BALANCE = (
    "<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy='USD'>{}</Amt>"
    "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>\n"
)


def entry(number: int, amount: str = "1.50", status: str = "BOOK") -> str:
    return (
        f"<Ntry>\n<NtryRef>R{number} &amp; &lt;Co&gt;</NtryRef>\n<Amt Ccy='USD'>{amount}</Amt>\n"
        f"<CdtDbtInd>CRDT</CdtDbtInd>\n<Sts><Cd>{status}</Cd></Sts>\n"
        "<BookgDt><Dt>2026-11-24</Dt></BookgDt>\n"
        "<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>\n<NtryDtls><TxDtls><RmtInf>"
        "<Ustrd>one</Ustrd><Ustrd>two</Ustrd></RmtInf></TxDtls></NtryDtls>\n</Ntry>\n"
    )


def statement(*entries: str, closing: str = "3") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:'
        f'{NAME}"><BkToCstmrStmt><GrpHdr><MsgId>S1</MsgId>'
        "<CreDtTm>2026-11-24T18:00:00Z</CreDtTm></GrpHdr>\n<Stmt><Id>1</Id>"
        "<Acct><Id><Othr><Id>123</Id></Othr></Id></Acct>\n"
        f"{BALANCE.format('OPBD', '0')}{BALANCE.format('CLBD', closing)}{''.join(entries)}"
        "</Stmt></BkToCstmrStmt></Document>\n"
    ).encode()


GOOD = statement(entry(1), entry(2))


def events(raw: bytes, *, judged: bool = False, chunk: int = 1 << 17) -> Iterator[mx_stream.Event]:
    name = mx_stream.message_id(raw) or ""
    schema = SCHEMAS.schema(name) if judged else None
    return mx_stream.events(io.BytesIO(raw), name, schema, chunk)


def decoded(raw: bytes, *, chunk: int = 1 << 17) -> list[tuple[str, dict[str, object]]]:
    """Every event that has values, taken while its element is there."""
    decoder = mx_entries.Decoder(SCHEMAS.outline(mx_stream.message_id(raw) or ""))
    return [
        (type(event).__name__, dict(decoder.values(event.node)))
        for event in events(raw, chunk=chunk)
        if not isinstance(event, Fault)
    ]


def verdict(raw: bytes) -> list[Finding]:
    return list(
        mx_stream_verdict.verdict(io.BytesIO(raw), mx_stream.message_id(raw) or "", SCHEMAS)
    )


def test_an_entry_is_decoded_whole_and_typed() -> None:
    (kind, first), (_, second), *_ = decoded(GOOD)
    assert kind == "Unit"
    assert first == {
        "NtryRef": "R1 & <Co>",
        "Amt": Money("USD", Decimal("1.50")),
        "CdtDbtInd": "CRDT",
        "Sts/Cd": "BOOK",
        "BookgDt/Dt": date(2026, 11, 24),
        "BkTxCd/Prtry/Cd": "NTRF",
        "NtryDtls/TxDtls/RmtInf/Ustrd[1]": "one",
        "NtryDtls/TxDtls/RmtInf/Ustrd[2]": "two",
    }
    assert second["NtryRef"] == "R2 & <Co>"


def test_the_account_and_the_document_come_without_their_entries() -> None:
    found = decoded(statement(*map(entry, range(50)), closing="75"))
    assert [kind for kind, _ in found[50:]] == ["Account", "Document"]
    account, document = found[50][1], found[51][1]
    assert account["Bal[2]/Amt"] == Money("USD", Decimal(75))
    assert document["BkToCstmrStmt/GrpHdr/MsgId"] == "S1"
    assert not [place for place in document if "Ntry" in place]


@pytest.mark.parametrize("chunk", [1, 7, 100])
def test_how_the_bytes_come_makes_no_difference(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = decoded(GOOD)
    monkeypatch.setattr(mx_stream, "HEAD_MAX", 1)
    assert decoded(GOOD, chunk=chunk) == whole
    assert verdict(GOOD) == []


def test_shapes_without_end_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    others = [entry(n).replace("<NtryRef>", f'<NtryRef Id="{n}">') for n in range(50)]
    raw = statement(*others, closing="75")
    decoder = mx_entries.Decoder(None)
    monkeypatch.setattr(mx_entries, "TAGS_MAX", 100)
    kept = 0
    for event in events(raw):
        if isinstance(event, Unit):
            assert decoder.values(event.node)["NtryRef@Id"] == str(event.number - 1)
            kept = max(kept, sum(map(len, decoder._shapes)))
    assert 0 < kept <= 100


def test_transactions_come_behind_what_they_have_in_common() -> None:
    raw = (
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:semt.017.001.11"><SctiesTxPstngRpt>'
        b"<FinInstrmDtls><FinInstrmId><ISIN>US0378331005</ISIN></FinInstrmId>"
        b"<Tx><AcctOwnrTxId>A</AcctOwnrTxId></Tx><Tx><AcctOwnrTxId>B</AcctOwnrTxId></Tx>"
        b"</FinInstrmDtls><FinInstrmDtls><FinInstrmId><ISIN>US5949181045</ISIN></FinInstrmId>"
        b"<Tx><AcctOwnrTxId>C</AcctOwnrTxId></Tx></FinInstrmDtls></SctiesTxPstngRpt></Document>"
    )
    found = decoded(raw)
    kinds = ["Group", "Unit", "Unit", "Holding", "Group", "Unit", "Holding", "Document"]
    assert [kind for kind, _ in found] == kinds
    assert [each["AcctOwnrTxId"] for kind, each in found if kind == "Unit"] == ["A", "B", "C"]
    assert [each["FinInstrmId/ISIN"] for kind, each in found if kind == "Group"] == [
        "US0378331005",
        "US5949181045",
    ]
    assert found[-1][1] == {"SctiesTxPstngRpt": ""}  # nothing of a million is kept


@pytest.mark.parametrize(
    ("raw", "rule", "line", "said"),
    [
        (GOOD.replace(b"BOOK", b"BOOKED", 1), "cvc_maxlength_valid", 10, "length of '6'"),
        (
            statement(entry(1), entry(2).replace("<Dt>2026-11-24", "<Dt>2026-11-34")),
            "cvc_datatype_valid_1_2_1",
            20,
            "entry 2: ",
        ),
        (statement(entry(1), entry(2), closing="4"), "statement_balance", 5, "make 3.00"),
        (statement(entry(1), entry(2, "1.505")), "amount_decimals", 17, "USD has 2 decimals"),
        (GOOD.replace(b"<MsgId>S1</MsgId>", b""), "element_content", 2, ""),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(raw: bytes, rule: str, line: int, said: str) -> None:
    found = {each.rule: each for each in verdict(raw)}
    assert rule in found
    assert found[rule].line == line
    assert said in found[rule].message


def test_a_page_is_not_judged_by_the_sum_of_another_account() -> None:
    two = GOOD.replace(
        b"</BkToCstmrStmt>",
        GOOD[GOOD.index(b"<Stmt>") : GOOD.index(b"</BkToCstmrStmt>")] + b"</BkToCstmrStmt>",
    )
    assert verdict(two) == []


def test_a_header_is_judged_with_its_document() -> None:
    header = (
        b'<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><Fr><FIId><FinInstnId>'
        b"<BICFI>CUSTUS33</BICFI></FinInstnId></FIId></Fr><To><FIId><FinInstnId><BICFI>FUNDUS33"
        b"</BICFI></FinInstnId></FIId></To><BizMsgIdr>B1</BizMsgIdr>"
        b"<MsgDefIdr>camt.052.001.08</MsgDefIdr><CreDt>2026-11-24T18:00:00Z</CreDt></AppHdr>\n"
    )
    raw = header + GOOD.partition(b"?>\n")[2]
    assert isinstance(next(events(raw)), Header)
    assert [each.rule for each in verdict(raw)] == ["message_definition"]


def test_the_details_of_one_entry_may_be_a_million() -> None:
    detail = "<TxDtls><Refs><EndToEndId>E</EndToEndId></Refs></TxDtls>"
    many = entry(1).replace("<TxDtls>", detail * 250 + "<TxDtls>")
    kinds = [
        event.node.tag.rpartition("}")[2]
        for event in events(statement(many))
        if isinstance(event, Unit)
    ]
    assert kinds.count("TxDtls") == 251 - mx_stream.DETAILS_MAX
    assert kinds[-1] == "Ntry"


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (GOOD[:-40], "not_well_formed"),
        (GOOD.replace(b"<Stmt>", b"<!DOCTYPE x><Stmt>"), "doctype"),
        (GOOD.replace(b"<Stmt>", b"<Stmt>&bomb;"), "not_well_formed"),
        (GOOD.replace(b"one", b"o\0e"), "encoding"),
        (GOOD.replace(b"one", b"o\xffe"), "not_well_formed"),
    ],
)
def test_what_is_not_safe_and_whole_is_refused(raw: bytes, rule: str) -> None:
    with pytest.raises(MessageError) as refused:
        list(events(raw))
    assert [problem.rule for problem in refused.value.problems] == [rule]
    assert rule in [each.rule for each in verdict(raw)]


def test_a_report_cut_anywhere_is_never_good() -> None:
    for end in range(200, len(GOOD) - 1, 23):
        assert verdict(GOOD[:end]) != [], GOOD[:end][-30:]


def test_faults_without_end_are_not_told_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mx_stream, "FAULTS_MAX", 5)
    found = verdict(statement(*(entry(n, status="BOOKED") for n in range(20))))
    assert [each.rule for each in found][-1] == "too_many"
    assert len(found) <= 7


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8-sig"])
def test_a_report_in_another_encoding_is_read(encoding: str) -> None:
    text = GOOD.decode().replace("UTF-8", encoding.removesuffix("-sig")).replace("one", "Zürich")
    [first, *_] = decoded(text.encode(encoding))
    assert first[1]["NtryDtls/TxDtls/RmtInf/Ustrd[1]"] == "Zürich"


REPORTS = [
    path
    for path in sorted(CORPUS.rglob("*.xml"))
    if (mx_stream.message_id(path.read_bytes()) or "")[:8] in mx_stream.UNITS
]


@pytest.mark.skipif(not REPORTS, reason="../shared/corpus is not here")
def test_what_others_wrote_is_decoded_as_it_is_read_at_once() -> None:
    for path in REPORTS:
        raw = path.read_bytes()
        try:
            whole = read(raw, SCHEMAS)
        except MessageError:
            continue
        texts = sorted(str(value.value) for value in whole if value.text)
        streamed: list[str] = []
        decoder = mx_entries.Decoder(SCHEMAS.outline(whole.type))
        for event in events(raw):
            if isinstance(event, Unit | Document):
                streamed += (
                    str(value)
                    for place, value in decoder.values(event.node).items()
                    if value != "" and "@" not in place.rpartition("/")[2]
                )
            assert isinstance(event, Unit | Document | Group | Account | Holding | Header)
        grouped = [text for text in texts if text not in streamed]
        assert not grouped or whole.type[:8] in ("semt.017", "semt.018"), path
