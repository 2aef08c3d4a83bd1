"""Reading what banks really send: FIN text brought to the standard where its meaning is plain.

Each departure is told with its place in the bytes. Only what becomes right by its own format is
mended; what stays wrong is left as it came, for the strict reader to name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field

from parsers import encodings, findings
from schemas.finding import Finding
from schemas.mt.deviations import BY_CODE, DEVIATIONS
from schemas.mt.fields import FORMATS
from schemas.mt.notation import ONLY_X

_EMPTY = "an empty line"
ALL = frozenset(rule.code for rule in DEVIATIONS)

_TEXT = re.compile(r"\{4:(?!\{)")
_TAG = re.compile(r"[ \t]*:[ \t]?([0-9]{2})([A-Za-z]?)[ \t]*:([ \t]*)(.*)", re.DOTALL)
_END = re.compile(
    r"\n[ \t]*(?:-(?:[ \t]*\n)?[ \t]*)?\}|(?<![ \t])[ \t]*-?\}|\n[ \t]*-[ \t]*(?=\n|\Z)"
)
_TERMINAL_1 = re.compile(
    r"\{1:([A-Z][0-9]{2})([A-Z0-9]{8}|[A-Z0-9]{11})([0-9]{10})\}", re.IGNORECASE
)
_TERMINAL_2 = re.compile(
    r"\{2:(I[0-9]{3})([A-Z0-9]{8}|[A-Z0-9]{11})([SNU][123]?(?:[0-9]{3})?)?\}", re.IGNORECASE
)
_QUALIFIER = re.compile(r":?([A-Za-z0-9]{4})/(?!/)(?=\S)")
_LONG_DATE = re.compile(r"(?<!\d)(\d{4})[-/.](\d\d)[-/.](\d\d)(?!\d)")
_SHORT_DATE = re.compile(r"(?<![\d])(\d{6})(?!\d)")
_MARKED = re.compile(r"\d[\d.,']*(?<=\d)")
_ISIN = re.compile(
    r"(?!(?-i:ISIN [A-Z]))/?ISIN[ :/]*([A-Za-z]{2}[A-Za-z0-9]{10})(?=\n|\Z)", re.IGNORECASE
)
_REPLACED = str.maketrans(
    {
        "\u00a0": " ",
        "\t": " ",
        "\u2013": "-",
        "\u2014": "-",
        "&": "+",
        "\x1a": "",
        **dict.fromkeys('\u2018\u2019\u201c\u201d"`\u00b4', "'"),
        "\u00df": "ss",
        "\u00c6": "AE",
        "\u00e6": "ae",
        "\u00d8": "O",
        "\u00f8": "o",
    }
)


@dataclass(frozen=True, slots=True)
class Mended:
    """The text as the standard has it, what was done, and the original line of each line."""

    raw: bytes
    deviations: tuple[Finding, ...]
    lines: tuple[int, ...]  # of the text: original line number by index, both from the top

    def line(self, line: int) -> int:
        """The line of the original bytes of a line of the mended ones, both from 1."""
        return self.lines[min(max(line, 1), len(self.lines)) - 1] if self.lines else line


@dataclass(slots=True)
class _Work:
    """A text being brought right, line by line, each with the number it came with."""

    allowed: Set[str]
    lines: list[tuple[int, str]]
    told: list[Finding] = field(default_factory=list)
    last_empty: int = -1

    def leave_out(self, line: int) -> bool:
        """An empty line goes if the sender is known for it; those that follow each other count once."""
        if line == self.last_empty + 1 and "dev_blank_line" in self.allowed:
            self.last_empty = line
            return True
        if not self.tell("dev_blank_line", "block 4", line, 1, _EMPTY, ""):
            return False
        self.last_empty = line
        return True

    def tell(self, code: str, path: str, line: int, column: int, said: str, value: str) -> bool:
        """Notes a deviation; False where this sender is not known for it, and it stays as it is."""
        if code not in self.allowed:
            return False
        rule = BY_CODE[code]
        self.told.append(findings.of_rule(rule, path, line, column, said, value, ""))
        return True


def mend(raw: bytes, allowed: Set[str] = ALL) -> Mended:
    """The message as the standard has it, as far as `allowed` deviations go."""
    text = _text(raw)
    work = _Work(allowed, list(enumerate(_headed(text, allowed).split("\n"), start=1)))
    _headers(text, work)
    start = next((i for i, (_, line) in enumerate(work.lines) if _TEXT.search(line)), -1)
    _close(work, start)
    _lines(work, start)
    _blocks(work)
    mended = "\r\n".join(line for _, line in work.lines)
    told = sorted(work.told, key=lambda found: (found.line, found.column))
    return Mended(mended.encode("latin-1", "replace"), tuple(told), tuple(n for n, _ in work.lines))


def _text(raw: bytes) -> str:
    """The text of the bytes, which may be UTF-8 where a bank's file has letters beyond ASCII."""
    plain = encodings.plain(raw)
    try:
        return encodings.lines(plain.decode())
    except UnicodeDecodeError:
        return encodings.fin_text(raw)


