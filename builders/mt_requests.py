"""FIN texts of requests and answers: MT530, 549, 210, n92, n96, n99."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from builders.fin_values import money, narrative, short_day
from schemas.instruction import Wire
from schemas.mt.notation import wrap
from schemas.problem import Problem
from schemas.requests import (
    CancellationAnswer,
    CancellationRequest,
    FreeMessage,
    NoticeToReceive,
    ProcessingCommand,
    Request,
    StatusRequest,
)

Lines = Callable[[Any, Wire, list[Problem]], list[str]]
HOLD = {True: "YPRE", False: "NPRE"}
ORIGINALS = {"customer": "103", "bank": "202"}
FREE_LINES, FREE_WIDTH = 35, 50


def command(body: ProcessingCommand, wire: Wire, _: list[Problem]) -> list[str]:
    """MT530."""
    out = [":16R:GENL", f":20C::SEME//{wire.seme}", ":23G:NEWM", f":97A::SAFE//{body.account}"]
    out.append(":16S:GENL")
    for change in body.changes:
        out += [":16R:REQD", f":20C::PREV//{change.instruction}"]
        if change.priority is not None:
            out.append(f":22F::PRIR//{change.priority}")
        if change.partial is not None:
            out.append(f":22F::PRTL//{change.partial}")
        if change.hold is not None:
            out.append(f":22F::SETT//{HOLD[change.hold]}")
        out.append(":16S:REQD")
    return out


def status_request(body: StatusRequest, wire: Wire, _: list[Problem]) -> list[str]:
    """MT549."""
    out = [":16R:GENL", f":20C::SEME//{wire.seme}", ":23G:NEWM", f":13A::REQU//{body.wanted}"]
    out += [f":97A::SAFE//{body.account}", ":16S:GENL"]
    if body.about is not None:
        out += [":16R:REF", f":20C::RELA//{body.about}", ":16S:REF"]
    return out


def notice(body: NoticeToReceive, wire: Wire, problems: list[Problem]) -> list[str]:
    """MT210."""
    out = [f":20:{wire.seme}", f":25:{body.account}", f":30:{short_day(body.value_date)}"]
    out += [f":21:{body.related_reference}", f":32B:{money(body.amount, 'amount.value', problems)}"]
    if body.debtor is not None:
        first, *more = narrative(body.debtor, "debtor", problems, lines=4)
        out += [f":50:{first}", *more]
    if body.debtor_agent is not None:
        out.append(f":52A:{body.debtor_agent}")
    if body.intermediary is not None:
        out.append(f":56A:{body.intermediary}")
    return out


def cancellation(body: CancellationRequest, wire: Wire, problems: list[Problem]) -> list[str]:
    """MT192 and 292, with the amount of the original copied."""
    said = f"/{body.reason}/{body.text or ''}"
    first, *more = narrative(said, "text", problems, lines=FREE_LINES, width=FREE_WIDTH)
    amount = money(body.amount, "amount.value", problems)
    return [
        f":20:{wire.seme}",
        f":21:{body.original_reference}",
        f":11S:{ORIGINALS[body.kind]}",
        short_day(body.original_date),
        f":79:{first}",
        *more,
        f":32A:{short_day(body.value_date)}{amount}",
    ]


def answer(body: CancellationAnswer, wire: Wire, problems: list[Problem]) -> list[str]:
    """MT196 and 296."""
    reason = f"{body.reason}/" if body.reason else ""
    said = f"/{body.answer}/{reason}{body.text or ''}"
    first, *more = narrative(said, "text", problems, lines=6)
    return [
        f":20:{wire.seme}",
        f":21:{body.request_reference}",
        f":76:{first}",
        *more,
        f":11S:{ORIGINALS[body.kind]}",
        short_day(body.original_date),
    ]


def free(body: FreeMessage, wire: Wire, problems: list[Problem]) -> list[str]:
    """MTn99: the lines as they were written, long ones broken at spaces."""
    lines = [piece for line in body.text.split("\n") for piece in wrap(line, FREE_WIDTH) or ["."]]
    if len(lines) > FREE_LINES:
        fault = f"{len(lines)} lines; {FREE_LINES} of {FREE_WIDTH} characters fit: shorten it"
        problems.append(Problem("text", "T30", fault, body.text[:60]))
    for line in lines:
        if line[:1] in (":", "-"):
            fault = "a line may not begin with ':' or '-': reword it"
            problems.append(Problem("text", "T13", fault, line))
    related = [f":21:{body.related_reference}"] if body.related_reference else []
    return [f":20:{wire.seme}", *related, f":79:{lines[0]}", *lines[1:]]


def header(body: Request) -> str:
    """What block 3 has besides the MUR: the UETR of the payment it is about."""
    uetr = getattr(body, "uetr", None)
    return f"{{121:{uetr}}}" if uetr else ""


REQUESTS: dict[str, tuple[type[Request], Lines]] = {
    "mt530": (ProcessingCommand, command),
    "mt549": (StatusRequest, status_request),
    "mt210": (NoticeToReceive, notice),
    "mt192": (CancellationRequest, cancellation),
    "mt292": (CancellationRequest, cancellation),
    "mt196": (CancellationAnswer, answer),
    "mt296": (CancellationAnswer, answer),
    **{f"mt{category}99": (FreeMessage, free) for category in "123456789"},
}
