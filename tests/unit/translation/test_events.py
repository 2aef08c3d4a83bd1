"""Corporate actions: MT564, 566, 567 and 568 and their seev messages, there and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import translation
from parsers import fin, read
from schemas.problem import MessageError
from tests.mt_samples import delivered
from translation import Translation

Translate = Callable[[bytes, translation.Standard], Translation]
SAMPLES = {
    "a dividend": (
        "564",
        """
:16R:GENL
:20C::CORP//CA2611230001
:20C::SEME//NTF2611240001
:23G:NEWM
:22F::CAEV//DVCA
:22F::CAMV//MAND
:98C::PREP//20261124120000
:25D::PROC//COMP
:16R:LINK
:22F::LINK//BEFO
:20C::PREV//NTF2611230001
:16S:LINK
:16S:GENL
:16R:USECU
:35B:ISIN US0378331005
APPLE INC COM
:16R:ACCTINFO
:97A::SAFE//SAFE000123
:93B::ELIG//UNIT/1000,
:93C::SETT//UNIT/ELIG/1000,
:16S:ACCTINFO
:16S:USECU
:16R:CADETL
:98A::ANOU//20261101
:98A::XDTE//20261120
:98A::RDTE//20261123
:22F::DIVI//FINL
:16S:CADETL
:16R:CAOPTN
:13A::CAON//001
:22F::CAOP//CASH
:11A::OPTN//USD
:17B::DFLT//Y
:16R:CASHMOVE
:22H::CRDB//CRED
:19B::ENTL//USD260,
:19B::GRSS//USD260,
:98A::PAYD//20261210
:98A::VALU//20261210
:92F::GRSS//USD0,26
:92A::TAXR//15,
:16S:CASHMOVE
:16S:CAOPTN
:16R:CAOPTN
:13A::CAON//002
:22F::CAOP//SECU
:17B::DFLT//N
:98C::MKDT//20261201170000
:98B::RDDT//UKWN
:69A::PWAL//20261125/20261201
:16R:SECMOVE
:22H::CRDB//CRED
:35B:ISIN US0378331005
:36B::ENTL//UNIT/2,
:92D::ADEX//1,/500,
:98B::PAYD//UKWN
:16S:SECMOVE
:16S:CAOPTN
:16R:ADDINFO
:70E::ADTX//THIS IS SAID
TO ALL HOLDERS
:16S:ADDINFO
""",
    ),
    "its payment": (
        "566",
        """
:16R:GENL
:20C::CORP//CA2611230001
:20C::SEME//CNF2612100001
:23G:NEWM
:22F::CAEV//DVCA
:98C::PREP//20261210120000
:16R:LINK
:20C::PREV//NTF2611240001
:16S:LINK
:16S:GENL
:16R:USECU
:97A::SAFE//SAFE000123
:35B:ISIN US0378331005
:93B::CONB//UNIT/1000,
:93B::ELIG//UNIT/1000,
:16S:USECU
:16R:CADETL
:98A::XDTE//20261120
:98A::RDTE//20261123
:16S:CADETL
:16R:CACONF
:13A::CAON//001
:22H::CAOP//CASH
:16R:CASHMOVE
:22H::CRDB//CRED
:97A::CASH//CASHUSD00123
:19B::PSTA//USD221,
:19B::GRSS//USD260,
:19B::TAXR//USD39,
:98A::POST//20261210
:98A::VALU//20261210
:92F::GRSS//USD0,26
:92A::TAXR//15,
:16S:CASHMOVE
:16S:CACONF
""",
    ),
    "a rejected instruction": (
        "567",
        """
:16R:GENL
:20C::CORP//CA2611230001
:20C::SEME//STS2611240001
:23G:INST
:22F::CAEV//DVOP
:98C::PREP//20261124120000
:16R:LINK
:13A::LINK//565
:20C::RELA//INS2611240001
:16S:LINK
:16R:STAT
:25D::IPRC//REJT
:16R:REAS
:24B::REJT//LATE
:70D::REAS//AFTER THE DEADLINE
:16S:REAS
:16S:STAT
:16S:GENL
:16R:CADETL
:13A::CAON//002
:22F::CAOP//SECU
:97A::SAFE//SAFE000123
:35B:ISIN US0378331005
:36B::STAQ//UNIT/1000,
:16S:CADETL
""",
    ),
    "a pending event": (
        "567",
        """
:16R:GENL
:20C::CORP//CA2611230001
:20C::SEME//STS2611240002
:23G:EVST
:22F::CAEV//DVCA
:16R:LINK
:13A::LINK//564
:20C::RELA//NTF2611240001
:16S:LINK
:16R:STAT
:25D::EPRC//PEND
:16R:REAS
:24B::PEND//NPAY
:16S:REAS
:16S:STAT
:16S:GENL
""",
    ),
    "a narrative": (
        "568",
        """
:16R:GENL
:28E:1/ONLY
:20C::CORP//CA2611230001
:20C::SEME//NAR2611240001
:23G:NEWM
:22F::CAEV//DVCA
:16S:GENL
:16R:USECU
:97A::SAFE//SAFE000123
:35B:ISIN US0378331005
:93B::CONB//UNIT/1000,
:16S:USECU
:16R:ADDINFO
:70E::ADTX//THE PAYMENT IS LATE
:16S:ADDINFO
""",
    ),
    "a rights issue": (
        "564",
        """
