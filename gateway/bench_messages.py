"""`make bench`: messages read, judged and built, beside a yardstick measured in the same run.

One thread, warm, no two messages of a kind alike. Each figure is the median of its rounds, alternated with
its yardstick: `bytes.split` of the same text into lines for MT, libxml2 alone for XML. The ratio holds on
another machine, the absolute does not; the aims are those of a machine of two cores.
"""

from __future__ import annotations

import dataclasses
import io
import json
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from lxml import etree

import builders.fin
import builders.mx
import parsers
from gateway.bench import machine
from gateway.schema_store import installed_schemas
from parsers import fin, mx, mx_entries, mx_stream
from schemas.instruction import Instruction, Payment, Wire
from schemas.mx.outline import Outline

ROUNDS = 5
SECONDS = 0.25  # of one round
MESSAGES = 1_000  # of a kind
LONG_MESSAGES = 150  # statements, of which each is many lines
ENTRIES = 5_000  # of a report that is streamed
REPORT = "camt.053.001.08"
START = date(2026, 1, 5)
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Work = Callable[[Any], object]

_SETTLEMENT_PLACES = (
    "GENL/20C SEME",
    "TRADDET/98A SETT",
    "TRADDET/98A TRAD",
    "TRADDET/35B",
    "FIAC/36B {quantity}",
    "FIAC/97A SAFE",
    "SETDET/22F SETR",
    "SETDET/SETPRTY/95R DEAG",
    "SETDET/SETPRTY/95P PSET",
    "SETDET/AMT/19A {amount}",
)
PLACES: dict[str, tuple[str, ...]] = {
    "103": ("20", "23B", "32A", "33B", "50K", "52A", "57A", "59", "70", "71A"),
    "541": tuple(p.format(quantity="SETT", amount="SETT") for p in _SETTLEMENT_PLACES),
    "545": tuple(p.format(quantity="ESTT", amount="ESTT") for p in _SETTLEMENT_PLACES),
    "940": ("20", "25", "28C", "60F", "61", "86", "62F", "64", "61", "86"),
    "535": (
        "GENL/28E",
        "GENL/20C SEME",
        "GENL/98A STAT",
        "GENL/97A SAFE",
        "GENL/17B ACTI",
        "SUBSAFE/FIN/35B",
        "SUBSAFE/FIN/93B AGGR",
        "SUBSAFE/FIN/SUBBAL/93B AGGR",
        "SUBSAFE/FIN/SUBBAL/94F SAFE",
        "SUBSAFE/FIN/19A HOLD",
    ),
    "pacs.008": tuple(
        f"FIToFICstmrCdtTrf/{path}"
        for path in (
            "GrpHdr/MsgId",
            "GrpHdr/NbOfTxs",
            "CdtTrfTxInf/PmtId/InstrId",
            "CdtTrfTxInf/PmtId/UETR",
            "CdtTrfTxInf/IntrBkSttlmAmt",
            "CdtTrfTxInf/IntrBkSttlmDt",
            "CdtTrfTxInf/ChrgBr",
            "CdtTrfTxInf/Dbtr/Nm",
            "CdtTrfTxInf/Cdtr/Nm",
            "CdtTrfTxInf/CdtrAgt/FinInstnId/BICFI",
        )
    ),
    "sese.023": tuple(
        f"SctiesSttlmTxInstr/{path}"
        for path in (
            "TxId",
            "SttlmTpAndAddtlParams/SctiesMvmntTp",
            "SttlmTpAndAddtlParams/Pmt",
            "TradDtls/TradDt/Dt/Dt",
            "TradDtls/SttlmDt/Dt/Dt",
            "FinInstrmId/ISIN",
            "QtyAndAcctDtls/SttlmQty/Qty/Unit",
            "QtyAndAcctDtls/SfkpgAcct/Id",
            "SttlmAmt/Amt",
            "SttlmAmt/CdtDbtInd",
        )
    ),
    "sese.025": tuple(
        f"SctiesSttlmTxConf/{path}"
        for path in (
            "TxIdDtls/AcctOwnrTxId",
            "TxIdDtls/AcctSvcrTxId",
            "TxIdDtls/SctiesMvmntTp",
            "TxIdDtls/Pmt",
            "TradDtls/FctvSttlmDt/Dt/Dt",
            "FinInstrmId/ISIN",
            "QtyAndAcctDtls/SttldQty/Qty/Unit",
            "QtyAndAcctDtls/SfkpgAcct/Id",
            "SttldAmt/Amt",
            "SttldAmt/CdtDbtInd",
        )
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One figure: what is done to which messages, beside what, and what is aimed at."""

    name: str
    aim: int  # messages a second
    work: Work
    inputs: Sequence[Any]
    yardstick: Work | None = None
    units: int = 1  # in one input, which are counted instead


@dataclass(frozen=True, slots=True)
class Measured:
    """Messages a second, and of the yardstick on the same bytes; 0 where there is none."""

    name: str
    aim: int
    rate: float
    yardstick: float


def cases() -> list[Case]:
    """Every figure; each of its messages is right but for its length, or this stops."""
    rng = random.Random(4)
    schemas = installed_schemas()
    mt = {type_: _texts(type_, rng) for type_ in ("103", "541", "545", "940", "535")}
    orders = [_order(rng, n) for n in range(MESSAGES)]
    payments = [_payment(rng, n) for n in range(MESSAGES)]
    xml = {
        "pacs.008": [builders.mx.write("pacs.008", p, _wire(n)) for n, p in enumerate(payments)],
        "sese.023": [builders.mx.write("sese.023", o, _wire(n)) for n, o in enumerate(orders)],
        "sese.025": [_confirmation(rng, n) for n in range(MESSAGES)],
    }
    for raw in (texts[0] for texts in (*mt.values(), *xml.values())):
        wrong = [
            f for f in parsers.check(raw, schemas) if f.severity == "error" and f.rule != "M50"
        ]
        if wrong:
            raise ValueError(f"a message of the bench is wrong: {wrong[0]}")
    wired = [(order, _wire(n)) for n, order in enumerate(orders)]

    def validated(raw: bytes) -> object:
        message = mx.read(raw)
        assert message.document is not None and message.message_id is not None
        return schemas.check(message.document, message.message_id)

    def judged(places: tuple[str, ...]) -> Work:
        def work(raw: bytes) -> object:
            message, found = parsers.judged(raw, schemas)
            assert message is not None
            return found, [message[place].value for place in places]

        return work

    aims = {"103": 50_000, "541": 25_000, "545": 25_000, "940": 7_000, "535": 2_000}
    found = [
        Case(f"MT{type_} read, ten fields typed", aim, _typed(PLACES[type_]), mt[type_], _split)
        for type_, aim in aims.items()
    ]
    found.append(Case("MT541 read and judged", 8_000, fin.check_bytes, mt["541"], _split))
    for name, texts in xml.items():
        found.append(Case(f"{name} read and schema", 15_000, validated, texts, etree.fromstring))
        found.append(
            Case(f"{name} judged, ten typed", 5_000, judged(PLACES[name]), texts, etree.fromstring)
        )
    found.append(Case("MT541 built", 60_000, lambda x: builders.fin.write("mt541", *x), wired))
    found.append(Case("sese.023 built", 60_000, lambda x: builders.mx.write("sese.023", *x), wired))
    report = _report(rng, ENTRIES)
    decoded = _decoded(schemas.outline(REPORT), None)
    checked = _decoded(schemas.outline(REPORT), schemas.schema(REPORT))
    for name, aim, work in (
        ("decoded", 25_000, decoded),
        ("decoded, with schema", 15_000, checked),
    ):
        found.append(Case(f"camt.053 entry {name}", aim, work, [report], etree.fromstring, ENTRIES))
    return found


def run(rounds: int = ROUNDS, seconds: float = SECONDS) -> list[Measured]:
    """Every figure measured, medians over the rounds."""
    return [_measured(case, rounds, seconds) for case in cases()]


def report(found: Sequence[Measured]) -> str:
    """The figures for a person, aims beside them."""
    lines = [f"messages, one thread; {machine()}\n"]
    lines.append(f"{'':34}{'a second':>10}{'aim':>9}{'':>7}{'yardstick':>11}{'ratio':>7}\n")
    for each in found:
        met = "" if each.rate >= each.aim else f"{each.rate / each.aim:.0%}"
        beside = (
            f"{each.yardstick:>11,.0f}{each.rate / each.yardstick:>7.2f}" if each.yardstick else ""
        )
        lines.append(f"{each.name:34}{each.rate:>10,.0f}{each.aim:>9,}{met:>7}{beside}\n")
    return "".join(lines)


def _measured(case: Case, rounds: int, seconds: float) -> Measured:
    _rate(case.work, case.inputs, seconds)
    rates, beside = [], []
    for _ in range(rounds):
        if case.yardstick is not None:
            beside.append(_rate(case.yardstick, case.inputs, seconds / 2) * case.units)
        rates.append(_rate(case.work, case.inputs, seconds) * case.units)
    yardstick = statistics.median(beside) if beside else 0.0
    return Measured(case.name, case.aim, statistics.median(rates), yardstick)


def _rate(work: Work, inputs: Sequence[Any], seconds: float) -> float:
    """How many a second, over at least one pass."""
    done, began = 0, time.perf_counter()
    until = began + seconds
    while True:
        for each in inputs[:100] if done == 0 else inputs:
            work(each)
        done += min(100, len(inputs)) if done == 0 else len(inputs)
        now = time.perf_counter()
        if now >= until:
            return done / (now - began)


def _split(raw: bytes) -> object:
    return raw.split(b"\r\n")


def _typed(places: tuple[str, ...], schemas: Any = None) -> Work:
    def read(raw: bytes) -> object:
        message = parsers.read(raw, schemas)
        return [message[place].value for place in places]

    return read


def _decoded(known: Outline | None, schema: etree.XMLSchema | None) -> Work:
    def work(raw: bytes) -> object:
        decoder, last = mx_entries.Decoder(known), None
        for event in mx_stream.events(io.BytesIO(raw), REPORT, schema):
            if isinstance(event, mx_stream.Unit):
                last = decoder.values(event.node)
        return last

    return work


def _report(rng: random.Random, count: int) -> bytes:
    """A statement of so many entries, which add up."""
    amounts = [rng.randrange(100, 10**9) for _ in range(count)]
    entries = "".join(_entry(n, amount) for n, amount in enumerate(amounts))
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="USD">{Decimal(total) / 100}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        "<Dt><Dt>2026-11-24</Dt></Dt></Bal>"
        for code, total in (("OPBD", 0), ("CLBD", sum(amounts)))
    )
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{REPORT}"><BkToCstmrStmt><GrpHdr>'
        "<MsgId>S1</MsgId><CreDtTm>2026-11-24T18:00:00Z</CreDtTm></GrpHdr><Stmt><Id>1</Id><Acct><Id>"
        f"<Othr><Id>CASH1</Id></Othr></Id></Acct>{balances}{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _entry(n: int, cents: int) -> str:
    amount = f'<Amt Ccy="USD">{Decimal(cents) / 100}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    return (
        f"<Ntry><NtryRef>{n}</NtryRef>{amount}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-24</Dt>"
        f"</BookgDt><ValDt><Dt>2026-11-24</Dt></ValDt><AcctSvcrRef>B{n:010d}</AcctSvcrRef><BkTxCd><Domn>"
        "<Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls>"
        f"<TxDtls><Refs><EndToEndId>E{n:012d}</EndToEndId></Refs>{amount}<RltdPties><Dbtr><Pty>"
        f"<Nm>Buyer {n}</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>{n:010d}</Id></Othr></Id></DbtrAcct>"
        f"</RltdPties><RmtInf><Ustrd>Invoice {n}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )


def _wire(n: int) -> Wire:
    return Wire(seme=f"SI{n:014d}", prep=AT, sender="FUNDUS33", receiver="CUSTUS33")


def _order(rng: random.Random, n: int) -> Instruction:
    day = START + timedelta(days=7 * rng.randrange(50))
    return Instruction.model_validate(
        {
            "reference": f"TRD{n:010d}",
            "direction": "RECE",
            "payment": "APMT",
            "trade_date": day.isoformat(),
            "settle_date": (day + timedelta(days=1)).isoformat(),
            "isin": "US0378331005",
            "quantity": {"value": str(rng.randrange(1, 100_000))},
            "safekeeping_account": f"SAFE{n:06d}",
            "pset": "DTCYUS33",
            "deag": {"dss": {"issuer": "DTCY", "id": f"{rng.randrange(10**8):08d}"}},
            "sell": {"bic": "BRKRUS33"},
            "settlement_amount": {"currency": "USD", "value": f"{rng.randrange(100, 10**9)}.25"},
        }
    )


def _payment(rng: random.Random, n: int) -> Payment:
    address = {"town": "New York", "country": "US"}
    return Payment.model_validate(
        {
            "kind": "customer",
            "reference": f"PAY{n:010d}",
            "uetr": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            "value_date": "2026-11-24",
            "amount": {"currency": "USD", "value": f"{rng.randrange(1, 10**8)}.50"},
            "debtor": {"name": f"Fund {n}", "account": f"{n:010d}", "address": address},
            "creditor": {"name": f"Buyer {n}", "account": f"{n:011d}", "address": address},
            "creditor_agent": "CHASUS33",
            "remittance": f"Invoice {n}",
        }
    )


def _texts(type_: str, rng: random.Random) -> list[bytes]:
    count = LONG_MESSAGES if type_ in ("940", "535") else MESSAGES
    return [_head(type_, n) + _BODIES[type_](rng, n).encode() + b"-}" for n in range(count)]


def _head(type_: str, n: int) -> bytes:
    to = f"O{type_}1530261124CUSTUS33AXXX0012{n:06d}2611241030N"
    if type_ in ("103", "541"):
        to = f"I{type_}CUSTUS33XXXXN"
    user = f"{{3:{{121:{uuid.UUID(int=n, version=4)}}}}}" if type_ == "103" else ""
    head = f"{{1:F01FUNDUS33AXXX0002{n:06d}}}{{2:{to}}}{user}{{4:\r\n"
    return head.encode()


def _lines(text: str) -> str:
    return text.lstrip("\n").replace("\n", "\r\n")


def _transfer(rng: random.Random, n: int) -> str:
    amount = f"USD{rng.randrange(1, 10**7)},{rng.randrange(1, 100):02d}"
    return _lines(f"""
:20:PAY{n:010d}
:23B:CRED
:32A:261124{amount}
:33B:{amount}
:50K:/{n:010d}
ALPHA FUND {n}
1 MAIN ST NEW YORK
:52A:FUNDUS33
:57A:CHASUS33
:59:/{n:011d}
BETA {n} LLC
2 SIDE ST CHICAGO
:70:INVOICE {n}
:71A:SHA
""")


def _settlement(rng: random.Random, n: int, confirms: bool = False) -> str:
    what, relation = ("ESTT", "RELA") if confirms else ("SETT", "TRRF")
    day = START + timedelta(days=rng.randrange(300))
    effective = f":98A::ESET//{day:%Y%m%d}\n" if confirms else ""
    return _lines(f"""
:16R:GENL
:20C::SEME//SI{n:014d}
:23G:NEWM
:98A::PREP//{day:%Y%m%d}
:16R:LINK
:20C::{relation}//TRD{n:010d}
:16S:LINK
:16S:GENL
:16R:TRADDET
:98A::SETT//{day:%Y%m%d}
:98A::TRAD//{day:%Y%m%d}
{effective}:35B:ISIN US0378331005
APPLE INC COM
:16S:TRADDET
:16R:FIAC
:36B::{what}//UNIT/{rng.randrange(1, 10**6)},
:97A::SAFE//SAFE{n:06d}
:16S:FIAC
:16R:SETDET
:22F::SETR//TRAD
:16R:SETPRTY
:95P::SELL//BRKRUS33
:16S:SETPRTY
:16R:SETPRTY
:95R::DEAG/DTCYID/{n:08d}
:16S:SETPRTY
:16R:SETPRTY
:95P::PSET//DTCYUS33
:16S:SETPRTY
:16R:AMT
:19A::{what}//USD{rng.randrange(1, 10**8)},25
:16S:AMT
:16S:SETDET
""")


def _statement(rng: random.Random, n: int) -> str:
    amounts = [Decimal(rng.randrange(1, 10**7)) / 100 for _ in range(40)]
    marks = [rng.choice("CD") for _ in amounts]
    total = sum(a if m == "C" else -a for a, m in zip(amounts, marks, strict=True))
    closing = f"{'C' if total >= 0 else 'D'}261124EUR{_comma(abs(Decimal(total)))}"
    lines = "".join(
        f":61:2611241124{mark}{_comma(amount)}NTRFREF{n:05d}{i:03d}//B{n:05d}{i:03d}\n:86:PAYMENT {i}\n"
        for i, (amount, mark) in enumerate(zip(amounts, marks, strict=True))
    )
    head = f":20:ST{n:08d}\n:25:{n:010d}\n:28C:{n + 1}/1\n:60F:C261123EUR0,\n"
    return _lines(f"{head}{lines}:62F:{closing}\n:64:{closing}\n")


def _comma(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def _holdings(rng: random.Random, n: int) -> str:
    each = "".join(
        ":16R:FIN\n:35B:ISIN US0378331005\n"
        f":93B::AGGR//UNIT/{quantity},\n:16R:SUBBAL\n:93B::AGGR//UNIT/{quantity},\n"
        f":93B::AVAI//UNIT/{quantity},\n:94F::SAFE//CUST/CUSTUS33\n:16S:SUBBAL\n"
        f":19A::HOLD//USD{quantity * 3},25\n:16S:FIN\n"
        for quantity in (rng.randrange(1, 10**6) for _ in range(50))
    )
    return _lines(f"""
:16R:GENL
:28E:1/ONLY
:20C::SEME//H{n:010d}
:23G:NEWM
:98A::STAT//20261124
:22F::SFRE//DAIL
:22F::CODE//COMP
:22F::STTY//CUST
:22F::STBA//SETT
:97A::SAFE//SAFE{n:06d}
:17B::ACTI//Y
:17B::CONS//N
:16S:GENL
:16R:SUBSAFE
{each}:16S:SUBSAFE
""")


_BODIES: dict[str, Callable[[random.Random, int], str]] = {
    "103": _transfer,
    "541": _settlement,
    "545": lambda rng, n: _settlement(rng, n, True),
    "940": _statement,
    "535": _holdings,
}


def _confirmation(rng: random.Random, n: int) -> bytes:
    day = START + timedelta(days=rng.randrange(300))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:sese.025.001.11"><SctiesSttlmTxConf>'
        f"<TxIdDtls><AcctOwnrTxId>SI{n:014d}</AcctOwnrTxId><AcctSvcrTxId>C{n:010d}</AcctSvcrTxId>"
        "<SctiesMvmntTp>RECE</SctiesMvmntTp><Pmt>APMT</Pmt></TxIdDtls>"
        f"<TradDtls><TradDt><Dt><Dt>{day}</Dt></Dt></TradDt><SttlmDt><Dt><Dt>{day}</Dt></Dt></SttlmDt>"
        f"<FctvSttlmDt><Dt><Dt>{day}</Dt></Dt></FctvSttlmDt></TradDtls>"
        "<FinInstrmId><ISIN>US0378331005</ISIN></FinInstrmId><QtyAndAcctDtls><SttldQty><Qty>"
        f"<Unit>{rng.randrange(1, 10**6)}</Unit></Qty></SttldQty>"
        f"<SfkpgAcct><Id>SAFE{n:06d}</Id></SfkpgAcct></QtyAndAcctDtls>"
        "<SttlmParams><SctiesTxTp><Cd>TRAD</Cd></SctiesTxTp></SttlmParams>"
        "<DlvrgSttlmPties><Dpstry><Id><AnyBIC>DTCYUS33</AnyBIC></Id></Dpstry></DlvrgSttlmPties>"
        f'<SttldAmt><Amt Ccy="USD">{rng.randrange(1, 10**8)}.25</Amt>'
        "<CdtDbtInd>DBIT</CdtDbtInd></SttldAmt></SctiesSttlmTxConf></Document>\n"
    ).encode()


def main(as_json: bool) -> None:
    """Measures and prints."""
    found = run()
    if as_json:
        told = {"machine": machine(), "messages": [dataclasses.asdict(each) for each in found]}
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        sys.stdout.write(report(found))
    sys.stdout.flush()
