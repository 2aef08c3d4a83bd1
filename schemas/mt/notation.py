"""The standard's own format notation, compiled: `:4!c//16x`, `4*35x`, `[N]3!a15d`, `<C|D>`.

What the wire allows in characters, lengths and numbers stands here and nowhere else; which message
has which field is in the message tables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache

# DOMAIN 4.2, as the inside of a character class
X = r"A-Za-z0-9/\-?:().,'+ "
Y = r"A-Z0-9 .,\-()/='+:?!\"%&*<>;"
Z = X + r"=!\"%&*<>;@#{_"
_SETS = {"n": "0-9", "a": "A-Z", "c": "A-Z0-9", "h": "A-F0-9", "e": " ", "x": X, "y": Y, "z": Z}

_LINE_MAX = 140  # a longer component runs over lines: 77T, 70F, 70H

BIC = "4!c2!a2!c[3!c]"  # one component, whatever the notation says of its parts
_BIC = "[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?"
_TOKEN = re.compile(
    r"(?P<bic>@)|<(?P<codes>[A-Z0-9|]+)>|(?P<lines>\d+)\*|(?P<atom>(?P<size>\d+)(?P<fixed>!)?(?P<set>[nacdhexyz]))"
    r"|(?P<open>\[|\()|(?P<close>\]|\))|(?P<sign>N(?=\]))|(?P<literal>.)"
)
_LITERALS = {"$": "\\n", "|": "|"}

ONLY_X = re.compile(f"[{X}\\r\\n]*")
_NOT_X = re.compile(f"[^{X}]")
_REFERENCE = re.compile(r"(?!/)(?!.*//).*[^/]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Format:
    """A field's notation, the names of its components in order, and the pattern they compile to."""

    notation: str
    parts: tuple[str, ...]
    pattern: re.Pattern[str]


def compile_format(notation: str, *parts: str) -> Format:
    """The format of this notation; every `n!s` atom, sign and BIC is a component."""
    return Format(notation, parts, re.compile(_expression(notation.replace(BIC, "@"))))


@cache
def _expression(notation: str, group: str = "(") -> str:
    """The regular expression of a notation, each component opened by `group`."""
    out: list[str] = []
    position = 0
    while position < len(notation):
        token = _TOKEN.match(notation, position)
        assert token is not None  # the literal alternative takes any character
        position = token.end()
        if token["lines"]:
            inner, position = _operand(notation, position)
            out.append(_lines(int(token["lines"]), inner, group))
        elif token["atom"] and notation.startswith("[//", position):
            out.append(f"{group}{_up_to_slashes(token['set'], int(token['size']))})")
        else:
            out.append(_one(token, group))
    return "".join(out)


def _operand(notation: str, position: int) -> tuple[str, int]:
    """The atom or parenthesis after `k*`, and where it ends."""
    if notation[position] == "(":
        end = notation.index(")", position)
        return notation[position + 1 : end], end + 1
    atom = _TOKEN.match(notation, position)
    assert atom is not None
    return notation[position : atom.end()], atom.end()


def _lines(count: int, inner: str, group: str) -> str:
    """Up to `count` lines, as one component; narrative lines never start with ':' or '-'."""
    line = "(?![:\\-])" + _expression(inner, "(?:")
    return f"{group}{line}(?:\\n{line}){{0,{count - 1}}})"


def _one(token: re.Match[str], group: str) -> str:
    if token["bic"]:
        return f"{group}{_BIC})"
    if token["codes"]:
        return f"{group}{token['codes']})"
    if token["atom"]:
        return f"{group}{_atom(token['set'], int(token['size']), bool(token['fixed']))})"
    if token["sign"]:
        return f"{group}N)"
    if token["open"]:
        return "(?:"
    if token["close"]:
        return ")?" if token["close"] == "]" else ")"
    return _LITERALS.get(token["literal"], re.escape(token["literal"]))


def _up_to_slashes(kind: str, size: int) -> str:
    """Text that a double slash ends, as the references of 61."""
    return f"(?:(?!//)[{_SETS[kind]}]){{1,{size}}}"


def _atom(kind: str, size: int, fixed: bool) -> str:
    if kind == "d":
        return f"(?=[0-9,]{{1,{size}}}(?![0-9,]))(?:0|[1-9][0-9]*),[0-9]*"
    allowed = _SETS[kind] + ("\\n" if size > _LINE_MAX else "")
    return f"[{allowed}]{{{size if fixed else f'1,{size}'}}}"


def illegal_in_x(value: str) -> str | None:
    """The first character of `value` outside set X, or None."""
    found = _NOT_X.search(value)
    return found.group() if found else None


def is_reference(value: str) -> bool:
    """Whether the slash rule T26 holds: none at either end, no two together."""
    return _REFERENCE.fullmatch(value) is not None


def decimal_comma(value: Decimal) -> str:
    """`1000,` `0,5` `101,25`: the number without sign as the wire writes it (DOMAIN 4.3)."""
    text = format(abs(value), "f")
    if "." not in text:
        return text + ","
    return text.rstrip("0").replace(".", ",")


def read_decimal(text: str) -> Decimal:
    """The number a matched `d` component stands for."""
    return Decimal(text.replace(",", "."))


def read_day(text: str) -> date:
    """The date of YYYYMMDD or YYMMDD digits; ValueError where there is none.

    Two-digit years from 80 are of the last century (DOMAIN 4.3).
    """
    if len(text) == 6:
        text = ("19" if text >= "80" else "20") + text
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def read_moment(day: str, clock: str) -> datetime:
    """The naive time of a date and HHMM or HHMMSS digits; ValueError where there is none."""
    at = time(int(clock[:2]), int(clock[2:4]), int(clock[4:6] or 0))
    return datetime.combine(read_day(day), at)


def wrap(text: str, width: int) -> list[str]:
    """`text` on lines of at most `width`, broken at spaces, none starting with ':' or '-'.

    A word longer than the width is broken where the line ends; only the space at a break is lost.
    """
    lines: list[str] = []
    for unit in re.split(r" (?![:\-])", text):
        if lines and len(lines[-1]) + 1 + len(unit) <= width:
            lines[-1] += " " + unit
            continue
        if not unit:
            continue
        while len(unit) > width:
            cut = width
            while cut > 1 and unit[cut] in ":-":
                cut -= 1
            lines.append(unit[:cut])
            unit = unit[cut:]
        lines.append(unit)
    return lines
