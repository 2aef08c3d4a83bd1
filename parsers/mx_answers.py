"""ISO 20022 answers: sese.024, 025, 026, 027, 031, pacs.002, camt.054 and the interface's reports.

A version without a schema is read by element name; what has no use here yet is Unknown, not lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Literal, cast

from lxml import etree

from parsers import mx, mx_headers, mx_rules, mx_verdict
from parsers.mx_fields import Fields
from schemas import codes
from schemas.answer import (
    Answer,
    CashAdvice,
    CashEntry,
    Confirmation,
    Header,
    PaymentStatus,
    Reason,
    Standing,
    StatusAdvice,
    Unknown,
)
from schemas.described import Described
from schemas.mx.compiler import SCHEMA_UNAVAILABLE, Schemas, path_of
from schemas.mx.statuses import ADVICES, NO_REASON
from schemas.problem import MessageError, Problem

NOT_PROVIDED = "NOTPROVIDED"
DESCRIBED_MAX = 2000  # more than a person reads
_NAMES = {row["path"]: row["name"] for row in codes.rows("mx_names")}


def read(raw: bytes, schemas: Schemas) -> Answer:
    """The answer these bytes carry; MessageError with every problem when they cannot be read."""
    message = mx.read(raw)
    report = mx_headers.report(message)
    if report is not None:
        return report
    if faults := _faults(message, schemas):
        raise MessageError("schema", faults)
    problems: list[Problem] = []
    answer = _answer(message, problems)
    if answer is None or problems:
        raise MessageError("message_not_valid", problems)
    return answer


def describe(raw: bytes) -> list[Described]:
    """The values of a message in their order, each element written out in plain words."""
    root = mx.parse(raw)
    found = list(islice(_described(root, mx.local(root)), DESCRIBED_MAX + 1))
    if len(found) > DESCRIBED_MAX:
        last = found[DESCRIBED_MAX]
        found[DESCRIBED_MAX] = replace(last, name="More values follow", value="")
    return found


def _described(node: etree._Element, path: str) -> Iterator[Described]:
    if len(node) == 0:
        attributes = (str(value) for value in node.attrib.values())
        value = " ".join((*attributes, (node.text or "").strip())).strip()
        yield Described(path, mx.local(node), _name(path), value, mx.line_of(node))
        return
    twins = Counter(mx.local(child) for child in node)
    seen: Counter[str] = Counter()
    for child in node:
        name = mx.local(child)
        seen[name] += 1
        number = f"[{seen[name]}]" if twins[name] > 1 else ""
        yield from _described(child, f"{path}/{name}{number}")


def _name(path: str) -> str:
    """The name of the longest path in the table that this one ends in, or its parent does."""
    steps = [step.partition("[")[0] for step in path.split("/")]
    for end in range(len(steps), 0, -1):
        for start in range(end):
            known = _NAMES.get("/".join(steps[start:end]))
            if known:
                return known
    return steps[-1]


def _faults(message: mx.MxMessage, schemas: Schemas) -> list[Problem]:
    """What departs from the schemas, and a header that is of another message."""
    found = mx_verdict.schema_faults(message, schemas)
    found += mx_rules.definition(message.header, message.message_id)
    return [
        Problem(f"{path_of(fault.node)} line {fault.line}", fault.rule, fault.message, fault.value)
        for fault in found
        if fault.rule != SCHEMA_UNAVAILABLE
    ]


def _answer(message: mx.MxMessage, problems: list[Problem]) -> Answer | None:
    if message.document is None or message.message_id is None:
        words = "the header has no Document with it"
        problems.append(Problem("Document", "missing", words))
        return None
    kind = message.message_id[:8]
    content = next(iter(message.document), None)
    if content is None:
        problems.append(Problem(mx.where(message.document), "missing", "the Document is empty"))
        return None
    fields = Fields(content, problems)
    header = mx_headers.header(message, kind, fields)
    reader = READERS.get(kind)
    return reader(kind, header, fields) if reader else Unknown(header)


def _advice(kind: str, header: Header, fields: Fields) -> StatusAdvice:
    table = ADVICES[kind]
    standings = tuple(_standings(kind, fields))
    if not standings:
        fields.need(*table.statuses)
    return StatusAdvice(
        header=header,
        related=fields.need(table.related),
        about=table.about,
        standings=standings,
        servicer_reference=fields.text(f"{table.references}/AcctSvcrTxId"),
        market_reference=fields.text(f"{table.references}/MktInfrstrctrTxId"),
        isin=fields.text(f"{table.details}/FinInstrmId/ISIN"),
        quantity=fields.quantity(f"{table.details}/SttlmQty/Qty"),
        amount=fields.money(f"{table.details}/SttlmAmt/Amt"),
        safekeeping_account=fields.text(table.account),
    )


def _standings(kind: str, fields: Fields) -> Iterator[Standing]:
    for element, (axis, choices) in ADVICES[kind].statuses.items():
        node = fields.node(element)
        said = None if node is None else next(iter(node), None)
        if said is None:
            continue
        choice = fields.at(said)
        name = mx.local(said)
        if name == "Prtry":
            code = choice.text("PrtrySts/Id", "PrtrySts") or name
            yield Standing(axis, code, tuple(_reasons(choice, "PrtryRsn")))
        else:
            yield Standing(axis, choices.get(name, name), tuple(_reasons(choice, "Rsn")))


def _reasons(choice: Fields, path: str) -> Iterator[Reason]:
    """Every reason of a status, proprietary codes as they are (DOMAIN 2.3: keep all)."""
    if choice.node("NoSpcfdRsn") is not None:
        yield Reason(NO_REASON, choice.text("AddtlRsnInf"))
    own_words = choice.text("AddtlRsnInf")
    for reason in choice.nodes(path):
        code = reason.text("Cd/Cd", "Cd/Prtry/Id", "Rsn/Id", "Id", "Cd", "Prtry")
        words = reason.text("AddtlRsnInf") or own_words
        if code or words:
            yield Reason(code or "OTHR", words)


def _confirmation(kind: str, header: Header, fields: Fields) -> Confirmation | None:
    effective_on = fields.on("TradDtls/FctvSttlmDt")
    quantity = fields.quantity("QtyAndAcctDtls/SttldQty/Qty") or fields.quantity(
        "QtyAndAcctDtls/SttldQty/OrgnlAndCurFace"
    )
    related = fields.need("TxIdDtls/AcctOwnrTxId")
    direction = fields.need("TxIdDtls/SctiesMvmntTp")
    payment = fields.need("TxIdDtls/Pmt")
    undoes = fields.need("ConfRef") if kind == "sese.026" else None
    if effective_on is None:
        fields.need("TradDtls/FctvSttlmDt/Dt")
    if quantity is None:
        fields.need("QtyAndAcctDtls/SttldQty/Qty")
    if effective_on is None or quantity is None:
        return None
    amounts = "QtyAndAcctDtls"
    return Confirmation(
        header=header,
        related=related,
        direction=cast(Literal["RECE", "DELI"], direction),
        payment=cast(Literal["APMT", "FREE"], payment),
        part=cast(Literal["PAIN", "PARC"] | None, fields.text("AddtlParams/PrtlSttlm")),
        quantity=quantity,
        effective_on=effective_on,
        settle_on=fields.on("TradDtls/SttlmDt"),
        previous=fields.quantity("QtyAndAcctDtls/PrevslySttldQty"),
        remaining=fields.quantity("QtyAndAcctDtls/RmngToBeSttldQty"),
        amount=fields.money("SttldAmt/Amt"),
        previous_amount=fields.money(f"{amounts}/PrevslySttldAmt/Amt"),
        remaining_amount=fields.money(f"{amounts}/RmngToBeSttldAmt/Amt"),
        isin=fields.text("FinInstrmId/ISIN"),
        safekeeping_account=fields.text("QtyAndAcctDtls/SfkpgAcct/Id"),
        cash_account=fields.text("QtyAndAcctDtls/CshAcct/IBAN", "QtyAndAcctDtls/CshAcct/Prtry"),
        pre_confirmation=fields.text("AddtlParams/PreConf") is not None,
        undoes=undoes,
        servicer_reference=fields.text("TxIdDtls/AcctSvcrTxId"),
        market_reference=fields.text("TxIdDtls/MktInfrstrctrTxId"),
    )


def _payment_status(kind: str, header: Header, fields: Fields) -> PaymentStatus | None:
    parts = list(fields.nodes("TxInfAndSts"))
    if len(parts) > 1:
        words = f"{len(parts)} transactions in one report; CBPR+ has exactly one"
        fields.problems.append(Problem(mx.where(parts[1].root), "one_transaction", words))
        return None
    group = next(fields.nodes("OrgnlGrpInfAndSts"), fields)
    part = parts[0] if parts else group
    status = part.text("TxSts") or group.text("GrpSts") or part.need("TxSts")
    reasons = [*part.nodes("StsRsnInf")] or [*group.nodes("StsRsnInf")]
    related = _provided(part, "OrgnlInstrId", "OrgnlEndToEndId", "OrgnlTxId")
    message = part.text("OrgnlGrpInf/OrgnlMsgId") or group.text("OrgnlMsgId")
    return PaymentStatus(
        header=header,
        uetr=part.text("OrgnlUETR"),
        related=related or message,
        status=status,
        reasons=tuple(
            Reason(
                reason.text("Rsn/Cd", "Rsn/Prtry") or NO_REASON,
                " ".join(_all_text(reason, "AddtlInf")) or None,
            )
            for reason in reasons
        ),
    )


def _all_text(fields: Fields, path: str) -> list[str]:
    return [(each.root.text or "").strip() for each in fields.nodes(path)]


def _provided(fields: Fields, *paths: str) -> str | None:
    """The first of these references that says something."""
    for path in paths:
        found = fields.text(path)
        if found and found != NOT_PROVIDED:
            return found
    return None


def _cash_advice(kind: str, header: Header, fields: Fields) -> CashAdvice | None:
    notifications = list(fields.nodes("Ntfctn"))
    accounts = [each.need("Acct/Id/IBAN", "Acct/Id/Othr/Id") for each in notifications]
    if not notifications:
        fields.need("Ntfctn")
        return None
    if len(set(accounts)) > 1:
        words = f"{len(set(accounts))} accounts in one notification"
        second = notifications[1].root
        fields.problems.append(Problem(mx.where(second), "one_account", words, accounts[1]))
        return None
    entries = tuple(
        entry
        for notification in notifications
        for booked in notification.nodes("Ntry")
        for entry in _entries(booked)
    )
    return CashAdvice(header, accounts[0], entries)


def _entries(booked: Fields) -> Iterator[CashEntry]:
    """One entry for each transaction that names its amount, else one for the whole booking."""
    parts = list(booked.nodes("NtryDtls/TxDtls"))
    whole = _entry(booked, parts[0] if len(parts) == 1 else booked)
    if whole is None:
        return
    if len(parts) < 2 or any(part.node("Amt") is None for part in parts):
        yield whole
        return
    for part in parts:
        amount = part.money("Amt")
        found = _entry(booked, part)
        if amount is not None and found is not None:
            direction = cast(Literal["CRDT", "DBIT"], part.text("CdtDbtInd") or found.direction)
            yield replace(found, amount=amount, direction=direction)


def _entry(booked: Fields, part: Fields) -> CashEntry | None:
    amount = booked.money("Amt")
    value_on = booked.on("ValDt", "BookgDt") or part.on("RltdDts/IntrBkSttlmDt")
    direction = booked.need("CdtDbtInd")
    if amount is None:
        booked.need("Amt")
    if value_on is None:
        booked.need("ValDt/Dt")
    if amount is None or value_on is None:
        return None
    return CashEntry(
        amount=amount,
        direction=cast(Literal["CRDT", "DBIT"], direction),
        value_on=value_on,
        our_reference=_provided(part, "Refs/InstrId", "Refs/EndToEndId", "Refs/AcctOwnrTxId"),
        servicer_reference=part.text("Refs/AcctSvcrRef") or booked.text("AcctSvcrRef"),
        uetr=part.text("Refs/UETR"),
        status=booked.text("Sts/Cd", "Sts/Prtry", "Sts") or "BOOK",
        reversal=booked.flag("RvslInd"),
        text=part.text("AddtlTxInf", "RmtInf/Ustrd") or booked.text("AddtlNtryInf"),
    )


READERS: dict[str, Callable[[str, Header, Fields], Answer | None]] = {
    "sese.024": _advice,
    "sese.025": _confirmation,
    "sese.026": _confirmation,
    "sese.027": _advice,
    "sese.031": _advice,
    "pacs.002": _payment_status,
    "camt.054": _cash_advice,
}
