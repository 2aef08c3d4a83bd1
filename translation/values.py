"""Values any message has: texts, codes, flags, dates, amounts, numbers."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from schemas.mt.fields import FORMATS
from schemas.mt.notation import ONLY_X, decimal_comma, wrap
from translation.converters import Converter, ToMt, ToMx, components, leaf, leaves
from translation.mt_side import MtField
from translation.mx_side import Leaf, MxNode

Arguments = tuple[str, ...]

_LAST_ATOM = re.compile(r"(?:(\d+)\*)?(\d+)(!?)[xzc]\]?$")
_NOT_X = re.compile(r"[^A-Za-z0-9/\-?:().,'+ \n]")
CUT = "+"  # the last character of what was cut (CBPR+ translation)


def in_x(text: str) -> tuple[str, str]:
    """The text in character set X, accents left out, and which characters were lost."""
    if ONLY_X.fullmatch(text):
        return text, ""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = plain.replace("&", "+").replace("@", "(at)").replace("_", "-").replace("\t", " ")
    lost = sorted(set(_NOT_X.findall(plain)))
    words = f"characters a FIN text cannot hold: {' '.join(lost)}" if lost else ""
    return _NOT_X.sub(".", plain), words


def cut(text: str, width: int) -> tuple[str, str]:
    """The text in set X and no longer than this, its last character `+` where it was cut."""
    text, lost = in_x(text)
    if len(text) <= width:
        return text, lost
    words = f"cut at {width} characters: {text[width - 1 :]}"
    return text[: width - 1] + CUT, "; ".join(filter(None, (lost, words)))


def lined(text: str, lines: int, width: int) -> tuple[str, str]:
    """The text on so many lines in set X, and what did not fit."""
    text, lost = in_x(text)
    wrapped = [piece for line in text.split("\n") for piece in wrap(line, width)]
    wrapped = [f".{line[1:]}" if line[:1] in ":-" else line for line in wrapped]
    if len(wrapped) <= lines:
        return "\n".join(wrapped), lost
    rest = " ".join(wrapped[lines:])
    last = wrapped[lines - 1]
    wrapped[lines - 1] = (last if len(last) < width else last[:-1]) + CUT
    words = f"cut at {lines} lines of {width}: {rest}"
    return "\n".join(wrapped[:lines]), "; ".join(filter(None, (lost, words)))


def width_of(tag: str) -> tuple[int, int]:
    """(lines, characters) of the text a field ends in, by its format."""
    found = _LAST_ATOM.search(FORMATS[tag].notation)
    if found is None:
        raise ValueError(f"{tag} ends in no text")
    return int(found[1] or 1), int(found[2])


def after_slashes(each: MtField) -> str:
    return each.text.removeprefix("//") if each.qualifier else each.text


def slashes(tag: str) -> str:
    return "//" if FORMATS[tag].notation.startswith(":") else ""


# text: one line, the same characters


def text_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    """The text of the field at a path (its own element if none is named)."""
    return ToMx({arguments[0] if arguments else "": after_slashes(each)})


def text_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    """The text on one line, cut to the field, with slashes as a reference may have them."""
    found = leaf(node, arguments[0] if arguments else "")
    if found is None:
        return None
    text, lost = cut(found.value, width_of(tag)[1])
    if tag[:2] in ("20", "21"):
        text, lost = _slashed_right(text, lost)
    return ToMt(tag[2:], slashes(tag) + text, (found,), lost) if text.strip() else None


def _slashed_right(text: str, lost: str) -> tuple[str, str]:
    """No slash at either end of a reference and no two together (T26)."""
    right = re.sub("//+", "/", text).strip("/")
    return (text, lost) if right == text else (right, lost or f"slashes of {text}")


# reference: the option of 20a that is long enough


def reference_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    """20C up to 16 characters, 20N up to 35, 20U beyond; a row with an option keeps to it."""
    longest = {"C": 16, "N": 35, "U": 52}
    option = next((o for o, most in longest.items() if len(node.text) <= most), "U")
    option = tag[2:] if tag[2:] != "a" else option
    text, lost = _slashed_right(*cut(node.text, longest[option]))
    return ToMt(option, f"//{text}", (Leaf(node, "", ""),), lost) if text.strip() else None


# generic: a code of a scheme, which the MX has no list for


def generic_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    if found is None:
        return None
    scheme = found.get("scheme", "XXXX")[:4]
    return ToMx({"Id": found["code"], "Issr": scheme})


def generic_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    found = leaves(node, "Id", "Issr")
    if found is None or not re.fullmatch("[A-Z0-9]{4}", found[0].value):
        return None
    name = leaf(node, "SchmeNm")
    scheme = "" if found[1].value == "XXXX" else found[1].value
    if not re.fullmatch("[A-Z0-9]{0,8}", scheme):
        return None
    used = (*found, *((name,) if name else ()))
    return ToMt(tag[2:], f"/{scheme}/{found[0].value}", used)


# plain: the same characters in both, if the field takes them: a BIC, an LEI, a currency, a code


def plain_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    """The characters as they stand; None for a field with more than one part."""
    text = after_slashes(each)
    return None if text.startswith("/") or "\n" in text else ToMx({"": text})


def plain_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    """The characters, or None where the field does not take them; the argument is an option."""
    option = arguments[0] if arguments else tag[2:]
    form = FORMATS[tag[:2] + option]
    generic = form.notation.startswith(":")
    text = f"//{node.text}" if generic else node.text
    if not node.text or form.pattern.fullmatch(f":XXXX{text}" if generic else text) is None:
        return None
    return ToMt(option, text, (Leaf(node, "", ""),))


# narrative: many lines of a FIN text, one text in XML


def narrative_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    """The lines joined by spaces; an argument is the most characters the element takes."""
    text = after_slashes(each).replace("\n", " ")
    longest = int(arguments[0]) if arguments else len(text)
    lost = f"cut at {longest} characters: {text[longest:]}" if len(text) > longest else ""
    return ToMx({"": text[:longest]}, lost)


def narrative_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    found = leaf(node, "")
    if found is None:
        return None
    text, lost = lined(found.value, *width_of(tag))
    return ToMt(tag[2:], slashes(tag) + text, (found,), lost) if text else None


# lines ELEMENT: each line of a field in an element of its own


def lines_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    """The lines one by one, the element numbered."""
    lines = after_slashes(each).split("\n")
    return ToMx({f"{arguments[0]}[{n}]": line for n, line in enumerate(lines, start=1)})


def lines_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    """Each element on a line, as many as the field takes."""
    found = [Leaf(c, "", "") for c in node.children if c.name == arguments[0] and c.text]
    if not found:
        return None
    text, lost = lined("\n".join(each.value for each in found), *width_of(tag))
    return ToMt(tag[2:], slashes(tag) + text, tuple(found), lost)


# code: `//CODE`, `/SCHEME/CODE` and the choice of Cd and Prtry


def code_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    scheme, _slash, code = each.text.removeprefix("/").partition("/")
    if not scheme:
        return ToMx({"Cd": code})
    return ToMx({"Prtry/Id": code, "Prtry/Issr": scheme[:4], "Prtry/SchmeNm": scheme[:4]})


def code_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    own = leaf(node, "Cd")
    if own is not None and len(own.value) == 4:
        return ToMt(_code_option(tag), f"//{own.value}", (own,))
    found = leaves(node, "Prtry/Id", "Prtry/Issr")
    if found is None or len(found[0].value) != 4 or not found[0].value.isalnum():
        return None
    scheme = leaf(node, "Prtry/SchmeNm")
    issuer = cut(found[1].value.upper(), 8)
    used = (*found, *((scheme,) if scheme else ()))
    return ToMt(_code_option(tag), f"/{issuer[0]}/{found[0].value.upper()}", used, issuer[1])


def _code_option(tag: str) -> str:
    return "F" if tag == "22a" else tag[2:]


# reason: a code that MX calls other where MT calls it narrative (DOMAIN 2.3)


def reason_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    """The code of a reason; NARR is OTHR."""
    made = code_to_mx(each, arguments)
    return ToMx({"Cd": "OTHR"}) if made == ToMx({"Cd": "NARR"}) else made


def reason_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    """The code of a reason; OTHR is NARR."""
    made = code_to_mt(node, arguments, tag)
    return made._replace(text="//NARR") if made and made.text == "//OTHR" else made


# pick: a closed list of words on both sides, `PAIN=PAIN ONLY=true`


def pick_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    place, pairs = _pairs(arguments)
    said = next((mx for mt, mx in pairs if mt == after_slashes(each)), None)
    return None if said is None else ToMx({place: "" if said == "!" else said})


def pick_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    place, pairs = _pairs(arguments)
    found = node.first(place)
    if found is None:
        return None
    said = next((mt for mt, mx in pairs if mx == (found.text or "!")), None)
    return None if said is None else ToMt(tag[2:], slashes(tag) + said, (Leaf(found, "", ""),))


def _pairs(arguments: Arguments) -> tuple[str, list[tuple[str, str]]]:
    """An optional `@path` first, then the pairs."""
    place = ""
    if arguments[0].startswith("@"):
        place, arguments = arguments[0][1:], arguments[1:]
    pairs = [tuple(pair.split("=")) for pair in arguments]
    return place, [(pair[0], pair[1]) for pair in pairs]


# flag: Y and N, true and false


def flag_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    said = {"Y": "true", "N": "false"}.get(after_slashes(each))
    return None if said is None else ToMx({"": said})


def flag_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    said = {"true": "Y", "1": "Y", "false": "N", "0": "N"}.get(node.text)
    if said is None:
        return None
    return ToMt(tag[2:], slashes(tag) + said, (Leaf(node, "", ""),))


# date: options A, B and C; with `nested` the date stands one element deeper


def date_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = components(each)
    if found is None:
        return None
    deeper = "Dt/" if "nested" in arguments else ""
    if each.tag[2:] == "A":
        return ToMx({f"{deeper}Dt": iso_day(found["date"])})
    if each.tag[2:] == "C":
        return ToMx({f"{deeper}DtTm": f"{iso_day(found['date'])}T{iso_time(found['time'])}"})
    if each.tag[2:] == "B" and "nested" in arguments and "scheme" not in found:
        return ToMx({"DtCd/Cd": found["code"]})
    return None


def date_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    deeper = "Dt/" if "nested" in arguments else ""
    day = leaf(node, f"{deeper}Dt")
    if day is not None and (digits := fin_day(day.value)) is not None:
        return ToMt("A", f"//{digits}", (day,))
    moment = leaf(node, f"{deeper}DtTm")
    if moment is not None and (at := fin_moment(moment.value)) is not None:
        return ToMt("C", f"//{at[0]}", (moment,), at[1])
    code = leaf(node, "DtCd/Cd")
    if code is not None and tag[2:] == "a":
        return ToMt("B", f"//{code.value}", (code,))
    return None


# day: a date alone, of eight digits or six


def day_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    return None if found is None else ToMx({"": iso_day(found["date"])})


def day_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    digits = fin_day(node.text)
    if digits is None:
        return None
    short = "8!n" not in FORMATS[tag if tag[2:] != "a" else tag[:2] + "A"].notation
    option = "A" if tag[2:] == "a" else tag[2:]
    text = digits[2:] if short else digits
    return ToMt(option, (slashes(tag[:2] + option)) + text, (Leaf(node, "", ""),))


# moment: a time where the XML has nothing but a time


def moment_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    if found is None:
        return None
    clock = iso_time(found["time"]) if "time" in found else "00:00:00"
    return ToMx({"": f"{iso_day(found['date'])}T{clock}"})


def moment_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    at = fin_moment(node.text)
    if at is None:
        return None
    return ToMt("C", f"//{at[0]}", (Leaf(node, "", ""),), at[1])


def iso_day(digits: str) -> str:
    """YYYY-MM-DD of eight digits, or of six (years from 80 are of the last century)."""
    if len(digits) == 6:
        digits = ("19" if digits >= "80" else "20") + digits
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"


def iso_time(digits: str) -> str:
    """HH:MM:SS of four digits or six."""
    return f"{digits[:2]}:{digits[2:4]}:{digits[4:6] or '00'}"


def fin_day(text: str) -> str | None:
    """The eight digits of an ISO date, whatever its offset; None where it is none."""
    return text[:10].replace("-", "") if re.match(r"\d{4}-\d\d-\d\d", text) else None


def fin_moment(text: str) -> tuple[str, str] | None:
    """The fourteen digits of an ISO time, and what of it has no place there."""
    found = re.fullmatch(
        r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?", text
    )
    if found is None:
        return None
    lost = [part for part in (found[7], found[8]) if part and part.strip(".0")]
    return "".join(found.groups()[:6]), f"no place for {' '.join(lost)}" if lost else ""


# number


def number_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    if found is None:
        return None
    digits = next((found[k] for k in ("number", "rate", "quantity", "count") if k in found), None)
    if digits is None:
        return None
    sign = "-" if "negative" in found or found.get("sign") == "N" else ""
    return ToMx({"": sign + iso_number(digits)})


def number_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    value = decimal(node.text)
    if value is None:
        return None
    if arguments:  # a count of so many digits
        digits = str(abs(int(value))).zfill(int(arguments[0]))
        if value != value.to_integral_value() or len(digits) > int(arguments[0]):
            return None
        sign = "N" if value < 0 else ""
        return ToMt(tag[2:], f"{slashes(tag)}{sign}{digits}", (Leaf(node, "", ""),))
    written = fin_number(value)
    if written is None:
        return None
    sign = "N" if value < 0 else ""
    return ToMt(tag[2:], f"{slashes(tag)}{sign}{written[0]}", (Leaf(node, "", ""),), written[1])


def iso_number(digits: str) -> str:
    """`1000` of `1000,`, `0.5` of `0,5`: no zeros that say nothing."""
    whole, _, part = digits.partition(",")
    part = part.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{part}" if part else whole


def decimal(text: str) -> Decimal | None:
    """The number of an XML text; None where it is none."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def fin_number(value: Decimal, longest: int = 15) -> tuple[str, str] | None:
    """The digits with their comma, cut to the field, and what was lost; None if they do not fit."""
    text = decimal_comma(value)
    if len(text) <= longest:
        return text, ""
    whole = text.partition(",")[0]
    if len(whole) + 1 > longest:
        return None
    return text[:longest], f"decimals cut: {format(value, 'f')}"


