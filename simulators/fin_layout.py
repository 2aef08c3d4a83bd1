"""The order of fields the network demands, one table per message type, and the walk over it.

A line is a field (tag with its options, then qualifiers joined by `|`) or a block in capitals that
ends with `:`; `!` is mandatory, `*` repeats, indentation nests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_LINKS = "POOL|PREA|PREV|RELA|TRRF|COMM|COLR|CORP|TCTR|CLTR|CLCI|TRCI|MITI|PCTI|MAST|INDX|COAF|BASK"
_DELIVERERS = "DEAG|SELL|DECU|DEI1|DEI2"
_RECEIVERS = "REAG|BUYR|RECU|REI1|REI2"
_AMOUNTS = (
    "SETT|ACRU|ANTO|BOOK|CHAR|COUN|DEAL|EXEC|ISDI|LADT|LEVY|LOCL|LOCO|MARG|OTHR|REGF|SHIP|SPCN|STAM"
    "|STEX|TRAN|TRAX|VATA|WITH|COAX|ACCA"
)

SETTLEMENT = f"""
GENL: !
  20C SEME !
  23G !
  98ACE PREP
  99BC SETT
  99BC TOSE
  LINK: *
    22F LINK
    13AB LINK
    20CUN {_LINKS} !
    36BD PAIR|TURN
TRADDET: !
  94HL CLEA *
  94BL TRAD *
  98ABC SETT !
  98ABCE TRAD
  98AC ADEL
  98AC LATE
  90AB DEAL
  99A DAAC
  35B !
  FIA:
    94B PLIS
    22F MICO
    22F FORM
    22F PFRE
    22F PAYS
    22F CFRE
    12AC CLAS
    12B OPST
    12B OPTI
    11A DENO
    98A COUP
    98A EXPI
    98A FRNR
    98A MATU
    98A ISSU
    98A CALD
    98A CONV
    98A PUTT
    98A DDTE
    92A PRFC
    92A CUFC
    92A NWFC
    92A INTR
    92A NXRT
    92A INDX
    92A YTMR
    13AB COUP
    13B POOL
    17B FRNF
    17B CALL
    17B PUTT
    90AB INDC
    90AB MRKT
    36BD MINO
    36BD SIZE
    35B *
    70E FIAN
  22F PROC
  22F RPOR *
  22F PRIR
  22F BORR
  22F TTCO *
  22F INCA
  22F TRCA
  22F PRIC
  11A FXIB
  25D MTCH
  25D AFFM
  70E FXIN
  70E SPRO
FIAC: ! *
  36BD SETT ! *
  70D DENC
  13B CERT *
  95PR ACOW
  95L ALTE
  97ABD SAFE !
  97AED CASH
  94BCFLT SAFE *
  BREAK: *
    13B LOTS
    36BD LOTS
    98ACE LOTS
    90AB LOTS
    22F PRIC
REPO:
  98ABC TERM
  98AC RERA
  22F RERT
  22F MICO
  22F REVA
  22F LEGA
  22F OMAT
  22F INTR
  20C SECO
  20C REPO
  92C VASU
  92A REPO
  92A RSPR
  92AC PRIC
  92A SLMG
  92A SHAI
  99B CADE
  99B TOCO
  19A FORF
  19A TRTE
  19A REPP
  19A ACRU
  19A DEAL
  19A TAPC
  70C SECO
SETDET: !
  22F STCO *
  22F SETR !
  22F TRCA
  22F STAM
  22F RTGS
  22F REGT
  22F BENE
  22F CASY
  22F DBNM
  22F TCPI
  22F MACL
  22F FXCX
  22F BLOC
  22F REST
  22F SETS
  22F NETT
  22F CCPT
  22F LEOG
  22F COLA
  22F TRAK
  22F REPT
  22F COLE
  22F SSBT
  22F CSBT
  SETPRTY: ! *
    95CDPQR {_DELIVERERS}|{_RECEIVERS}|PSET !
    95LS ALTE *
    97ABD SAFE
    98AC PROC
    20C PROC
    70E DECL
    70D REGI
    70C PACO
  CSHPRTY: *
    95PQR ACCW|BENM|PAYE|DEBT|INTM !
    95LS ALTE *
    97ADE CASH
    97AE CHAR
    97AE COMM
    97AE TAXE
    70E DECL
    70C PACO
  AMT: AMOUNTS *
    17B ACRU|STAM *
    19A {_AMOUNTS} !
    19A RESU
    19A OCMT
    98AC VALU
    92B EXCH
