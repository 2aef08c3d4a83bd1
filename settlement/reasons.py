"""What reason codes mean for a life: which may explain which status, and whose problem each is.

The sets are those of the current schemas (DOMAIN 2.3); an unknown code is stored and raised.
"""

from __future__ import annotations

from settlement.condition import NOTHING, Mover, WaitsFor

NO_REASON = frozenset({"NORE", "OTHR", "NARR"})
_PENDING = frozenset(
    """AWMO ADEA CAIS REFU AWSH PHSE TAMM DOCY DOCC BLOC CHAS NEWI CLAC MUNO GLOB PREA PART NMAS NOFX
    CMON YCOL COLL DEPO FLIM INCA LINK FUTU LACK LALO MONY NCON REFS SDUT BATC SBLO CPEC MINO IAAD
    OTHR PHCK BENO BOTH CLHT DENO DISA DKNY FROZ LAAW LATE LIQU PRCY REGT SETS CERT PRSY CSDH CVAL
    CDLR INBC PREL PATD""".split()
)
_FAILING = (_PENDING - frozenset("REFU TAMM NMAS FUTU".split())) | frozenset(
    "BYIY CLAT CANR OBJT STCD MLAT CYCL".split()
)
_UNMATCHED = frozenset(
    """ADEA ACRU IIND CPCA CLAT NCRR DDEA DMCT DCMX DSEC DQUA INVE LEOG LATE MIME CMIS NMAS DTRA OTHR
    FRAP PHYS PLIS INPS PLCE PODU DEPT ICAG ICUS IEXE REGD RTGS SAFE DMON DDAT SETS SETR TXST DTRD
    DELN UNBR""".split()
)
_REJECTED = frozenset(
    """SAFE DQUA ADEA DSEC LATE CASH DDEA DTRD PLCE RTGS NCRR PHYS REFE DMON MINO BATC MUNO TXST SETS
    IIND CAEV CASY DDAT SETR SDUT INPS OTHR ICUS ICAG DEPT IEXE INVB INVL INVN VALR INVE
    PLIS""".split()
)
_ACKNOWLEDGED = frozenset("ADEA SMPG OTHR CDCY CDRG CDRE NSTP RQWV LATE".split())
_CANCELLED = frozenset("SCEX OTHR CXLR BYIY CTHP CANZ CANT CSUB CANS CANI CORP".split())
_PENDING_PROCESSING = frozenset(
    """ADEA CAIS DOCY NOFX BLOC MUNO GLOB YCOL COLL FLIM NEXT LACK LALO MONY MINO OTHR DENO LIQU CERT
    CSDH CVAL CDEL CDLR CDAC INBC PREA PRSY""".split()
)
# by axis and status; a status that is not here takes any reason
SETS: dict[tuple[str, str], frozenset[str]] = {
    ("SETT", "PEND"): _PENDING,
    ("SETT", "PENF"): _FAILING,
    ("MTCH", "NMAT"): _UNMATCHED,
    ("INMH", "NMAT"): _UNMATCHED,
    ("IPRC", "REJT"): _REJECTED,
    ("IPRC", "PACK"): _ACKNOWLEDGED,
    ("IPRC", "CAND"): _CANCELLED,
    ("CPRC", "CAND"): _CANCELLED,
    ("IPRC", "PPRC"): _PENDING_PROCESSING,
}
# codes that only make sense where no match was found, whatever status they came with
MEANS_UNMATCHED = (_UNMATCHED - _PENDING - _FAILING) | {"NMAS"}

_OURS: Mover = "us"
_THEIRS: Mover = "them"
_NOBODYS: Mover = "nobody"
# the codes a desk meets daily, what it then waits for, and whose move it is; unlisted codes: below
WAITS: dict[str, WaitsFor] = {
    code: WaitsFor(what, whose)
    for whose, what, codes in (
        (_OURS, "securities to deliver", "LACK"),
        (_OURS, "cash in our account", "MONY"),
        (_OURS, "our release", "PREA BOTH"),
        (_OURS, "comparison with the trade", "DQUA DMON DSEC DDAT DTRD DDEA DELN DMCT DCMX IIND"),
        (_OURS, "a standing instruction put right", "DEPT ICAG ICUS IEXE PLCE"),
        (_OURS, "an account put right", "SAFE CASH INVE"),
        (_OURS, "an instruction for the next day", "LATE"),
        (_OURS, "collateral or liquidity", "COLL LIQU LALO"),
        (_OURS, "someone to read the narrative", "OTHR NARR"),
        (_OURS, "the buy-in", "BYIY"),
        (_THEIRS, "securities from the counterparty", "CLAC"),
        (_THEIRS, "cash from the counterparty", "CMON"),
        (_THEIRS, "the counterparty's instruction", "CMIS NMAS"),
        (_THEIRS, "the counterparty's release", "PRCY"),
        (_THEIRS, "the counterparty's collateral", "YCOL"),
        (_THEIRS, "the counterparty's new instruction", "CPCA CLAT"),
        (_NOBODYS, "the settlement date", "FUTU"),
        (_NOBODYS, "the linked instruction", "LINK"),
        (_NOBODYS, "the next cycle", "CYCL BATC"),
        (_NOBODYS, "the market's confirmation", "NCON"),
        (_NOBODYS, "the system's release", "PRSY CSDH"),
        (_NOBODYS, "best effort after the servicer's deadline", "ADEA"),
    )
    for code in codes.split()
}
_URGENCY: dict[Mover, int] = {"us": 0, "them": 1, "custodian": 2, "network": 2, "nobody": 3}


def is_known(axis: str, status: str, code: str) -> bool:
    """Whether the schemas know this code as a reason of this status."""
    return code in NO_REASON or code in SETS.get((axis, status), (code,))


def means_unmatched(code: str) -> bool:
    """Whether a settlement status with this reason cannot be taken as a match."""
    return code in MEANS_UNMATCHED


def waits_for(code: str) -> WaitsFor:
    """What comes next when this is the reason; nothing in particular for codes without a row."""
    return WAITS.get(code, NOTHING)


def weight(code: str) -> tuple[bool, bool, int]:
    """Of several reasons the smallest is primary: what says something, ours, theirs, nobody's."""
    return (code == "NORE", code in NO_REASON, _URGENCY[waits_for(code).whose])
