"""What static data knows of a text in the search box: the instruments and the firms it names."""

from __future__ import annotations

from schemas.identifiers import is_cusip, isin_check_digit
from schemas.static import StaticData
from schemas.static_rows import Instrument, PartyRow, Place
from store.search import Sought

NAMES_MIN = 2  # letters before a text is looked for inside names
FOUND_MAX = 500
NUMBERING = ("US", "CA")  # countries whose ISINs hold a CUSIP


def sought(text: str, static: StaticData) -> Sought:
    """The text with the ISINs and BICs it stands for, at most 500 of each."""
    word = text.upper()
    isins = {row.isin for row in static.all(Instrument) if _names_instrument(row, word)}
    if is_cusip(word):
        isins |= {f"{body}{isin_check_digit(body)}" for body in (c + word for c in NUMBERING)}
    firms: set[str] = set()
    known: tuple[PartyRow | Place, ...] = (*static.all(PartyRow), *static.all(Place))
    for firm in known:
        if len(word) >= NAMES_MIN and (firm.bic.startswith(word) or word in firm.name.upper()):
            head_office = firm.bic.removesuffix("XXX")
            firms |= {head_office, f"{head_office}XXX"} if len(head_office) == 8 else {firm.bic}
    return Sought(text, tuple(sorted(isins)[:FOUND_MAX]), tuple(sorted(firms)[:FOUND_MAX]))


def _names_instrument(row: Instrument, word: str) -> bool:
    if word in (row.ticker, row.local_id):
        return True
    return len(word) >= NAMES_MIN and word in row.name.upper()
