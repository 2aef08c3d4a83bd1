"""Good FIN messages, one or more of each type that is checked by mutation."""

from __future__ import annotations

from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
_UETR = "{3:{121:8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60}}"


def sent(type_: str, body: str, user: str = "") -> bytes:
    """A message to the network."""
    lines = body.strip("\n").replace("\n", "\r\n")
    head = f"{{1:F01FUNDUS33AXXX0000000000}}{{2:I{type_}CUSTUS33XXXXN}}{user}"
    return f"{head}{{4:\r\n{lines}\r\n-}}".encode()


def delivered(type_: str, body: str) -> bytes:
    """A message from the network."""
    lines = body.strip("\n").replace("\n", "\r\n")
    out = f"{{2:O{type_}1530261124CUSTUS33AXXX00123456782611241030N}}"
    return f"{{1:F01FUNDUS33AXXX0002000045}}{out}{{4:\r\n{lines}\r\n-}}".encode()


_PAYMENT = """
:20:PAY2611240001
:23B:CRED
:32A:261124USD10000,
:33B:USD10000,
:50F:/1234567890
1/ALPHA FUND
2/1 MAIN ST
3/US/NEW YORK,NY 10001
:57A:CHASUS33
:59:/9876543210
BETA LLC
2 SIDE ST CHICAGO
:70:INV 778
:71A:SHA
"""
_TRANSFER = """
:20:PAY2611240002
:21:TRADE42
:32A:261124EUR250000,5
:53A:/D/123456
FUNDDEFF
:57A:CUSTDEFF
:58A:/987654321
BRKRDEFF
:72:/INS/FUNDUS33
"""
_INSTRUCTION = """
:16R:GENL
:20C::SEME//SI20261123000001
:23G:NEWM
:98A::PREP//20261123
:16R:LINK
:20C::TRRF//TRD2611230000042
:16S:LINK
:16S:GENL
:16R:TRADDET
:98A::SETT//20261124
:98A::TRAD//20261123
:35B:ISIN US0378331005
APPLE INC COM
:16S:TRADDET
:16R:FIAC
:36B::SETT//UNIT/1000,
:97A::SAFE//SAFE00123
:16S:FIAC
:16R:SETDET
:22F::SETR//TRAD
:16R:SETPRTY
:95P::{party}//BRKRUS33
:16S:SETPRTY
:16R:SETPRTY
:95R::{agent}/DTCYID/00009911
:16S:SETPRTY
:16R:SETPRTY
:95P::PSET//DTCYUS33
:16S:SETPRTY
{amount}:16S:SETDET
"""
_AMOUNT = """:16R:AMT
:19A::{what}//USD190275,
:16S:AMT
"""
_CONFIRMATION = """
:16R:GENL
:20C::SEME//C0000778812
:23G:NEWM
:98C::PREP//20261124160500
:22F::PARS//PAIN
:16R:LINK
:13A::LINK//541
:20C::RELA//SI20261123000001
:16S:LINK
:16S:GENL
:16R:TRADDET
:98A::SETT//20261124
:98A::ESET//20261124
:35B:ISIN US0378331005
:16S:TRADDET
:16R:FIAC
:36B::ESTT//UNIT/600,
:36B::RSTT//UNIT/400,
:97A::SAFE//SAFE00123
:16S:FIAC
:16R:SETDET
:22F::SETR//TRAD
:16R:SETPRTY
:95P::{party}//BRKRUS33
:16S:SETPRTY
:16R:SETPRTY
:95P::{agent}//DTCYUS33
:16S:SETPRTY
:16R:SETPRTY
:95P::PSET//DTCYUS33
:16S:SETPRTY
{amount}:16S:SETDET
"""
_STATUS = """
:16R:GENL
:20C::SEME//C0000778813
:23G:INST
:98C::PREP//20261124120000
:16R:LINK
:20C::RELA//SI20261123000001
:16S:LINK
:16R:STAT
:25D::SETT//PEND
:16R:REAS
:24B::PEND//LACK
:70D::REAS//SHORT OF SHARES
:16S:REAS
:16S:STAT
:16S:GENL
:16R:SETTRAN
:35B:ISIN US0378331005
:36B::SETT//UNIT/1000,
:19A::SETT//NUSD190275,
:97A::SAFE//SAFE00123
:22F::SETR//TRAD
:22H::REDE//RECE
:22H::PAYM//APMT
:98A::SETT//20261124
:16S:SETTRAN
"""
_HOLDINGS = """
:16R:GENL
:28E:1/ONLY
:20C::SEME//H1
:23G:NEWM
:98A::STAT//20261124
:22F::SFRE//DAIL
:22F::CODE//COMP
:22F::STTY//CUST
:22F::STBA//SETT
:97A::SAFE//SAFE1
:17B::ACTI//Y
:17B::CONS//N
:16S:GENL
:16R:SUBSAFE
:16R:FIN
:35B:ISIN US0378331005
:93B::AGGR//UNIT/100,
:16R:SUBBAL
:93B::AGGR//UNIT/100,
:93B::AVAI//UNIT/100,
:94F::SAFE//CUST/CUSTUS33
:16S:SUBBAL
:16S:FIN
:16S:SUBSAFE
"""
_STATEMENT = """
:20:ST1
:25:12345678
:28C:1/1
:60F:C261123EUR100,
:61:2611231123D30,NTRFNONREF
:86:FEE
:61:2611231123C5,50NTRFNONREF//BANK1
:62F:C261123EUR75,50
:64:C261123EUR75,50
:86:END OF DAY
"""
_BANK_STATEMENT = "\n".join(line for line in _STATEMENT.splitlines() if not line.startswith(":86:"))

_SIDES = {"540": "RECE", "541": "RECE", "542": "DELI", "543": "DELI"}
_PARTIES = {"RECE": {"party": "SELL", "agent": "DEAG"}, "DELI": {"party": "BUYR", "agent": "REAG"}}


def _settlement(type_: str) -> bytes:
    confirms = type_ >= "544"
    instructed = str(int(type_) - 4) if confirms else type_
    against = instructed in ("541", "543")
    what = "ESTT" if confirms else "SETT"
    amount = _AMOUNT.format(what=what) if against else ""
    body = (_CONFIRMATION if confirms else _INSTRUCTION).format(
        amount=amount, **_PARTIES[_SIDES[instructed]]
    )
    return (delivered if confirms else sent)(type_, body)


SAMPLES: dict[str, bytes] = {
    "103": sent("103", _PAYMENT, _UETR),
    "202": sent("202", _TRANSFER, _UETR),
    **{str(t): _settlement(str(t)) for t in range(540, 548)},
    "548": delivered("548", _STATUS),
    "535": delivered("535", _HOLDINGS),
    "940": delivered("940", _STATEMENT),
    "950": delivered("950", _BANK_STATEMENT),
    **{
        f"{path.parent.name} {path.stem}": path.read_bytes()
        for path in sorted(GOLDEN.glob("mt*/*.fin"))
    },
}