OTHRPRTY: *
  95CPQR EXCH|MEOR|MERE|TRRE|INVE|VEND|TRAG|QFIN|BRKR ! *
  95LS ALTE *
  97AD SAFE
  70E DECL
  70D REGI
  70C PACO
  20C PROC
"""

LAYOUTS = {
    "540": SETTLEMENT.replace("AMOUNTS", ""),
    "541": SETTLEMENT.replace("AMOUNTS", "!"),
    "542": SETTLEMENT.replace("AMOUNTS", ""),
    "543": SETTLEMENT.replace("AMOUNTS", "!"),
    "103": """
20 !
13C *
23B !
23E *
26T
32A !
33B
36
50AFK !
51A
52AD
53ABD
54ABD
55ABD
56ACD
57ABCD
59AF- !
70
71A !
71F *
71G
72
77B
""",
    "202": """
20 !
21 !
13C *
32A !
52AD
53ABD
54ABD
56AD
57ABD
58AD !
72
""",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One place in the layout: a field, or a block with its own places."""

    tags: frozenset[str]
    qualifiers: frozenset[str]  # empty: the field has none
    block: str
    items: tuple[Item, ...]
    mandatory: bool
    repeats: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field was found: the path of its blocks, the innermost with its number."""

    path: tuple[str, ...]
    block: int


class Misplaced(Exception):
    """Field `index` breaks the layout, with this code."""

    def __init__(self, code: str, index: int) -> None:
        super().__init__(code, index)
        self.code, self.index = code, index


def _item(words: list[str], items: tuple[Item, ...]) -> Item:
    head, rest = words[0], words[1:]
    mandatory, repeats = "!" in rest, "*" in rest
    if head.endswith(":"):
        return Item(frozenset(), frozenset(), head[:-1], items, mandatory, repeats)
    letters = head[2:] or "-"
    tags = frozenset(head[:2] + letter.strip("-") for letter in letters)
    names = frozenset(q for word in rest if word not in {"!", "*"} for q in word.split("|"))
    return Item(tags, names, "", (), mandatory, repeats)


def _compile(lines: Sequence[str], depth: int = 0) -> tuple[Item, ...]:
    found: list[Item] = []
    at = 0
    while at < len(lines):
        words = lines[at].split()
        end = at + 1
        while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > depth:
            end += 1
        found.append(_item(words, _compile(lines[at + 1 : end], depth + 2)))
        at = end
    return tuple(found)


_COMPILED = {
    type_: _compile([line for line in text.splitlines() if line.strip()])
    for type_, text in LAYOUTS.items()
}

Shape = tuple[tuple[str, str], ...]  # (tag, qualifier or block name) of every field


class _Walk:
    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.places: list[Place] = []
        self.at = 0
        self.blocks = 0

    def here(self) -> tuple[str, str]:
        return self.shape[self.at] if self.at < len(self.shape) else ("", "")

    def fits(self, item: Item) -> bool:
        tag, qualifier = self.here()
        if item.block:
            return tag == "16R" and qualifier == item.block
        return tag in item.tags and (not item.qualifiers or qualifier in item.qualifiers)

    def sequence(self, items: tuple[Item, ...], place: Place) -> None:
        for item in items:
            count = 0
            while self.fits(item) and (item.repeats or not count):
                self.one(item, place)
                count += 1
            if item.mandatory and not count:
                raise self.misplaced(items, item)

    def one(self, item: Item, place: Place) -> None:
        if not item.block:
            self.step(place)
            return
        self.blocks += 1
        inner = Place((*place.path, item.block), self.blocks)
        self.step(inner)
        self.sequence(item.items, inner)
        if self.here() != ("16S", item.block):
            raise self.misplaced(item.items, None)
        self.step(inner)

    def step(self, place: Place) -> None:
        self.places.append(place)
        self.at += 1

    def misplaced(self, items: tuple[Item, ...], missing: Item | None) -> Misplaced:
        """T89: a field of this block, its qualifier out of order or not allowed; else T13."""
        tag, qualifier = self.here()
        generic = any(tag in item.tags and item.qualifiers for item in items)
        wrong = generic and qualifier and (missing is None or tag in missing.tags)
        return Misplaced("T89" if wrong else "T13", min(self.at, len(self.shape) - 1))


def walk(type_: str, shape: Shape) -> list[Place]:
    """Where each field stands, or Misplaced at the first that may not stand there."""
    items = _COMPILED[type_]
    walking = _Walk(shape)
    walking.sequence(items, Place((), 0))
    if walking.at < len(shape):
        raise walking.misplaced(items, None)
    return walking.places
