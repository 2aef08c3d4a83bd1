"""One fault for each rule: a good message of a type, what of it is written, and what instead."""

from __future__ import annotations

from typing import NamedTuple

from parsers import fin, fin_tolerant
from schemas.finding import Finding
from schemas.mt.deviations import BY_CODE as DEVIATIONS
from tests.reference.examples import example

_STATEMENT_942 = ":61:2611241124D30,NTRFNONREF\n:90D:1EUR30,\n-}"
_ACK = "{1:F21FUNDUS33AXXX0001000123}{4:{177:2611231402}{451:0}}"
_FEE = ":16R:AMT\n:19A::SETT//USD190275,\n:16S:AMT\n"
_AGENT = ":16R:SETPRTY\n:95R::DEAG/DTCYID/00009911\n:16S:SETPRTY\n"
_PSET = ":16R:SETPRTY\n:95P::PSET//DTCYUS33\n:16S:SETPRTY\n"
_AMERICAN = "F01FUNDUS33AXXX0000000000}{2:I103CUSTUS33XXXXN"
_EUROPEAN = "F01FUNDDEFFAXXX0000000000}{2:I103CUSTFRPPXXXXN"
# code, type, what stands there, what instead; \n as in the message
_FAULTS: tuple[tuple[str, str, str, str], ...] = (
    ("H01", "103", "{1:F01FUNDUS33AXXX0000000000}", "{1:F01FUNDUS33XXX0000000000}"),
    ("H03", "103", "{1:F01", "{1:Q01"),
    ("H10", "103", "{1:F01FUNDUS33A", "{1:F01FUNDXX33A"),
    ("H50", "103", "{2:I103CUSTUS33XXXXN}", "{2:X103CUSTUS33XXXXN}"),
    ("H52", "103", "CUSTUS33XXXXN}", "CUSTUS33XXXXU2}"),
    ("H98", "103", "{3:{121:", "{3:{108:A}{108:B}{121:"),
    ("K22", "541", ":22F::SETR//TRAD", ":22F::SETR//TRDA"),
    ("K24", "548", ":24B::PEND//LACK", ":24B::PEND//LAKC"),
    ("K25", "548", ":25D::SETT//PEND", ":25D::SETT//PENT"),
    ("K36", "541", ":36B::SETT//UNIT", ":36B::SETT//UNTI"),
    ("K90", "541", ":98A::TRAD//20261123\n", ":98A::TRAD//20261123\n:90A::DEAL//PRTC/99,\n"),
    ("K93", "535", ":93B::AGGR//UNIT", ":93B::AGGR//UNTI"),
    ("K94", "535", ":94F::SAFE//CUST", ":94F::SAFE//CUTS"),
    ("K23", "541", ":23G:NEWM", ":23G:NWEM"),
    ("E52", "541", ":95P::PSET//DTCYUS33\n", ":95P::PSET//DTCYUS33\n:97A::SAFE//SAFE1\n"),
    ("E63", "541", ":22F::SETR//TRAD\n", ":22F::SETR//TRAD\n:22F::FXCX//FXYE\n"),
    ("T56", "103", "1/ALPHA FUND\n2/1 MAIN ST\n", "2/1 MAIN ST\n1/ALPHA FUND\n"),
    ("iban", "103", ":59:/9876543210", ":59:/DE89370400440532013001"),
    ("nothing_moves", "541", ":36B::SETT//UNIT/1000,", ":36B::SETT//UNIT/0,"),
    ("period", "536", "20261101/20261124", "20261124/20261101"),
    ("U00", "103", "{3:{121:", "{3:{999:A}{121:"),
    ("U13", "103", "{3:{121:8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60}}", ""),
    ("V01", "103", "{4:", "{6:"),
    ("Z00", "103", "\n-}", "\n-}MORE"),
    ("trailer_order", "545", "\n-}", "\n-}{5:{PDM:}{CHK:ABCDEF123456}}"),
    ("header_output", "545", "CUSTUS33AXXX0012", "CUSTUS33XXXX0012"),
    ("service_tag", "ACK", "{177:2611231402}", ""),
    ("service_brace", "ACK", "{451:0}", "{451:1}{405:T13012{108:M}}"),
    ("no_table", "103", "{2:I103", "{2:I104"),
    ("M50", "103", ":70:INV 778\n", ":70:INV 778\n" + 300 * ":72:/INS/CUSTUS33 AND SO ON AND SO ON\n"),
    ("T08", "103", ":71A:SHA", ":71A:ALL"),
    ("T12", "541", "US0378331005", "US0378331006"),
    ("T13", "103", ":23B:CRED\n", ""),
    ("T14", "541", "SETT//USD190275,", "SETT//NUSD0,"),
    ("T17", "103", "BETA LLC\n", "BETA LLC\n\n"),
    ("T26", "103", ":20:PAY2611240001", ":20:PAY//2611240001"),
    ("T27", "541", "BRKRUS33", "BRKRQQ33"),
    ("T30", "103", "BETA LLC\n", "BETA LLC\n-LONDON\n"),
    ("T31", "103", "\n-}", ""),
    ("T32", "103", ":70:INV 778", ":70:INV @778"),
    ("T33", "103", ":20:PAY2611240001", ":20:PAY26112400010000001"),
    ("T36", "103", ":23B:CRED", ":23B:XXXX"),
    ("T38", "548", "20261124120000", "20261124250000"),
    ("T43", "103", ":32A:261124USD10000,", ":32A:261124USD10000"),
    ("T47", "103STP", ":23B:CRED\n", ":23B:CRED\n:23E:PHOB\n"),
    ("T50", "103", ":32A:261124", ":32A:261332"),
    ("T52", "103", ":32A:261124USD", ":32A:261124XQX"),
    ("T73", "541", ":95P::PSET//DTCYUS33", ":95C::PSET//QQ"),
    ("T87", "541", ":20C::SEME", ":20C:SEME"),
    ("T89", "541", ":98A::TRAD//", ":98A::XXXX//"),
    ("T92", "541", ":16S:FIAC\n", ""),
    ("C02", "103", ":71A:SHA\n", ":71A:OUR\n:71G:EUR5,\n"),
    ("C03", "541", "USD190275,", "USD190275,005"),
    ("C24", "940", ":86:FEE\n", ":86:FEE\n:86:MORE\n"),
    ("C27", "940", ":64:C261123EUR", ":64:C261123USD"),
    ("C50", "541", ":20C::TRRF//TRD2611230000042\n", ":20C::TRRF//TRD2611230000042\n:36B::PAIR//UNIT/10,\n"),
    ("C81", "103", ":57A:CHASUS33", ":56A:CHASUS33"),
    ("D03", "535", ":16R:SUBSAFE\n", ":16R:SUBSAFE\n:94F::SAFE//CUST/CUSTUS33\n"),
    ("D04", "535", ":94F::SAFE//CUST/CUSTUS33\n", ""),
    ("D05", "535", ":16R:SUBBAL\n:93B::AGGR//UNIT/100,\n", ":16R:SUBBAL\n"),
    ("D17", "103STP", ":59A:/12345678\nCUSTUS33", ":59A:CUSTUS33"),
    ("D19", "103STP", _AMERICAN, _EUROPEAN),
    ("D49", "103STP", _AMERICAN, _EUROPEAN),
    ("D50", "103", ":71A:SHA\n", ":71A:SHA\n:71G:USD5,\n"),
    ("D51", "103STP", ":71A:SHA\n", ":71A:SHA\n:71F:USD5,\n"),
    ("D75", "103", ":33B:USD10000,", ":33B:EUR9000,"),
    ("D97", "103", ":23B:CRED\n", ":23B:CRED\n:23E:SDVA/CALL\n"),
    ("E01", "103", ":23B:CRED\n", ":23B:SPRI\n:23E:CORT\n"),
    ("E02", "103", ":23B:CRED\n", ":23B:SSTD\n:23E:SDVA\n"),
    ("E03", "103", ":57A:", ":53D:BANK\n:57A:"),
    ("E04", "103", ":57A:", ":53B:NEW YORK\n:57A:"),
    ("E05", "103", ":57A:", ":54D:BANK\n:57A:"),
    ("E06", "103", ":57A:", ":55A:BANKUS33\n:57A:"),
    ("E07", "103", ":57A:", ":55D:BANK\n:57A:"),
    ("E08", "541", "NEWM", "CANC"),
    ("E09", "103", ":57A:CHASUS33", ":57B:NEW YORK"),
    ("E10", "103", ":59:/9876543210\n", ":59:"),
    ("E13", "103", ":71A:SHA\n", ":71A:OUR\n:71F:USD5,\n"),
    ("E15", "103", ":71A:SHA\n", ":71A:BEN\n"),
    ("E16", "103", ":57A:", ":56A:BANKUS33\n:57A:"),
    ("E17", "103", ":57A:", ":56D:BANK\n:57A:"),
    ("E18", "103", ":23B:CRED\n", ":23B:CRED\n:23E:CHQB\n"),
    ("E37", "548", ":24B::PEND", ":24B::PENF"),
    ("E44", "103", ":23B:CRED\n", ":23B:CRED\n:23E:TELI\n"),
    ("E45", "103REMIT", ":23B:CRED\n", ":23B:CRED\n:23E:TELE\n"),
    ("E46", "103", ":23B:CRED\n", ":23B:CRED\n:23E:SDVA\n:23E:SDVA\n"),
    ("E62", "541", ":19A::SETT//USD190275,\n", ":19A::SETT//USD190275,\n:92B::EXCH//EUR/USD/1,1\n"),
    ("E66", "535", ":17B::ACTI//Y", ":17B::ACTI//N"),
    ("E83", "541", _FEE, ""),
    ("E84", "541", _PSET, _PSET * 2),
    ("E85", "548", ":16S:SETTRAN\n", ":16R:SETPRTY\n:95P::PSET//DTCYUS33\n:16S:SETPRTY\n:16S:SETTRAN\n"),
    ("E86", "541", _AGENT, _AGENT.replace("DEAG", "DEI1") + _AGENT),
    ("E87", "541", _FEE, _FEE * 2),
    ("E88", "541", ":97A::SAFE//SAFE00123\n", ":97A::SAFE//SAFE00123\n:19A::SETT//USD1,\n"),
    ("E90", "541", ":16R:LINK\n", ":99B::TOSE//002\n:16R:LINK\n"),
    ("E91", "541", _AGENT, ""),
    ("E92", "545", ":19A::ESTT//USD190275,", ":19A::CHAR//USD25,"),
    ("E93", "545", _PSET, ""),
    ("balance", "940", ":62F:C261123EUR75,50", ":62F:C261123EUR75,51"),
    ("count", "942", "-}", _STATEMENT_942.replace("1EUR", "2EUR")),
    ("dev_header", "548", "{1:F01FUNDUS33AXXX0002000045}", "{1:F01FUNDUS33XXX0002000045}"),
    ("dev_end", "548", "\n-}", "\n"),
    ("dev_blank_line", "548", ":16R:LINK\n", "\n:16R:LINK\n"),
    ("dev_blanks", "548", ":16R:LINK\n", ":16R:LINK  \n"),
    ("dev_character", "548", "SHORT OF SHARES", "SHORT OF SH\u00c4RES"),
    ("dev_tag_case", "548", ":20C::RELA", ":20c::RELA"),
    ("dev_colon", "548", ":20C::RELA", ":20C:RELA"),
    ("dev_slash", "548", "::RELA//", "::RELA/"),
    ("dev_case", "548", "SETT//NUSD190275,", "SETT//usd190275,"),
    ("dev_decimal", "548", "USD190275,", "USD190,275.00"),
    ("dev_comma", "548", "USD190275,", "USD190275"),
    ("dev_date", "548", "::SETT//20261124", "::SETT//2026-11-24"),
    ("dev_isin", "548", ":35B:ISIN US", ":35B:ISINUS"),
    ("dev_block", "548", ":16S:REAS\n", ""),
)  # fmt: skip
# services the fault needs beside it
_SERVICE = {
    "E03": "SPRI",
    "E04": "SPRI",
    "E05": "SPRI",
    "E07": "SPRI",
    "E09": "SPRI",
    "E10": "SPRI",
}
_SERVICE |= {"E16": "SPRI", "E17": "SSTD"}


class Fault(NamedTuple):
    """A wrong message: the lines that make it wrong, and what is found."""

    type: str
    good: str
    wrong: str
    finding: Finding


def fault(code: str) -> Fault | None:
    """The fault that breaks a rule; None where no message shows it. LookupError if it does not."""
    row = next((row for row in _FAULTS if row[0] == code), None)
    if row is None:
        return None
    _, type_, old, new = row
    text = _ACK if type_ == "ACK" else example(type_)
    if code in _SERVICE:
        text = text.replace(":23B:CRED", f":23B:{_SERVICE[code]}")
    if old not in text:
        raise LookupError(f"{code}: {old!r} stands not in MT{type_}")
    found = _findings(text.replace(old, new, 1), code)
    if not found:
        raise LookupError(f"{code}: not found in MT{type_} with {new!r} for {old!r}")
    return Fault(type_, old, new, found[0])


def _findings(text: str, code: str) -> list[Finding]:
    raw = text.encode("latin-1")
    every = fin.check_bytes(raw)
    if code in DEVIATIONS:
        every = list(fin_tolerant.mend(raw).deviations)
    return [finding for finding in every if finding.rule == code]
