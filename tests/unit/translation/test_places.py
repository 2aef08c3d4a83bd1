"""Field by field, where it stands in the other standard: written down here, not read from a table.

Sources: DOMAIN 2.2 (statuses), 6.1 and 6.2 (instructions), 6.5 (confirmations), 6.7 (statements).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from lxml import etree

import translation
from tests import mt_samples, mx_samples
from translation import Translation

Translate = Callable[[bytes, translation.Standard], Translation]

POSTINGS = mt_samples.SAMPLES["536"]


def edited(raw: bytes, old: str, new: str) -> bytes:
    """A message with one field written otherwise."""
    changed = re.sub(old.encode(), new.replace("\n", "\r\n").encode(), raw, count=1)
    assert changed != raw, old
    return changed


def at(result: Translation, path: str) -> list[str]:
    """The texts at the end of a path."""
    names = "/".join(f"{{*}}{name}" for name in path.split("/"))
    return [each.text or "" for each in etree.fromstring(result.raw).iterfind(f".//{names}")]


@pytest.mark.parametrize(
    ("status", "path"),
    [
        ("IPRC//PACK", "PrcgSts/AckdAccptd"),
        ("IPRC//PPRC", "PrcgSts/PdgPrcg"),
        ("IPRC//REJT", "PrcgSts/Rjctd"),
        ("IPRC//REPR", "PrcgSts/Rpr"),
        ("IPRC//CAND", "PrcgSts/Canc"),
        ("IPRC//CANP", "PrcgSts/PdgCxl"),
        ("IPRC//CPRC", "PrcgSts/CxlReqd"),
        ("MTCH//MACH", "MtchgSts/Mtchd"),
        ("MTCH//NMAT", "MtchgSts/Umtchd"),
        ("INMH//MACH", "IfrrdMtchgSts/Mtchd"),
        ("INMH//NMAT", "IfrrdMtchgSts/Umtchd"),
        ("SETT//PEND", "SttlmSts/Pdg"),
        ("SETT//PENF", "SttlmSts/Flng"),
    ],
)
def test_a_status(translate: Translate, status: str, path: str) -> None:
    block = f":16R:STAT\r\n:25D::{status}\r\n:16S:STAT".encode()
    raw = re.sub(rb":16R:STAT.*:16S:STAT", block, mt_samples.SAMPLES["548"], flags=re.S)
    there = translate(raw, "mx")
    assert len(at(there, f"SctiesSttlmTxStsAdvc/{path}")) == 1
    assert f":25D::{status}".encode() in translate(there.raw, "mt").raw


@pytest.mark.parametrize(
    ("qualifier", "element"),
    [
        ("DEAL", "TradAmt"),
        ("ACRU", "AcrdIntrstAmt"),
        ("CHAR", "ChrgsFees"),
        ("COUN", "CtryNtlFdrlTax"),
        ("EXEC", "ExctgBrkrAmt"),
        ("ISDI", "IsseDscntAllwnc"),
        ("LEVY", "PmtLevyTax"),
        ("LOCL", "LclTax"),
        ("LOCO", "LclBrkrComssn"),
        ("MARG", "Mrgn"),
        ("OTHR", "Othr"),
        ("REGF", "RgltryAmt"),
        ("SHIP", "ShppgAmt"),
        ("SPCN", "SpclCncssn"),
        ("STAM", "StmpDty"),
        ("STEX", "StockXchgTax"),
        ("TRAN", "TrfTax"),
        ("TRAX", "TxTax"),
        ("VATA", "ValAddedTax"),
        ("WITH", "WhldgTax"),
        ("COAX", "CsmptnTax"),
        ("ACCA", "AcrdCptlstnAmt"),
    ],
)
def test_an_amount(translate: Translate, qualifier: str, element: str) -> None:
    more = f":16S:AMT\n:16R:AMT\n:19A::{qualifier}//USD7,\n:16S:AMT\n:16S:SETDET"
    there = translate(edited(mt_samples.SAMPLES["541"], ":16S:AMT\r\n:16S:SETDET", more), "mx")
    assert there.valid
    assert at(there, f"OthrAmts/{element}/Amt") == ["7"]


CHAINS = {
    "DlvrgSttlmPties": ("DEAG", "SELL", "DECU", "DEI1", "DEI2"),
    "RcvgSttlmPties": ("REAG", "BUYR", "RECU", "REI1", "REI2"),
}


@pytest.mark.parametrize(("side", "chain"), CHAINS.items())
def test_the_parties_of_a_side(translate: Translate, side: str, chain: tuple[str, ...]) -> None:
    parties = "\n".join(
        f":16R:SETPRTY\n:95P::{qualifier}//BANK{country}2L\n:16S:SETPRTY"
        for qualifier, country in zip(chain, ("US", "GB", "DE", "FR", "CH"), strict=True)
    )
    raw = re.sub(
        rb":16R:SETPRTY.*:16S:SETPRTY",
        f"{parties}\n:16R:SETPRTY\n:95P::PSET//DTCYUS33\n:16S:SETPRTY".replace(
            "\n", "\r\n"
        ).encode(),
        mt_samples.SAMPLES["541"],
        flags=re.S,
    )
    there = translate(raw, "mx")
    found = [at(there, f"{side}/Pty{number}/Id/AnyBIC") for number in range(1, 6)]
    assert found == [["BANKUS2L"], ["BANKGB2L"], ["BANKDE2L"], ["BANKFR2L"], ["BANKCH2L"]]
    assert at(there, f"{side}/Dpstry/Id/AnyBIC") == ["DTCYUS33"]


@pytest.mark.parametrize(
    ("type_", "field", "path"),
    [
        ("541", "98A::SETT//20261201", "TradDtls/SttlmDt/Dt/Dt"),
        ("541", "98A::TRAD//20261120", "TradDtls/TradDt/Dt/Dt"),
        ("545", "98A::SETT//20261201", "TradDtls/SttlmDt/Dt/Dt"),
        ("545", "98A::ESET//20261202", "TradDtls/FctvSttlmDt/Dt/Dt"),
        ("536", "98A::SETT//20261201", "TxDtls/SttlmDt/Dt/Dt"),
        ("536", "98A::ESET//20261202", "TxDtls/FctvSttlmDt/Dt"),
        ("537", "98A::SETT//20261201", "TxDtls/SttlmDt/Dt/Dt"),
    ],
)
def test_a_date(translate: Translate, type_: str, field: str, path: str) -> None:
    raw = mt_samples.SAMPLES[type_]
    head, _, day = field.partition("//")
    there = translate(edited(raw, rf"{head}//\d+", field), "mx")
    assert at(there, path) == [f"{day[:4]}-{day[4:6]}-{day[6:]}"]


@pytest.mark.parametrize(
    ("tag", "code"), [("60F", "OPBD"), ("62F", "CLBD"), ("64", "CLAV"), ("65", "FWAV")]
)
def test_a_balance_of_cash(translate: Translate, tag: str, code: str) -> None:
    body = ":20:S1\n:25:A1\n:28C:1/1\n:60F:C261123EUR1,\n:62F:C261124EUR1,\n:64:C261124EUR2,\n"
    body += ":65:C261125EUR3,"
    raw = edited(mt_samples.delivered("940", body), rf":{tag}:C(\d+)EUR\d+,", rf":{tag}:D\1EUR9,")
    (balance,) = [
        each
        for each in etree.fromstring(translate(raw, "mx").raw).iterfind(".//{*}Bal")
        if each.findtext("{*}CdtDbtInd") == "DBIT"
    ]
    assert balance.findtext("{*}Tp/{*}CdOrPrtry/{*}Cd") == code
    assert balance.findtext("{*}Amt") == "9"


@pytest.mark.parametrize(
    ("mark", "way", "reverses"),
    [("C", "CRDT", []), ("D", "DBIT", []), ("RC", "DBIT", ["true"]), ("RD", "CRDT", ["true"])],
)
def test_a_line_that_takes_one_back_goes_the_other_way(
    translate: Translate, mark: str, way: str, reverses: list[str]
) -> None:
    body = f":20:S1\n:25:A1\n:28C:1/1\n:60F:C261123EUR50,\n:61:261124{mark}5,NTRFR1\n"
    closing = 55 if way == "CRDT" else 45
    raw = mt_samples.delivered("940", f"{body}:62F:C261124EUR{closing},")
    there = translate(raw, "mx")
    assert (there.findings, at(there, "Ntry/CdtDbtInd")) == ((), [way])
    assert at(there, "Ntry/RvslInd") == reverses
    assert f":61:261124{mark}5,".encode() in translate(there.raw, "mt").raw


@pytest.mark.parametrize(
    ("dates", "value", "booked"),
    [
        ("2612310102", "2026-12-31", "2027-01-02"),
        ("2701021231", "2027-01-02", "2026-12-31"),
        ("2611241123", "2026-11-24", "2026-11-23"),
    ],
)
def test_the_year_a_line_is_booked_in(
    translate: Translate, dates: str, value: str, booked: str
) -> None:
    body = f":20:S1\n:25:A1\n:28C:1/1\n:60F:C261123EUR0,\n:61:{dates}C5,NTRFR1\n:62F:C270104EUR5,"
    there = translate(mt_samples.delivered("940", body), "mx")
    assert at(there, "Ntry/ValDt/Dt") == [value]
    assert at(there, "Ntry/BookgDt/Dt") == [booked]


def test_a_report_without_an_amount_is_in_the_currency_of_its_account(translate) -> None:
    body = (
        "<BkToCstmrAcctRpt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-24T10:00:00Z</CreDtTm>"
        "</GrpHdr><Rpt><Id>R1</Id><CreDtTm>2026-11-24T10:00:00Z</CreDtTm><Acct><Id><Othr>"
        "<Id>A1</Id></Othr></Id><Ccy>CHF</Ccy></Acct></Rpt></BkToCstmrAcctRpt>"
    )
    there = translate(mx_samples.headed("camt.052.001.08", body), "mt")
    assert b":34F:CHF0," in there.raw


def test_the_balances_of_a_holding(translate: Translate) -> None:
    raw = edited(edited(POSTINGS, "FIOP//UNIT/100,", "FIOP//UNIT/N7,"), "UNIT/1100,", "UNIT/993,")
    there = translate(raw, "mx")
    assert at(there, "OpngBal/OpngBal/Frst/Qty/Unit") == ["7"]
    assert at(there, "OpngBal/ShrtLngInd") == ["SHOR"]
    assert at(there, "ClsgBal/ClsgBal/Fnl/Qty/Unit") == ["993"]
    assert at(there, "ClsgBal/ShrtLngInd") == ["LONG"]


def test_postings_stay_with_their_account(translate: Translate) -> None:
    block = re.search(rb":16R:SUBSAFE.*:16S:SUBSAFE\r\n", POSTINGS, flags=re.S)
    assert block is not None
    other = edited(block[0], ":16R:SUBSAFE", ":16R:SUBSAFE\n:97A::SAFE//SAFE2")
    other = edited(edited(other, "UNIT/1000,", "UNIT/5,"), "UNIT/1100,", "UNIT/105,")
    there = translate(POSTINGS.replace(block[0], block[0] + other), "mx")
    assert there.findings == ()
    own = "SctiesTxPstngRpt/FinInstrmDtls/Tx/TxDtls/PstngQty/Qty/Unit"
    sub = "SubAcctDtls/FinInstrmDtls/Tx/TxDtls/PstngQty/Qty/Unit"
    assert (at(there, own), at(there, sub)) == (["1000"], ["5"])
    assert at(there, "SubAcctDtls/SfkpgAcct/Id") == ["SAFE2"]


@pytest.mark.parametrize("sign", ["", "N"])
@pytest.mark.parametrize(("movement", "way"), [("RECE", "DBIT"), ("DELI", "CRDT")])
@pytest.mark.parametrize("type_", ["536", "537"])
def test_the_cash_of_a_statement_goes_the_way_of_its_movement(
    translate: Translate, type_: str, movement: str, way: str, sign: str
) -> None:
    """Senders differ in whether they write the sign; an N says what goes out."""
    raw = re.sub(rb":93B::FI(OP|CL)[^\r]*\r\n|:19A::PSTA[^\r]*\r\n", b"", mt_samples.SAMPLES[type_])
    raw = edited(raw, r"(:36B::PSTA[^\r]*)", rf"\1\n:19A::PSTA//{sign}USD5,")
    raw = edited(raw.replace(b"//FREE", b"//APMT"), "REDE//RECE", "REDE//XXXX")
    raw = edited(raw, "REDE//XXXX", f"REDE//{movement}")
    there = translate(raw, "mx")
    assert at(there, "PstngAmt/Amt") == ["5"]
    assert at(there, "PstngAmt/CdtDbt") + at(there, "PstngAmt/CdtDbtInd") == [
        "DBIT" if sign else way
    ]
