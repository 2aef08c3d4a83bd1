"""The pairs that can be translated: one module each, one line here."""

from __future__ import annotations

from translation.pairs import (
    camt_054,
    inquiry,
    pacs_008,
    pacs_009,
    seev,
    semt_002,
    semt_017,
    semt_018,
    sese_020,
    sese_023,
    sese_024,
    sese_025,
    sese_030,
    statement,
)
from translation.pairs.pair import Pair, Variant

PAIRS: tuple[Pair, ...] = (
    sese_020.PAIR,
    sese_023.PAIR,
    sese_024.PAIR,
    sese_025.PAIR,
    pacs_008.PAIR,
    pacs_009.COVER_PAIR,
    pacs_009.PAIR,
    statement.BANK_STATEMENT,
    statement.PLAIN_STATEMENT,
    statement.REPORT,
    camt_054.PAIR,
    *inquiry.REQUESTS,
    *inquiry.ANSWERS,
    sese_030.PAIR,
    semt_002.PAIR,
    semt_017.PAIR,
    *semt_018.PAIRS,
    *seev.PAIRS,
)

BY_TYPE: dict[str, tuple[tuple[Pair, Variant], ...]] = {}
for _pair in PAIRS:
    for _variant in _pair.variants:
        BY_TYPE[_variant.type] = (*BY_TYPE.get(_variant.type, ()), (_pair, _variant))
BY_MESSAGE: dict[str, tuple[Pair, ...]] = {}
for _pair in PAIRS:
    _name = _pair.message_id[:8]
    BY_MESSAGE[_name] = (*BY_MESSAGE.get(_name, ()), _pair)
