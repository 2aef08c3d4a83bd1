"""The messages a custodian writes: MT548, 544-547, 900, 910, sese.024, 025, 027, 031, camt.054."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from simulators import fin, mx
from simulators.custody_orders import DIRECTIONS, Order

_TYPES = {pair: type_ for type_, pair in DIRECTIONS.items()}
SESE_024, SESE_025 = "sese.024.001.12", "sese.025.001.11"
SESE_027, SESE_031 = "sese.027.001.07", "sese.031.001.09"
CAMT_054 = "camt.054.001.08"
_UNITS = {"UNIT": "Unit", "FAMT": "FaceAmt", "AMOR": "AmtsdVal"}


@dataclass(frozen=True, slots=True)
class Standing:
    """One status: axis and code as in 25D, and its reason with words."""

    axis: str
    code: str
    reason: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom, under which reference, when, in which local time."""

    sender: str
    receiver: str
    reference: str
    at: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Part:
    """What settles now, what had settled, and the amount of now (zero when free)."""

    quantity: Decimal
    before: Decimal
    after: Decimal
    amount: Decimal
    effective_on: date
    market_reference: str

    @property
    def mark(self) -> str:
        """PAIN while something stays open, PARC for the last of several, else nothing."""
        if self.after:
            return "PAIN"
        return "PARC" if self.before else ""


@dataclass(frozen=True, slots=True)
class Payment:
    """One movement of a cash account."""

    account: str
    currency: str
    amount: Decimal
    credit: bool
    value_on: date
    related: str
    uetr: str = ""
    reversal: bool = False


def comma(number: Decimal) -> str:
    """With a decimal comma and no needless zeros."""
    text = format(number, "f")
    whole, _, part = text.partition(".")
    return f"{whole},{part.rstrip('0')}"