def _headed(text: str, allowed: Set[str]) -> str:
    """The text with terminals of twelve characters in its headers."""
    if "dev_header" not in allowed:
        return text
    text = _TERMINAL_1.sub(
        lambda m: f"{{1:{m[1]}{_terminal(m[2], 'A')}{m[3]}}}".upper(), text, count=1
    )
    return _TERMINAL_2.sub(
        lambda m: f"{{2:{m[1]}{_terminal(m[2], 'X')}{m[3] or ''}}}".upper(), text, count=1
    )


def _headers(text: str, work: _Work) -> None:
    for pattern in (_TERMINAL_1, _TERMINAL_2):
        found = pattern.search(text)
        if found is not None:
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            path = f"block {found[0][1]}"
            said = f"{len(found[2])} characters where a terminal has twelve"
            work.tell("dev_header", path, line, column, said, found[2])


def _terminal(bic: str, letter: str) -> str:
    return f"{bic[:8]}{letter}{bic[8:] or 'XXX'}"


def _close(work: _Work, start: int) -> None:
    """The end of block 4 on a line of its own, where it is missing or written otherwise."""
    if start < 0:
        return
    text = "\n".join(line for _, line in work.lines[start:])
    opened = _TEXT.search(text)
    if "\n-}" in text or opened is None:
        return
    found = _END.search(text, opened.end())
    last = work.lines[-1][0]
    mark = found.end() - len(found[0].lstrip()) if found else 0
    at = work.lines[start][0] + text.count("\n", 0, mark) if found else last
    said, value = "the text does not end with -} on a line", found[0].strip() if found else ""
    if not work.tell("dev_end", "block 4", at, 1, said, value):
        return
    if found is None:
        body, rest = text.rstrip("\n \t\x1a"), ""
    else:
        body, rest = text[: found.start()].rstrip("\n \t"), text[found.end() :].lstrip("}")
    first = work.lines[start][0]
    numbered = [(first + i, line) for i, line in enumerate(body.split("\n"))]
    work.lines[start:] = [*numbered, (at, f"-}}{rest.strip()}")]


def _lines(work: _Work, start: int) -> None:
    """Every field of block 4 as its format has it."""
    done = work.lines[: start + 1]
    fields = list(_fields(work.lines[start + 1 :]))
    for number, (lines, is_field) in enumerate(fields):
        if not is_field:
            done += _kept(work, lines, at_end=number == len(fields) - 1)
            continue
        done += _field(work, lines)
    work.lines = done


def _fields(lines: list[tuple[int, str]]) -> Iterator[tuple[list[tuple[int, str]], bool]]:
    """The lines of each field together; those before the first, and from the end on, by themselves."""
    group: list[tuple[int, str]] = []
    is_field = False
    for numbered in lines:
        line = numbered[1]
        opens = _TAG.match(line) is not None
        closes = line.startswith("-}")
        if (opens or closes) and group:
            yield group, is_field
            group = []
        if opens or closes:
            is_field = opens
        group.append(numbered)
    if group:
        yield group, is_field


def _kept(work: _Work, lines: list[tuple[int, str]], *, at_end: bool) -> list[tuple[int, str]]:
    """Lines that are no field: empty ones before the first are left out."""
    kept = []
    for number, line in lines:
        blank = not line.strip() and not at_end
        if not (blank and work.leave_out(number)):
            kept.append((number, line))
    return kept