# amount: `[N]CCYdigits` and an amount with @Ccy; with a word, the direction a positive one has


def amount_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or "amount" not in found:
        return None
    place, way = _place_and_way(arguments)
    texts = {place: iso_number(found["amount"]), f"{place}@Ccy": found["currency"]}
    if way == SIGNED:
        return ToMx({**texts, "CdtDbtInd": "DBIT"} if "negative" in found else texts)
    if way:
        texts["CdtDbtInd"] = OTHER_WAY[way] if "negative" in found else way
    elif "negative" in found:
        return None
    return ToMx(texts)


def amount_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    place, way = _place_and_way(arguments)
    found = leaves(node, f"{place}@Ccy", place)
    if found is None or (value := decimal(found[1].value)) is None:
        return None
    written = fin_number(value)
    if written is None:
        return None
    text, lost = written
    said = leaf(node, "CdtDbtInd") if way else None
    plus = "CRDT" if way == SIGNED else way
    negative = value < 0 or (said is not None and said.value != plus)
    used = (*found, *((said,) if said else ()))
    sign = "N" if negative and value else ""
    return ToMt(tag[2:], f"{slashes(tag)}{sign}{found[0].value}{text}", used, lost)


def _place_and_way(arguments: Arguments) -> tuple[str, str]:
    """Where the amount stands, `Amt` if nothing is said, `.` for the element itself; its direction."""
    place, way = (*arguments, *("Amt", "")[len(arguments) :])
    return "" if place == "." else place, way


OTHER_WAY = {"CRDT": "DBIT", "DBIT": "CRDT"}
SIGNED = "signed"  # its sign is a debit; without one it goes the way of the transaction

CONVERTERS = {
    "text": Converter(text_to_mx, text_to_mt),
    "reference": Converter(text_to_mx, reference_to_mt),
    "generic": Converter(generic_to_mx, generic_to_mt),
    "plain": Converter(plain_to_mx, plain_to_mt),
    "narrative": Converter(narrative_to_mx, narrative_to_mt),
    "lines": Converter(lines_to_mx, lines_to_mt),
    "code": Converter(code_to_mx, code_to_mt),
    "reason": Converter(reason_to_mx, reason_to_mt),
    "pick": Converter(pick_to_mx, pick_to_mt),
    "flag": Converter(flag_to_mx, flag_to_mt),
    "date": Converter(date_to_mx, date_to_mt),
    "day": Converter(day_to_mx, day_to_mt),
    "moment": Converter(moment_to_mx, moment_to_mt),
    "number": Converter(number_to_mx, number_to_mt),
    "amount": Converter(amount_to_mx, amount_to_mt),
}