def plain(number: Decimal) -> str:
    """With a decimal point where it needs one."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def _prepared(envelope: Envelope) -> str:
    return f":98C::PREP//{envelope.at.astimezone(envelope.zone):%Y%m%d%H%M%S}"


def write_fin(envelope: Envelope, type_: str, lines: list[str]) -> bytes:
    """The message in its blocks."""
    return fin.input_message(envelope.sender, envelope.receiver, type_, envelope.reference, lines)


def _status_lines(standings: Sequence[Standing]) -> list[str]:
    lines: list[str] = []
    for s in standings:
        lines += ["16R:STAT", f"25D::{s.axis}//{s.code}"]
        if s.reason:
            lines += ["16R:REAS", f"24B::{s.code}//{s.reason}"]
            if s.words:
                lines.append(f"70D::REAS//{s.words[:35].upper()}")
            lines.append("16S:REAS")
        lines.append("16S:STAT")
    return [f":{line}" for line in lines]


def mt548(
    envelope: Envelope, related: str, standings: Sequence[Standing], order: Order | None, type_: str
) -> bytes:
    """Status of an instruction (INST, with its details), or of a cancellation (CAST, no order)."""
    lines = [
        ":16R:GENL",
        f":20C::SEME//{envelope.reference}",
        ":23G:INST" if order else ":23G:CAST",
        _prepared(envelope),
        ":16R:LINK",
        f":13A::LINK//{type_[2:]}",
        f":20C::RELA//{related}",
        ":16S:LINK",
        *_status_lines(standings),
        ":16S:GENL",
    ]
    return write_fin(envelope, "548", lines + (_transaction(order) if order else []))


def _transaction(order: Order) -> list[str]:
    lines = [
        ":16R:SETTRAN",
        f":35B:ISIN {order.isin}",
        f":36B::SETT//{order.unit}/{comma(order.quantity)}",
    ]
    if order.payment == "APMT":
        sign = "N" if order.direction == "RECE" else ""
        lines.append(f":19A::SETT//{sign}{order.currency}{comma(order.amount)}")
    lines += [
        f":97A::SAFE//{order.account}",
        f":22F::SETR//{order.transaction}",
        f":22H::REDE//{order.direction}",
        f":22H::PAYM//{order.payment}",
        f":98A::SETT//{order.settle_on:%Y%m%d}",
    ]
    if order.agent:
        lines += [":16R:SETPRTY", *order.agent.split("\n"), ":16S:SETPRTY"]
    return [*lines, ":16S:SETTRAN"]


def mt54x(envelope: Envelope, order: Order, part: Part) -> bytes:
    """Confirmation of a part or the whole: MT544 to MT547."""
    lines = [":16R:GENL", f":20C::SEME//{envelope.reference}", ":23G:NEWM", _prepared(envelope)]
    if part.mark:
        lines.append(f":22F::PARS//{part.mark}")
    lines += [
        ":16R:LINK",
        f":20C::RELA//{order.reference}",
        ":16S:LINK",
        ":16S:GENL",
        ":16R:TRADDET",
        f":98A::SETT//{order.settle_on:%Y%m%d}",
    ]
    if order.trade_on:
        lines.append(f":98A::TRAD//{order.trade_on:%Y%m%d}")
    lines += [
        f":98A::ESET//{part.effective_on:%Y%m%d}",
        f":35B:ISIN {order.isin}",
        ":16S:TRADDET",
        ":16R:FIAC",
        f":36B::ESTT//{order.unit}/{comma(part.quantity)}",
    ]
    if part.mark:
        lines += [
            f":36B::PSTT//{order.unit}/{comma(part.before)}",
            f":36B::RSTT//{order.unit}/{comma(part.after)}",
        ]
    lines += [
        f":97A::SAFE//{order.account}",
        ":16S:FIAC",
        ":16R:SETDET",
        f":22F::SETR//{order.transaction}",
    ]
    for party in (order.agent, order.place):
        if party:
            lines += [":16R:SETPRTY", *party.split("\n"), ":16S:SETPRTY"]
    if order.payment == "APMT":
        lines += [
            ":16R:AMT",
            f":19A::ESTT//{order.currency}{comma(part.amount)}",
            f":98A::VALU//{part.effective_on:%Y%m%d}",
            ":16S:AMT",
        ]
    lines.append(":16S:SETDET")
    type_ = str(int(_TYPES[order.direction, order.payment]) + 4)
    return write_fin(envelope, type_, lines)


def mt900(envelope: Envelope, payment: Payment) -> bytes:
    """Debit (MT900) or credit (MT910) of a cash account."""
    lines = [
        f":20:{envelope.reference}",
        f":21:{payment.related[:16] or 'NONREF'}",
        f":25:{payment.account}",
        f":32A:{payment.value_on:%y%m%d}{payment.currency}{comma(payment.amount)}",
    ]
    if payment.credit:
        lines.append(f":52A:{envelope.sender}")
    if payment.reversal:
        lines.append(":72:/RVSL/")
    return write_fin(envelope, "910" if payment.credit else "900", lines)


# ISO 20022

_REASONED = {  # axis and code: element path of the status
    ("IPRC", "PACK"): "PrcgSts/AckdAccptd",
    ("IPRC", "PPRC"): "PrcgSts/PdgPrcg",
    ("IPRC", "REJT"): "PrcgSts/Rjctd",
    ("IPRC", "REPR"): "PrcgSts/Rpr",
    ("IPRC", "CAND"): "PrcgSts/Canc",
    ("INMH", "MACH"): "IfrrdMtchgSts/Mtchd",
    ("INMH", "NMAT"): "IfrrdMtchgSts/Umtchd",
    ("MTCH", "MACH"): "MtchgSts/Mtchd",
    ("MTCH", "NMAT"): "MtchgSts/Umtchd",
    ("SETT", "PEND"): "SttlmSts/Pdg",
    ("SETT", "PENF"): "SttlmSts/Flng",
    ("CPRC", "PACK"): "PrcgSts/AckdAccptd",
    ("CPRC", "CANP"): "PrcgSts/PdgCxl",
    ("CPRC", "CAND"): "PrcgSts/Canc",
    ("CPRC", "DEND"): "PrcgSts/Dnd",
    ("CPRC", "REJT"): "PrcgSts/Rjctd",
    ("TPRC", "COMP"): "PrcgSts/Cmpltd",
    ("TPRC", "DEND"): "PrcgSts/Dnd",
    ("TPRC", "REJT"): "PrcgSts/Rjctd",
}
_ORDER = ("PrcgSts", "IfrrdMtchgSts", "MtchgSts", "SttlmSts")
_BARE = {"Mtchd", "Cmpltd"}  # statuses that carry no reason here


def _status(s: Standing) -> tuple[str, str]:
    axis, _, name = _REASONED[s.axis, s.code].partition("/")
    if name in _BARE:
        return axis, f"<{axis}><{name}/></{axis}>"
    if not s.reason:
        return axis, mx.element(axis, mx.element(name, "<NoSpcfdRsn>NORE</NoSpcfdRsn>"))
    code = mx.element("Cd", mx.value("Cd", s.reason))
    return axis, mx.element(
        axis, mx.element(name, mx.element("Rsn", code, mx.value("AddtlRsnInf", s.words)))
    )


def _statuses(standings: Sequence[Standing]) -> str:
    found = dict(_status(s) for s in standings)
    return "".join(found[axis] for axis in _ORDER if axis in found)


def write_mx(envelope: Envelope, type_: str, content: str) -> bytes:
    """The Document in its header and DataPDU."""
    return mx.business_message(
        envelope.sender, envelope.receiver, envelope.reference, type_, content, envelope.at
    )


def sese_024(
    envelope: Envelope, order: Order, servicer: str, standings: Sequence[Standing]
) -> bytes:
    """Status of an instruction."""
    money = ""
    if order.payment == "APMT":
        money = _money("SttlmAmt", order.currency, order.amount, order.direction)
    details = mx.element(
        "TxDtls",
        mx.element("SfkpgAcct", mx.value("Id", order.account)),
        mx.element("FinInstrmId", mx.value("ISIN", order.isin)),
        _quantity("SttlmQty", order, order.quantity),
        money,
        _dated("SttlmDt", order.settle_on),
        mx.value("SctiesMvmntTp", order.direction),
        mx.value("Pmt", order.payment),
        _parameters(order),
    )
    owner = mx.value("AcctOwnrTxId", order.reference)
    ids = mx.element("TxId", owner, mx.value("AcctSvcrTxId", servicer))
    content = mx.element("SctiesSttlmTxStsAdvc", ids, _statuses(standings), details)
    return write_mx(envelope, SESE_024, content)


def sese_025(envelope: Envelope, order: Order, servicer: str, part: Part) -> bytes:
    """Confirmation of a part or the whole."""
    partial = mx.element("AddtlParams", mx.value("PrtlSttlm", part.mark))
    quantities = _quantity("SttldQty", order, part.quantity)
    if part.mark:
        quantities += mx.element("PrevslySttldQty", _number(order, part.before))
        quantities += mx.element("RmngToBeSttldQty", _number(order, part.after))
    money = ""
    if order.payment == "APMT":
        money = _money("SttldAmt", order.currency, part.amount, order.direction)
    content = mx.element(
        "SctiesSttlmTxConf",
        mx.element(
            "TxIdDtls",
            mx.value("AcctOwnrTxId", order.reference),
            mx.value("AcctSvcrTxId", servicer),
            mx.value("MktInfrstrctrTxId", part.market_reference),
            mx.value("SctiesMvmntTp", order.direction),
            mx.value("Pmt", order.payment),
        ),
        partial,
        mx.element(
            "TradDtls",
            _dated("TradDt", order.trade_on) if order.trade_on else "",
            _dated("SttlmDt", order.settle_on),
            _dated("FctvSttlmDt", part.effective_on),
        ),
        mx.element("FinInstrmId", mx.value("ISIN", order.isin)),
        mx.element(
            "QtyAndAcctDtls", quantities, mx.element("SfkpgAcct", mx.value("Id", order.account))
        ),
        _parameters(order),
        money,
    )
    return write_mx(envelope, SESE_025, content)


def sese_027(envelope: Envelope, request: str, order: Order | None, standing: Standing) -> bytes:
    """Status of a cancellation request."""
    ids = ""
    if order is not None:
        ours = mx.element(
            "SctiesSttlmTxId",
            mx.value("TxId", order.reference),
            mx.value("SctiesMvmntTp", order.direction),
            mx.value("Pmt", order.payment),
        )
        ids = mx.element("TxId", mx.element("AcctOwnrTxId", ours))
    content = mx.element(
        "SctiesTxCxlReqStsAdvc", mx.value("CxlReqRef", request), ids, _statuses([standing])
    )
    return write_mx(envelope, SESE_027, content)


def sese_031(envelope: Envelope, request: str, standing: Standing) -> bytes:
    """Status of a condition change."""
    content = mx.element(
        "SctiesSttlmCondModStsAdvc", mx.value("ReqRef", request), _statuses([standing])
    )
    return write_mx(envelope, SESE_031, content)


def camt_054(envelope: Envelope, payment: Payment) -> bytes:
    """Debit or credit of a cash account."""
    iban = (
        len(payment.account) > 14
        and payment.account[:2].isalpha()
        and payment.account[2:4].isdigit()
    )
    account = (
        mx.value("IBAN", payment.account)
        if iban
        else mx.element("Othr", mx.value("Id", payment.account))
    )
    refs = mx.element(
        "Refs",
        mx.value("EndToEndId", payment.related),
        mx.value("UETR", payment.uetr),
        mx.value("AcctSvcrTxId", envelope.reference),
    )
    family = ("SECU", "SETT", "TRAD") if not payment.uetr else ("PMNT", "ICDT", "XBCT")
    if payment.uetr and payment.credit:
        family = ("PMNT", "RCDT", "XBCT")
    domain = mx.value("Cd", family[0])
    inner = mx.value("Cd", family[1]) + mx.value("SubFmlyCd", family[2])
    day = mx.value("Dt", payment.value_on.isoformat())
    entry = mx.element(
        "Ntry",
        f'<Amt Ccy="{payment.currency}">{plain(payment.amount)}</Amt>',
        mx.value("CdtDbtInd", "CRDT" if payment.credit else "DBIT"),
        "<RvslInd>true</RvslInd>" if payment.reversal else "",
        "<Sts><Cd>BOOK</Cd></Sts>",
        mx.element("BookgDt", day),
        mx.element("ValDt", day),
        mx.value("AcctSvcrRef", envelope.reference),
        mx.element("BkTxCd", mx.element("Domn", domain, mx.element("Fmly", inner))),
        mx.element("NtryDtls", mx.element("TxDtls", refs)),
    )
    created = mx.instant(envelope.at)
    content = mx.element(
        "BkToCstmrDbtCdtNtfctn",
        mx.element("GrpHdr", mx.value("MsgId", envelope.reference), mx.value("CreDtTm", created)),
        mx.element(
            "Ntfctn",
            mx.value("Id", envelope.reference),
            mx.value("CreDtTm", created),
            mx.element("Acct", mx.element("Id", account), mx.value("Ccy", payment.currency)),
            entry,
        ),
    )
    return write_mx(envelope, CAMT_054, content)


def _money(name: str, currency: str, amount: Decimal, direction: str) -> str:
    side = "DBIT" if direction == "RECE" else "CRDT"
    return (
        f'<{name}><Amt Ccy="{currency}">{plain(amount)}</Amt><CdtDbtInd>{side}</CdtDbtInd></{name}>'
    )


def _quantity(name: str, order: Order, quantity: Decimal) -> str:
    return mx.element(name, mx.element("Qty", _number(order, quantity)))


def _number(order: Order, quantity: Decimal) -> str:
    return mx.value(_UNITS[order.unit], plain(quantity))


def _dated(name: str, day: date) -> str:
    return f"<{name}><Dt><Dt>{day.isoformat()}</Dt></Dt></{name}>"


def _parameters(order: Order) -> str:
    return mx.element("SttlmParams", mx.element("SctiesTxTp", mx.value("Cd", order.transaction)))
