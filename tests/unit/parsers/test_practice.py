"""Market practice: what a community asks beyond the standard, from its date on, told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

import builders.mx
from gateway.schema_store import installed_schemas
from parsers import check
from schemas.finding import Finding
from schemas.practice import BY_CODE, PRACTICES
from tests import mt_samples, mx_samples

DTC = (Path(__file__).parents[2] / "golden/mt541/equity_rvp_dtc.fin").read_bytes()
EUROCLEAR = (Path(__file__).parents[2] / "golden/mt541/eurobond_rvp_euroclear.fin").read_bytes()
SCHEMAS = installed_schemas(explain=False)
UETR = "8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60"
ADDRESS = "<PstlAdr><TwnNm>Berlin</TwnNm><Ctry>DE</Ctry><AdrLine>Ufer 1</AdrLine></PstlAdr>"
PAYMENT = (
    "<FIToFICstmrCdtTrf><GrpHdr><MsgId>A</MsgId><CreDtTm>2026-11-24T10:00:00+00:00</CreDtTm>"
    "<NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>INDA</SttlmMtd></SttlmInf></GrpHdr><CdtTrfTxInf>"
    f"<PmtId><InstrId>A</InstrId><EndToEndId>E</EndToEndId><UETR>{UETR}</UETR></PmtId>"
    '<IntrBkSttlmAmt Ccy="EUR">10</IntrBkSttlmAmt><IntrBkSttlmDt>2026-11-24</IntrBkSttlmDt>'
    "<ChrgBr>SHAR</ChrgBr><InstgAgt><FinInstnId><BICFI>CUSTUS33</BICFI></FinInstnId></InstgAgt>"
    "<InstdAgt><FinInstnId><BICFI>FUNDUS33</BICFI></FinInstnId></InstdAgt>"
    f"<Dbtr><Nm>A</Nm>{ADDRESS}</Dbtr><DbtrAgt><FinInstnId><BICFI>CUSTUS33</BICFI></FinInstnId>"
    "</DbtrAgt><CdtrAgt><FinInstnId><BICFI>FUNDUS33</BICFI></FinInstnId></CdtrAgt>"
    "<Cdtr><Nm>B</Nm></Cdtr></CdtTrfTxInf></FIToFICstmrCdtTrf>"
)


def said(raw: bytes) -> list[Finding]:
    return [f for f in check(raw, SCHEMAS) if f.rule in BY_CODE]


def cbpr(content: str, service: str = "swift.cbprplus.03", on: str = "2026-11-24") -> bytes:
    raw = mx_samples.headed("pacs.008.001.08", content)
    return raw.replace(b"<CreDt>2026-11-24T", f"<BizSvc>{service}</BizSvc><CreDt>{on}T".encode())


@pytest.mark.parametrize(
    ("old", "new", "code", "severity"),
    [
        (ADDRESS, "<PstlAdr><AdrLine>Ufer 1, Berlin</AdrLine></PstlAdr>", "cbpr_address", "error"),
        ("<Ctry>DE</Ctry>", "", "cbpr_address", "error"),
        (
            "<AdrLine>Ufer 1</AdrLine>",
            "<AdrLine>a</AdrLine><AdrLine>b</AdrLine><AdrLine>c</AdrLine>",
            "cbpr_address_lines",
            "error",
        ),
        ("Ufer 1<", "Ufer 1 berlin<", "cbpr_address_repeats", "warning"),
        ("<InstrId>A<", "<InstrId>A2345678901234567<", "cbpr_instruction_id", "error"),
        (f"<UETR>{UETR}</UETR>", "", "cbpr_uetr", "error"),
        ("10:00:00+00:00", "10:00:00", "cbpr_offset", "error"),
        ("Agt><FinInstnId><BICFI>CUSTUS", "Agt><FinInstnId><BICFI>OTHRUS", "cbpr_agents", "error"),
    ],
)
def test_a_payment_under_cbpr_is_held_against_its_rules(
    old: str, new: str, code: str, severity: str
) -> None:
    assert said(cbpr(PAYMENT)) == []
    [found] = said(cbpr(PAYMENT.replace(old, new, 1)))
    assert (found.rule, found.severity, found.layer) == (code, severity, "usage")
    assert found.right


def test_two_transactions_are_one_too_many() -> None:
    tx = PAYMENT[PAYMENT.index("<CdtTrfTxInf>") : PAYMENT.index("</FIToFI")]
    assert "cbpr_one" in {f.rule for f in said(cbpr(PAYMENT.replace(tx, tx + tx)))}


def test_a_rule_holds_from_its_date_and_for_its_community_alone() -> None:
    loose = PAYMENT.replace(ADDRESS, "<PstlAdr><AdrLine>Ufer 1, Berlin</AdrLine></PstlAdr>")
    assert said(cbpr(loose, on="2026-11-13")) == []
    assert [f.rule for f in said(cbpr(loose, on="2026-11-14"))] == ["cbpr_address"]
    assert said(cbpr(loose, service="local.rtgs.01")) == []
    assert said(mx_samples.headed("pacs.008.001.08", loose)) == []


@pytest.mark.parametrize(
    ("raw", "old", "new", "code"),
    [
        (DTC, b"DTCYID/00009911", b"DTCYID/9911", "dtc_participant"),
        (DTC, b"STCO//NPAR", b"STCO//PART", "dtc_partial"),
        (DTC, b"SETT//USD190275,", b"SETT//EUR190275,", "dtc_currency"),
        (DTC, b"SETT//20261124", b"SETT//20261122", "settles_before_trade"),
        (DTC, b"SETT//20261124", b"SETT//20261128", "settles_on_weekend"),
    ],
)
def test_an_instruction_is_held_against_where_it_settles(
    raw: bytes, old: bytes, new: bytes, code: str
) -> None:
    assert said(raw) == []
    assert said(EUROCLEAR) == []
    assert raw.count(old) == 1
    found = said(raw.replace(old, new))
    assert code in {f.rule for f in found}
    line = next(f.line for f in found if f.rule == code)
    assert new in raw.replace(old, new).splitlines()[line - 1]


def test_a_participant_of_an_icsd_has_five_digits() -> None:
    lines = EUROCLEAR.decode().split("\r\n")
    agent = next(line for line in lines if "::DEAG" in line)
    for number, wrong in (("12345", False), ("1234", True)):
        raw = EUROCLEAR.replace(agent.encode(), f":95R::DEAG/ECLR/{number}".encode())
        assert ("icsd_participant" in {f.rule for f in said(raw)}) == wrong


def test_every_practice_says_what_to_do_and_where_it_comes_from() -> None:
    assert all(p.rule.mend and p.rule.source and p.rule.says for p in PRACTICES)
    assert len(BY_CODE) == len(PRACTICES)


@pytest.mark.parametrize(
    ("on", "currency", "why"),
    [
        ("2026-11-24", "USD", ""),
        ("2026-11-26", "USD", "Thanksgiving Day"),
        ("2026-11-26", "EUR", ""),  # TARGET is open
        ("2026-12-25", "EUR", "Christmas Day"),
        ("2026-12-25", "JPY", ""),  # whose holidays are not packaged
        ("2026-11-28", "JPY", "Saturday"),
        ("2046-11-26", "USD", ""),  # beyond the packaged years only weekends are known
        ("2046-11-24", "USD", "Saturday"),
    ],
)
def test_money_moves_on_a_business_day_of_its_currency(on: str, currency: str, why: str) -> None:
    """DOMAIN 3.5, 1.3: an own rule of transfers in both standards."""
    text = PAYMENT.replace("Dt>2026-11-24", f"Dt>{on}").replace("EUR", currency)
    mx = mx_samples.headed("pacs.008.001.08", text)
    day = on.replace("-", "")[2:]
    amount = f":32A:{day}{currency}10000,".encode()
    mt = mt_samples.SAMPLES["103"].replace(b":32A:261124USD10000,", amount)
    mt = mt.replace(b":33B:USD", f":33B:{currency}".encode())
    for raw in (mx, mt):
        found = [f for f in said(raw) if f.rule == "value_day"]
        assert [f.message.rpartition(": ")[2] for f in found] == ([why] if why else [])


def test_each_transaction_has_its_own_value_day() -> None:
    tx = PAYMENT[PAYMENT.index("<CdtTrfTxInf>") : PAYMENT.index("</FIToFI")]
    undated = tx.replace("<IntrBkSttlmDt>2026-11-24</IntrBkSttlmDt>", "")
    dollars = tx.replace("EUR", "USD").replace("2026-11-24", "2026-11-26")
    raw = mx_samples.headed("pacs.008.001.08", PAYMENT.replace(tx, undated + dollars))
    [found] = [f for f in said(raw) if f.rule == "value_day"]
    assert found.message == "USD does not move on 2026-11-26: Thanksgiving Day"
    assert "CdtTrfTxInf[2]" in found.path


def test_no_instruction_settles_on_a_weekend() -> None:
    mx = builders.mx.write("sese.023", mx_samples.instruction(), mx_samples.WIRE)
    for raw in (mx.replace(b"2026-11-24", b"2026-11-28"), DTC.replace(b"20261124", b"20261128")):
        assert [f.rule for f in said(raw)] == ["settles_on_weekend"]


def test_nothing_settles_before_it_was_traded() -> None:
    raw = mt_samples.SAMPLES["545"]
    late = b":98A::TRAD//20261125\r\n:98A::ESET"
    assert said(raw) == []
    [found] = said(raw.replace(b":98A::ESET", late))
    assert found.rule == "settles_before_trade"