:16R:GENL
:20C::CORP//CA2611230002
:20C::COAF//US1234567890
:20C::SEME//NTF2611240002
:23G:REPL
:22F::CAEP//REOR
:22F::CAEV//RHTS
:22F::CAMV//CHOS
:98C::PREP//20261124120000
:25D::PROC//PREU
:16S:GENL
:16R:USECU
:35B:ISIN US0378331005
:16R:ACCTINFO
:97C::SAFE//GENR
:16S:ACCTINFO
:16S:USECU
:16R:INTSEC
:35B:ISIN US5949181045
:92D::RTUN//1,/4,
:98A::EXPI//20261215
:98B::POST//UKWN
:16S:INTSEC
:16R:CADETL
:98C::MEET//20261201100000
:98B::EFFD//ONGO
:69A::BOCL//20261125/20261130
:69C::CLCP//20261125/ONGO
:36C::QTSO//ANYA
:22F::SELL//RENO
:16S:CADETL
:16R:CAOPTN
:13A::CAON//001
:22F::CAOP//EXER
:17B::DFLT//N
:69E::PWAL//UKWN/20261215
:69J::PRIC//UKWN
:92A::PROR//12,5
:92K::TAXR//UKWN
:90A::OSUB//PRCT/101,5
:90E::CINL//UKWN
:36B::MIEX//UNIT/10,
:16R:SECMOVE
:22H::CRDB//CRED
:35B:ISIN US0378331005
:94C::COIN//US
:92D::NEWO//1,/4,
:90B::PRPP//ACTU/USD95,5
:98A::PAYD//20261220
:98A::EARL//20261221
:16S:SECMOVE
:16R:CASHMOVE
:22H::CRDB//DEBT
:97A::CASH//CASHUSD00123
:98A::PAYD//20261215
:98C::FXDT//20261214120000
:92B::EXCH//EUR/USD/1,08
:19B::RESU//USD1080,
:90B::PRPP//ACTU/USD95,5
:16S:CASHMOVE
:16S:CAOPTN
""",
    ),
}
# what the elements have no place for: which message a reference is of, pages, the event of a narrative
NOT_TOLD = {":13A::LINK//565", ":13A::LINK//564", ":28E:1/ONLY", ":22F::CAEV//DVCA"}


def lines(raw: bytes) -> set[str]:
    """The fields of a message, narratives on one line."""
    return {
        f":{f.tag}:{' '.join(f.value.split())}" for f in fin.read(raw).fields if f.tag[:2] != "16"
    }


@pytest.mark.parametrize("name", SAMPLES)
def test_a_corporate_action_goes_there_and_comes_back(translate: Translate, name: str) -> None:
    type_, text = SAMPLES[name]
    raw = delivered(type_, text)
    there = translate(raw, "mx")
    back = translate(there.raw, "mt")
    assert (there.findings, back.findings) == ((), ())
    assert there.receipt.adds_up
    assert back.receipt.adds_up
    assert back.target == f"MT{type_}"
    lost = {line.replace(":22H::CAOP", ":22F::CAOP") for line in lines(raw)} - lines(back.raw)
    assert lost <= NOT_TOLD


def test_a_dividend_is_an_option_with_its_movement(translate: Translate) -> None:
    message = read(translate(delivered(*SAMPLES["a dividend"]), "mx").raw)
    option = "CorpActnNtfctn/CorpActnOptnDtls[1]/"
    assert message.type == "seev.031.001.14"
    assert message[option + "CshMvmntDtls/RateAndAmtDtls/GrssDvddRate/Amt"].text == "0.26"
    assert message[option + "DfltPrcgOrStgInstr/DfltOptnInd"].text == "true"
    assert message["CorpActnNtfctn/NtfctnGnlInf/PrcgSts/Cd/EvtConfSts"].text == "CONF"


@pytest.mark.parametrize(
    ("name", "field", "other", "said"),
    [
        ("a dividend", ":25D::PROC//COMP", ":25D::PROC//ENTL", "that it is of entitlement"),
        ("a dividend", ":98A::XDTE//20261120", ":98C::XDTE//20261120093000", "the time 093000"),
    ],
)
def test_what_is_lost_is_told(
    translate: Translate, name: str, field: str, other: str, said: str
) -> None:
    type_, text = SAMPLES[name]
    made = translate(delivered(type_, text.replace(field, other)), "mx")
    assert made.receipt.adds_up
    assert any(said in entry.words for entry in made.receipt.entries)


@pytest.mark.parametrize(
    ("name", "function", "other"),
    [
        ("a rejected instruction", "INST", "CAST"),
        ("its payment", "NEWM", "REVR"),
        ("a dividend", "NEWM", "WITH"),
        ("a narrative", "NEWM", "CANC"),
    ],
)
def test_one_of_another_function_is_refused_with_its_reason(
    translate: Translate, name: str, function: str, other: str
) -> None:
    type_, text = SAMPLES[name]
    with pytest.raises(MessageError) as refused:
        translate(delivered(type_, text.replace(f":23G:{function}", f":23G:{other}")), "mx")
    assert f"23G {function}" in refused.value.problems[0].message
