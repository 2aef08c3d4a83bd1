"""A good message of every type, made from its table: what must be there, with plain values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from schemas.mt import MESSAGES, codes, words
from schemas.mt.fields import FORMATS
from schemas.mt.message import ANY, Field, Item
from schemas.mt.notation import BIC
from tests.mt_samples import SAMPLES, delivered, sent

_UETR = "{121:8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60}"
_PART = re.compile(
    r"(?P<bic>@)|<(?P<codes>[A-Z0-9|]+)>|(?P<lines>\d+)\*\(?|(?P<size>\d+)(?P<fixed>!)?(?P<set>[nacdhexyz])"
    r"|(?P<open>\[)|(?P<close>\])|(?P<sign>N(?=\]))|(?P<skip>\))|(?P<literal>.)"
)
# by the name of a component: the text, cut to its size where it may be shorter
_TEXTS = {
    "currency": "USD",
    "currency_1": "EUR",
    "currency_2": "USD",
    "country": "US",
    "isin": "US0378331005",
    "message_type": "940",
    "mt": "940",
    "function": "NEWM",
    "flag": "N",
    "page": "1",
    "reference": "REF2611240001",
    "continuation": "ONLY",
    "indicator": "ONLY",
    "time": "153000",
    "hours": "15",
    "sign": "+",
    "offset": "0000",
    "debit_credit": "C",
    "capitals": "ALPHA BANK",
}
# qualifiers to take where any will do
_USUAL = frozenset({"SAFE", "SETT", "RELA", "STAT", "MRKT", "ELIG", "INVE"})
_SETS = {"n": "1234567890", "a": "ABCDEFGHIJ", "c": "ABCD123456", "h": "ABCDEF0123", "e": " "}
# where the table leaves open what a value must be: (type or '', tag and qualifier)
_VALUES = {
    ("", "22A"): "NEWT",
    ("", "22F CAEV"): "DVCA",
    ("", "22F CAMV"): "MAND",
    ("", "22F SETR"): "TRAD",
    ("", "22H REDE"): "RECE",
    ("", "22H PAYM"): "FREE",
    ("", "23B"): "CRED",
    ("", "25D"): ":IPRC//PACK",
    ("", "28D"): "1/1",
    ("", "28E"): "1/ONLY",
    ("", "50F"): "/12345678\n1/ALPHA FUND\n2/1 MAIN ST\n3/US/NEW YORK",
    ("", "71A"): "SHA",
    ("103STP", "59A"): "/12345678\nCUSTUS33",
}


def example(type_: str) -> str:
    """The text of a good message of this type, line ends as in a file."""
    kept = SAMPLES.get(type_)
    raw = kept if kept is not None else _made(type_)
    return raw.decode("ascii").replace("\r\n", "\n")


def _made(type_: str) -> bytes:
    number, flag = type_[:3], type_[3:]
    body = "\n".join(_lines(type_, MESSAGES[type_].items))
    if number in ("900", "910", "935") or (number[0] == "9" and number[1] in "457"):
        return delivered(number, body)
    validation = f"{{119:{flag}}}" if flag else ""
    uetr = _UETR if number in ("103", "202", "205") else ""
    user = f"{{3:{validation}{uetr}}}" if validation or uetr else ""
    return sent(number, body, user)


def _lines(type_: str, items: Sequence[Item]) -> Iterator[str]:
    for item in items:
        if not item.required:
            continue
        if isinstance(item, Field):
            if item.tags != (ANY,):
                yield _field(type_, item)
            continue
        inside = list(_lines(type_, item.items))
        yield from [f":16R:{item.block}", *inside, f":16S:{item.block}"] if item.block else inside


def _field(type_: str, item: Field) -> str:
    tag = min(item.tags, key=lambda t: (FORMATS[t].notation.count("*"), t))
    known = next(iter(item.qualifiers), "") or _any_qualifier(tag, item)
    name = f"{tag} {known}".strip()
    for key in ((type_, name), (type_, tag), ("", name), ("", tag)):
        if key in _VALUES:
            value = _VALUES[key]
            return f":{tag}:" + (value if value[0] == ":" or not known else f":{known}//{value}")
    if item.codes:
        return f":{tag}:{min(item.codes)}"
    listed = codes.of_place(type_, tag, known)
    value = value_of(tag, known)
    return f":{tag}:" + (value.replace(_SETS["a"][:4], min(listed)) if listed else value)


def _any_qualifier(tag: str, item: Field) -> str:
    if not FORMATS[tag].notation.startswith(":4!c"):
        return ""
    named = set(words.QUALIFIERS.get(tag[:2], {})) - item.others
    return min(named, key=lambda q: (q not in _USUAL, q)) if named else "XXXX"


def value_of(tag: str, qualifier: str) -> str:
    """The plainest value of a format: nothing that may be left out."""
    form = FORMATS[tag]
    notation = form.notation.replace(BIC, "@").split("|")[
        0 if "<" not in form.notation else slice(None)
    ]
    notation = notation if isinstance(notation, str) else "|".join(notation)
    names, out, depth = iter(form.parts), [], 0
    listed = False
    for token in _PART.finditer(notation):
        if token["open"] or token["close"]:
            depth += 1 if token["open"] else -1
        elif token["lines"]:
            listed = True
            name = next(names, "") if not depth else next(names, "") and ""
            pending = name
        elif token["size"] or token["bic"] or token["codes"] or token["sign"]:
            name = pending if listed else next(names, "")
            listed = False
            if not depth:
                out.append(_text(token, name, qualifier))
        elif token["literal"] and not depth:
            out.append("\n" if token["literal"] == "$" else token["literal"])
    return "".join(out)


def _text(token: re.Match[str], name: str, qualifier: str) -> str:
    if token["bic"]:
        return "CUSTUS33"
    if token["codes"]:
        return token["codes"].split("|")[0]
    size, kind = int(token["size"]), token["set"]
    if name == "qualifier":
        return qualifier
    if kind == "d":
        return "1000,"
    if "date" in name and kind == "n":
        return {8: "20261124", 6: "261124", 4: "1124"}[size]
    text = _TEXTS.get(name)
    if text is None:
        text = _SETS.get(kind, "TEXT") if token["fixed"] or kind in "xyz" else _SETS[kind][:1]
    while token["fixed"] and len(text) < size:
        text += text
    return text[:size]
