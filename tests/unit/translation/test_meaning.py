"""What a translation means, not only that it comes back: told in words of both standards' own.

A table that swapped two elements would still be its own inverse, so these compare with messages
that were built, or written down, without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

import builders
import builders.fin
import builders.mx
import translation
from parsers import fin
from schemas.problem import MessageError
from schemas.requests import ProcessingCommand
from tests import mt_samples, mx_samples
from translation import Translation

Translate = Callable[[bytes, translation.Standard], Translation]
GOLDEN = Path(__file__).parents[2] / "golden"
ORDERS = sorted(path.stem for path in (GOLDEN / "mt541").glob("*.fin"))


def leaves(raw: bytes, root: str) -> list[tuple[str, str]]:
    """Path and value of every element with a text below the root of a document, in order."""
    document = next(e for e in etree.fromstring(raw).iter("{*}" + root))
    found = []
    for each in document.iter():
        if len(each) == 0:
            above = [a for a in each.iterancestors() if document in (a, *a.iterancestors())]
            path = "/".join(etree.QName(a).localname for a in (*above[::-1], each))
            found.append((path, each.text or ""))
            found += [(f"{path}@{name}", value) for name, value in each.attrib.items()]
    return found


def fields(raw: bytes) -> list[tuple[str, str, str]]:
    """Path, tag and value of every field of a FIN message, but its time, which a header may tell."""
    found = fin.read(raw).fields
    return [(f.path, f.tag, f.value) for f in found if not f.value.startswith(":PREP")]


def text(result: Translation, path: str) -> str:
    """The value at the end of a path in a translated document; '' where there is none."""
    root = etree.fromstring(result.raw)
    names = "/".join(f"{{*}}{name}" for name in path.split("/"))
    return root.findtext(f".//{names}") or ""


@pytest.mark.parametrize("order", ORDERS)
def test_an_instruction_is_what_its_builder_in_the_other_standard_writes(
    translate: Translate, order: str
) -> None:
    mt = (GOLDEN / "mt541" / f"{order}.fin").read_bytes()
    mx = (GOLDEN / "sese.023" / f"{order}.xml").read_bytes()
    built = leaves(mx, "SctiesSttlmTxInstr")
    assert sorted(leaves(translate(mt, "mx").raw, "SctiesSttlmTxInstr")) == sorted(built)
    assert sorted(fields(translate(mx, "mt").raw)) == sorted(fields(mt))


def refused(translate: Translate, raw: bytes, to: translation.Standard) -> str:
    """The words of a refusal, with the value that is refused."""
    with pytest.raises(MessageError) as error:
        translate(raw, to)
    (problem,) = error.value.problems
    return f"{problem.path} {problem.value}: {problem.message}"


@pytest.mark.parametrize("type_", ["544", "545", "546", "547", "535", "536", "537", "530"])
@pytest.mark.parametrize("function", ["CANC", "RVSL"])
def test_what_takes_something_back_is_never_told_as_the_thing(translate, type_, function) -> None:
    raw = mt_samples.delivered(type_, f":16R:GENL\n:20C::SEME//A1\n:23G:{function}\n:16S:GENL")
    words = refused(translate, raw, "mx")
    assert words.startswith(f"GENL/23G {function}: only NEWM has a counterpart in ")


ADVICE = (
    "<Ntfctn><Id>N1</Id><CreDtTm>2026-11-23T10:00:00Z</CreDtTm>"
    "<Acct><Id><Othr><Id>CASHUSD1</Id></Othr></Id></Acct>{}</Ntfctn>"
)
ENTRY = (
    '<Ntry><Amt Ccy="USD">20</Amt><CdtDbtInd>{way}</CdtDbtInd>{more}<Sts><Cd>{status}</Cd></Sts>'
    "<ValDt><Dt>2026-11-23</Dt></ValDt><BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>"
    "<NtryDtls><TxDtls><Refs><EndToEndId>E2E1</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
)


def advice(*entries: str) -> bytes:
    head = (
        "<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M1</MsgId>"
        "<CreDtTm>2026-11-23T10:00:00Z</CreDtTm></GrpHdr>"
    )
    body = f"{head}{ADVICE.format(''.join(entries))}</BkToCstmrDbtCdtNtfctn>"
    return mx_samples.headed("camt.054.001.08", body)


def entry(way: str = "DBIT", status: str = "BOOK", more: str = "") -> str:
    return ENTRY.format(way=way, status=status, more=more)


def test_a_debit_that_is_booked_is_a_confirmation_of_debit_and_a_credit_one_of_credit(translate):
    debit, credit = (translate(advice(entry(way)), "mt") for way in ("DBIT", "CRDT"))
    assert (debit.target, credit.target) == ("MT900", "MT910")
    assert ("", "32A", "261123USD20,") in fields(debit.raw)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ((entry(status="PDNG"),), "PDNG: only BOOK"),
        ((entry("CRDT", more="<RvslInd>true</RvslInd>"),), "true: only false"),
        ((entry(), entry("CRDT")), "2: 2 of Ntfctn/Ntry, and an MT holds one"),
    ],
)
def test_what_no_advice_can_say_is_refused(translate, entries, words) -> None:
    assert words in refused(translate, advice(*entries), "mt")


def test_an_entry_that_says_it_reverses_nothing_is_advised(translate) -> None:
    assert translate(advice(entry(more="<RvslInd>false</RvslInd>")), "mt").valid


@pytest.mark.parametrize("sign", ["", "N"])
@pytest.mark.parametrize(("movement", "way"), [("RECE", "DBIT"), ("DELI", "CRDT")])
def test_the_cash_of_a_status_goes_the_way_of_its_movement(translate, sign, movement, way) -> None:
    """DOMAIN 6.5: senders differ in whether they write the sign."""
    raw = mt_samples.SAMPLES["548"]
    raw = raw.replace(b":19A::SETT//NUSD", f":19A::SETT//{sign}USD".encode())
    raw = raw.replace(b":22H::REDE//RECE", f":22H::REDE//{movement}".encode())
    assert text(translate(raw, "mx"), "SttlmAmt/CdtDbtInd") == ("DBIT" if sign else way)


_PAGE = mt_samples.SAMPLES["535"].partition(b"{4:")[2].decode().partition(":16R:SUBSAFE")[0]
_PAGE = _PAGE.replace("\r\n", "\n").replace("SAFE1", "MASTER").replace("CONS//N", "CONS//Y")


def _held(account: str, units: int, more: str = "") -> str:
    named = f":97A::SAFE//{account}\n:17B::ACTI//Y\n" if account else ""
    return (
        f":16R:SUBSAFE\n{named}:16R:FIN\n:35B:ISIN US0378331005\n"
        f":93B::AGGR//UNIT/{units},\n{more}:16S:FIN\n:16S:SUBSAFE\n"
    )


PARTS = """:93B::AVAI//UNIT/60,
:93B::NAVL//UNIT/40,
:16R:SUBBAL
:93C::PLED//UNIT/NAVL/40,
:16S:SUBBAL
:16R:SUBBAL
:93B::BLOK//UNIT/5,
:70C::SUBB//BY COURT
:16S:SUBBAL
:16R:SUBBAL
:93B::AGGR//UNIT/100,
:93B::AVAI//UNIT/60,
:94F::SAFE//CUST/CUSTUS33
:16S:SUBBAL
"""


def holdings(*held: str) -> bytes:
    return mt_samples.delivered("535", _PAGE + "".join(held))


def test_holdings_stay_with_their_account(translate) -> None:
    """DOMAIN 6.7; what has no account of its own is held on that of the statement."""
    raw = holdings(_held("", 1), _held("ACC-A", 100), _held("ACC-B", 50))
    there = translate(raw, "mx")
    assert there.valid
    report = leaves(there.raw, "SctiesBalCtdyRpt")
    units = [(p, v) for p, v in report if p.endswith(("Unit", "SfkpgAcct/Id"))]
    below = "SctiesBalCtdyRpt/SubAcctDtls"
    unit = "AggtBal/Qty/Qty/Qty/Unit"
    assert units == [
        ("SctiesBalCtdyRpt/SfkpgAcct/Id", "MASTER"),
        (f"SctiesBalCtdyRpt/BalForAcct/{unit}", "1"),
        (f"{below}/SfkpgAcct/Id", "ACC-A"),
        (f"{below}/BalForSubAcct/{unit}", "100"),
        (f"{below}/SfkpgAcct/Id", "ACC-B"),
        (f"{below}/BalForSubAcct/{unit}", "50"),
    ]
    assert fields(translate(there.raw, "mt").raw) == fields(raw)


def test_available_and_sub_balances_are_told(translate) -> None:
    raw = holdings(_held("", 100, PARTS))
    there = translate(raw, "mx")
    assert there.valid
    assert there.receipt.losses == ()
    told = dict(leaves(there.raw, "SctiesBalCtdyRpt"))
    at = "SctiesBalCtdyRpt/BalForAcct"
    assert told[f"{at}/AvlblBal/Qty/Qty/Unit"] == "60"
    assert told[f"{at}/NotAvlblBal/Qty/Unit"] == "40"
    assert told[f"{at}/BalBrkdwn/Qty/Qty/QtyAndAvlbty/Qty/Unit"] == "40"
    assert told[f"{at}/BalBrkdwn/Qty/Qty/QtyAndAvlbty/AvlbtyInd"] == "false"
    assert told[f"{at}/BalBrkdwn/Qty/Qty/Qty/Unit"] == "5"
    assert told[f"{at}/BalAtSfkpgPlc/AvlblBal/Qty/Qty/Unit"] == "60"
    assert sorted(fields(translate(there.raw, "mt").raw)) == sorted(fields(raw))


def test_a_statement_for_accounting_is_no_statement_of_custody(translate) -> None:
    raw = holdings(_held("", 1)).replace(b"STTY//CUST", b"STTY//ACCT")
    assert refused(translate, raw, "mx").startswith("GENL/22F STTY ACCT: only CUST")


def test_a_charge_is_told_once_by_whom_it_is_of(translate) -> None:
    raw = mt_samples.SAMPLES["103"]
    assert b":71A:SHA" in raw
    raw = re.sub(rb":71A:SHA.*?(?=\r\n(:7[27]|-\}))", rb":71A:OUR\r\n:71G:USD10,", raw, flags=re.S)
    there = translate(raw, "mx")
    back = fields(translate(there.raw, "mt").raw)
    assert [(tag, value) for _, tag, value in back if tag.startswith("71")] == [
        ("71A", "OUR"),
        ("71G", "USD10,"),
    ]


@pytest.mark.parametrize(
    ("words", "end_to_end", "purpose", "free"),
    [
        ("INV 778", "NOTPROVIDED", "", "INV 778"),
        ("/ROC/E1", "E1", "", ""),
        ("/ROC/E1///PURP/SALA///URI/PAY 11", "E1", "SALA", "PAY 11"),
        ("/PURP/SALA///URI/PAY 11", "NOTPROVIDED", "SALA", "PAY 11"),
        ("/ROC/E1///URI/PAY 11", "E1", "", "PAY 11"),
        ("/RFB/BET072", "NOTPROVIDED", "", "/RFB/BET072"),
    ],
)
def test_what_a_payment_is_for(translate, words, end_to_end, purpose, free) -> None:
    raw = mt_samples.SAMPLES["103"]
    raw = re.sub(rb":70:.*?(?=\r\n(:7[1-7]|-\}))", f":70:{words}".encode(), raw, flags=re.S)
    there = translate(raw, "mx")
    assert text(there, "PmtId/EndToEndId") == end_to_end
    assert (text(there, "Purp/Cd"), text(there, "RmtInf/Ustrd")) == (purpose, free)
    assert ("", "70", words) in fields(translate(there.raw, "mt").raw)


@pytest.mark.parametrize(("mt", "said"), [("SHA", "SHAR"), ("BEN", "CRED"), ("OUR", "DEBT")])
def test_who_pays_the_charges(translate, mt, said) -> None:
    raw = mt_samples.SAMPLES["103"]
    raw = re.sub(rb":71A:SHA(\r\n:71F:[^\r]*)*", f":71A:{mt}".encode(), raw)
    assert text(translate(raw, "mx"), "CdtTrfTxInf/ChrgBr") == said


@pytest.mark.parametrize(
    ("element", "code"), [("InstrForNxtAgt", "/REC/"), ("InstrForCdtrAgt", "/ACC/")]
)
def test_an_instruction_is_for_the_bank_it_names(translate, element, code) -> None:
    words = "PLEASE CALL MR SMITH"
    raw = re.sub(rb":72:.*?(?=\r\n(:7|-\}))", f":72:{code}{words}".encode(), MT202, flags=re.S)
    assert f":72:{code}".encode() in raw
    there = translate(raw, "mx")
    assert text(there, f"{element}/InstrInf") == words
    assert ("", "72", f"{code}{words}") in fields(translate(there.raw, "mt").raw)


MT202 = mt_samples.delivered(
    "202",
    ":20:R1\n:21:R2\n:32A:261124USD10000,\n:58A:CUSTUS33\n:72:/BNF/X",
).replace(b"}{4:", b"}{3:{121:0b1c2d3e-4f5a-4b6c-8d7e-9f0a1b2c3d4e}}{4:")


def test_a_status_that_tells_no_status_is_refused(translate) -> None:
    raw = mt_samples.SAMPLES["548"]
    raw = re.sub(
        rb":16R:STAT.*:16S:STAT", b":16R:STAT\r\n:25D::AFFM//NAFI\r\n:16S:STAT", raw, flags=re.S
    )
    assert "needs one of PrcgSts" in refused(translate, raw, "mx")


FACES = ":36B::{0}//FAMT/1000,\r\n:36B::{0}//AMOR/750,5"


@pytest.mark.parametrize(
    ("type_", "qualifier", "element"),
    [
        ("541", "SETT", "SttlmQty"),
        ("545", "ESTT", "SttldQty"),
        ("548", "SETT", "SttlmQty"),
        ("536", "PSTA", "PstngQty"),
        ("537", "PSTA", "PstngQty"),
    ],
)
def test_the_face_of_a_bond_and_what_is_left_of_it_stand_together(
    translate, type_, qualifier, element
) -> None:
    raw = mt_samples.SAMPLES[type_]
    raw = re.sub(
        rb":36B::%s//[^\r]*" % qualifier.encode(), FACES.format(qualifier).encode(), raw, count=1
    )
    raw = re.sub(rb":93B::FI(OP|CL)[^\r]*\r\n", b"", raw)
    there = translate(raw, "mx")
    assert there.valid
    assert text(there, f"{element}/OrgnlAndCurFace/FaceAmt") == "1000"
    assert text(there, f"{element}/OrgnlAndCurFace/AmtsdVal") == "750.5"
    assert text(there, f"{element}/Qty") == ""
    back = [(tag, value) for _, tag, value in fields(translate(there.raw, "mt").raw)]
    kept = [f":{qualifier}//FAMT/1000,", f":{qualifier}//AMOR/750,5"]
    assert [value for tag, value in back if tag == "36B" and qualifier in value] == kept


def test_a_place_of_settlement_may_be_a_country(translate) -> None:
    raw = (GOLDEN / "mt541" / "equity_rvp_dtc.fin").read_bytes()
    raw = re.sub(rb":95P::PSET//[A-Z0-9]+", b":95C::PSET//US", raw)
    there = translate(raw, "mx")
    assert text(there, "DlvrgSttlmPties/Dpstry/Id/Ctry") == "US"
    assert ("SETDET/SETPRTY", "95C", ":PSET//US") in fields(translate(there.raw, "mt").raw)


@pytest.mark.parametrize(("option", "lost"), [("S", []), ("R", ["truncated"])])
def test_that_an_original_was_received_is_lost_and_told(translate, option, lost) -> None:
    body = f":20:A1\n:21:B1\n:76:/CNCL/\n:11{option}:103\n261123"
    there = translate(mt_samples.delivered("196", body), "mx")
    assert [e.outcome for e in there.receipt.losses if e.source.endswith(f"11{option}")] == lost


@pytest.mark.parametrize(
    ("mt", "mx", "body", "root"),
    [
        ("mt103", "pacs.008", mx_samples.payment(), "FIToFICstmrCdtTrf"),
        ("mt202", "pacs.009", mx_samples.bank_payment(), "FICdtTrf"),
    ],
)
def test_a_payment_is_what_its_builder_in_the_other_standard_writes(
    translate, mt, mx, body, root
) -> None:
    """Who, whom, how much and when; each standard has its own words for some of the rest."""
    wire = mx_samples.WIRE
    document = builders.mx.write(mx, body, wire)
    there = leaves(translate(builders.fin.write(mt, body, wire), "mx").raw, root)
    assert "Amt@Ccy" in str(there)
    own_words = ("CreDtTm", "BICFI", "PstlAdr/AdrLine", "Acct/Id/Othr/Id")
    told = {each for each in there if not each[0].endswith(own_words)}
    assert told <= set(leaves(document, root))
    back = translate(document, "mt")  # without a header: the agents of the document name the banks
    assert back.target == mt.upper()
    assert back.valid
    assert fin.read(back.raw).header["121"] == body.uetr
    assert (fin.read(back.raw).sender[:8], fin.read(back.raw).receiver[:8]) == (
        wire.sender,
        wire.receiver,
    )


def test_a_command_to_hold_is_what_its_builder_in_the_other_standard_writes(translate) -> None:
    changes = [{"instruction": "SI1", "hold": True}, {"instruction": "SI2", "hold": False}]
    body = ProcessingCommand.model_validate({"account": "SAFE1", "changes": changes})
    mt, mx = (builders.write(name, body, mx_samples.WIRE) for name in ("mt530", "sese.030"))
    root = "SctiesSttlmCondsModReq"
    assert leaves(translate(mt, "mx").raw, root) == leaves(mx, root)
