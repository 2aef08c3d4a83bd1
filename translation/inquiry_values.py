"""Values of requests to cancel and of answers: the original message, reasons, the answer itself."""

from __future__ import annotations

import re
from collections.abc import Mapping

from translation.converters import Converter, ToMt, ToMx, leaf
from translation.mt_side import MtField
from translation.mx_side import Leaf, MxNode
from translation.values import Arguments, fin_day, iso_day, lined, width_of

# the MT that a message of ISO 20022 stands for, as 11S names it
ORIGINALS = {"pacs.008": "103", "pacs.009": "202", "pacs.004": "202", "pain.001": "101"}
ANSWERS = ("CNCL", "RJCR", "PDCR", "IPAY", "INFO", "ACCR")
SAID = "INFO"
PART = 105  # characters of one piece of additional information


# original: 11S and 11R, type and date


def original_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    type_, _nl, rest = each.text.partition("\n")
    texts = {"OrgnlMsgNmId": f"MT{type_}", "OrgnlCreDtTm": f"{iso_day(rest[:6])}T00:00:00"}
    session = rest[6:].strip()
    lost = [f"session and sequence {session}"] if session else []
    if each.tag == "11R":
        lost.append("that the message was received (11R), not sent")
    return ToMx(texts, "; ".join(lost))


def original_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    name, at = leaf(node, "OrgnlMsgNmId"), leaf(node, "OrgnlCreDtTm")
    digits = fin_day(at.value) if at else None
    if name is None or at is None or digits is None:
        return None
    type_ = ORIGINALS.get(name.value[:8]) or name.value.removeprefix("MT")[:3]
    if not re.fullmatch("[0-9]{3}", type_):
        return None
    clock = at.value[11:19]
    lost = f"the time {clock}" if clock.strip("0:") else ""
    return ToMt("S", f"{type_}\n{digits[2:]}", (name, at), lost)


# reasoned: 79 of a request, `/CODE/` and words


def reasoned_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    text = each.text.replace("\n", " ")
    found = re.match(r"/([A-Z]{4})/ ?", text)
    texts = {"Rsn/Cd": found[1]} if found else {}
    return ToMx(texts | _pieces(text[found.end() :] if found else text, "AddtlInf"))


def _pieces(text: str, element: str) -> dict[str, str]:
    parts = [text[start : start + PART] for start in range(0, len(text), PART)]
    return {f"{element}[{n}]": part for n, part in enumerate(parts, start=1) if part.strip()}


def reasoned_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    code, more = leaf(node, "Rsn/Cd"), _said(node)
    if code is None and not more:
        return None
    head = f"/{code.value}/" if code else ""
    text, lost = lined(head + "".join(each.value for each in more), *width_of(tag))
    return ToMt("", text, (*((code,) if code else ()), *more), lost)


def _said(node: MxNode | None) -> tuple[Leaf, ...]:
    children = node.children if node is not None else []
    return tuple(Leaf(c, "", "") for c in children if c.name == "AddtlInf" and c.text)


# answered CONFIRMATION REASONS: 76


def answered_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    confirmation, reasons = arguments
    text = each.text.replace("\n", " ")
    found = re.match(r"/([A-Z]{4})/?", text)
    if found is None or found[1] not in ANSWERS:
        return ToMx({confirmation: SAID, **_pieces(text, f"{reasons}/AddtlInf")})
    rest = text[found.end() :].strip()
    reason = re.match(r"/?([A-Z]{4})(?:/|\Z)", rest)
    texts = {confirmation: found[1]}
    if reason is not None:
        texts[f"{reasons}/Rsn/Cd"] = reason[1]
        rest = rest[reason.end() :].strip()
    return ToMx(texts | _pieces(rest, f"{reasons}/AddtlInf"))


def answered_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    confirmation = leaf(node, arguments[0])
    if confirmation is None:
        return None
    inside = node.first(arguments[1])
    reason = leaf(inside, "Rsn/Cd") if inside is not None else None
    more = _said(inside)
    words = "".join(each.value for each in more)
    if confirmation.value == SAID and reason is None and words:
        text, lost = lined(words, *width_of(tag))
    else:
        code = f"/{confirmation.value}/" + (f"{reason.value}/" if reason else "")
        text, lost = lined(code + words, *width_of(tag))
    return ToMt("", text, (confirmation, *((reason,) if reason else ()), *more), lost)


CONVERTERS: Mapping[str, Converter] = {
    "original": Converter(original_to_mx, original_to_mt),
    "reasoned": Converter(reasoned_to_mx, reasoned_to_mt),
    "answered": Converter(answered_to_mx, answered_to_mt),
}