def _field(work: _Work, lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    first = lines[0][0]
    plain = []
    for number, line in lines:
        clean = _plain(work, number, line)
        if not clean.strip() and work.leave_out(number):
            continue
        bare = clean.rstrip()
        trailing = "blanks at the end of the line"
        if clean != bare and work.tell(
            "dev_blanks", "block 4", number, len(bare) + 1, trailing, ""
        ):
            clean = bare
        plain.append((number, clean))
    text = "\n".join(line for _, line in plain)
    found = _TAG.fullmatch(text)
    if found is None:
        return plain
    tag = found[1] + found[2]
    loose = text[: found.end(2)] != f":{tag}" or bool(found[3])
    head = text[: found.start(4)]
    if loose and not work.tell("dev_blanks", tag, first, 1, "blanks around the tag", head):
        return plain
    small = "the option is a small letter"
    if tag != tag.upper() and work.tell("dev_tag_case", tag, first, 2, small, tag):
        tag = tag.upper()
    value = _value(work, tag, found[4], first)
    numbers = [number for number, _ in plain]
    written = f":{tag}:{value}".split("\n")
    return [(numbers[min(i, len(numbers) - 1)], line) for i, line in enumerate(written)]


def _plain(work: _Work, number: int, line: str) -> str:
    """The line in character set X, as far as a character has a plain form."""
    if ONLY_X.fullmatch(line) or line.startswith("-}"):
        return line
    plain = unicodedata.normalize("NFKD", line.translate(_REPLACED))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    if plain == line:
        return line
    odd = next(i for i, (a, b) in enumerate(zip(line, f"{plain}\0", strict=False)) if a != b)
    said = f"{line[odd]!r} is not in character set X"
    return (
        plain if work.tell("dev_character", "block 4", number, odd + 1, said, line[odd]) else line
    )


Fixer = Callable[[str, str], str]


def _value(work: _Work, tag: str, value: str, line: int) -> str:
    """The value, mended step by step until it reads as its format; as it was where it never does."""
    form = FORMATS.get(tag)
    described = tag == "35B" and _ISIN.match(value)  # the format takes it as a description
    if form is None or (form.pattern.fullmatch(value) and not described):
        return value
    steps: list[tuple[str, str]] = []
    now = value
    for code, fixer, said in FIXERS:
        after = fixer(tag, now) if code in work.allowed else now
        if after == now:
            continue
        steps.append((code, said))
        now = after
        if form.pattern.fullmatch(now) and not (described and _ISIN.match(now)):
            for done, why in steps:
                work.tell(done, tag, line, len(tag) + 3, why, value)
            return now
    return value


def _two_colons(tag: str, value: str) -> str:
    generic = FORMATS[tag].notation.startswith(":")
    return f":{value}" if generic and re.match(r"[A-Za-z0-9]{4}/", value) else value


def _two_slashes(tag: str, value: str) -> str:
    if "//" not in FORMATS[tag].notation[:8]:
        return value
    return _QUALIFIER.sub(r":\1//", value, count=1) if _QUALIFIER.match(value) else value


def _capitals(_: str, value: str) -> str:
    return value.upper()


def _iso_date(tag: str, value: str) -> str:
    short = "8!n" not in FORMATS[tag].notation
    return _LONG_DATE.sub(lambda m: (m[1][2:] if short else m[1]) + m[2] + m[3], value)


def _long_date(tag: str, value: str) -> str:
    if "8!n" not in FORMATS[tag].notation:
        return value
    return _SHORT_DATE.sub(lambda m: ("19" if m[1] >= "80" else "20") + m[1], value)


def _one_comma(tag: str, value: str) -> str:
    """Numbers with points, or with marks between thousands, as one comma has them."""
    return _MARKED.sub(_number, value) if "d" in FORMATS[tag].notation else value


_GROUPED = re.compile(r"\d{1,3}(?:([.,'])\d{3})(?:\1\d{3})*")


def _number(found: re.Match[str]) -> str:
    """The number with one comma; as it is where its marks could mean either, or are no grouping."""
    text = found[0]
    mark = max(text.rfind("."), text.rfind(","))
    if mark < 0 or text[mark] in text[:mark]:  # none, or one that only groups
        whole, part = text, ""
    else:
        whole, part = text[:mark], text[mark + 1 :]
    if _GROUPED.fullmatch(whole):
        return f"{re.sub('[^0-9]', '', whole)},{part}"
    if (
        whole == text
        or not whole.isdigit()
        or text[mark] == ","
        or (len(part) == len("000") and whole != "0")
    ):
        return text  # 1.234: thousands or decimals, nobody can tell
    return f"{whole},{part}"


def _with_comma(tag: str, value: str) -> str:
    if "d" not in FORMATS[tag].notation:
        return value
    return re.sub(r"(?<=[A-Z/NCD])(0|[1-9]\d*)(?=\Z|/|[NSF][A-Z]{3})", r"\1,", value)


def _one_isin(tag: str, value: str) -> str:
    return _ISIN.sub(lambda m: f"ISIN {m[1].upper()}", value, count=1) if tag == "35B" else value


FIXERS: tuple[tuple[str, Fixer, str], ...] = (
    ("dev_colon", _two_colons, "one colon before the qualifier"),
    ("dev_slash", _two_slashes, "one slash after the qualifier"),
    ("dev_isin", _one_isin, "the ISIN is written otherwise"),
    ("dev_date", _iso_date, "a date with marks between its parts"),
    ("dev_date", _long_date, "a date of six digits where eight stand"),
    ("dev_decimal", _one_comma, "a point or marks between thousands in a number"),
    ("dev_comma", _with_comma, "a number without its comma"),
    ("dev_case", _capitals, "small letters in a code"),
)


def _blocks(work: _Work) -> None:
    """A 16S for every block that is open when one around it, or the text, ends."""
    open_blocks: list[str] = []
    names = Counter[str]()  # of the open ones: a text may open a hundred thousand
    done: list[tuple[int, str]] = []
    for number, line in work.lines:
        if line.startswith(":16R:"):
            open_blocks.append(line[5:])
            names[line[5:]] += 1
        closing = line[5:] if line.startswith(":16S:") else None
        ends = line.startswith("-}")
        if (closing is not None and names[closing]) or (ends and open_blocks):
            while open_blocks and open_blocks[-1] != closing:
                name = open_blocks.pop()
                names[name] -= 1
                said = f"block {name} is not closed"
                if work.tell("dev_block", name, number, 1, said, name):
                    done.append((number, f":16S:{name}"))
            if open_blocks:
                names[open_blocks.pop()] -= 1
        done.append((number, line))
    work.lines = done
