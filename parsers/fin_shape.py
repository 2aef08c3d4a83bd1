"""The shape of a message: its tags, qualifiers and blocks in order, without any value.

Traffic has few shapes and many messages, so what follows from a shape alone is worked out once and
remembered: paths, places in the table, what is missing or out of order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

SHAPES_KEPT = 2048
DEPTH_MAX = 16  # of blocks in one another
_LONGEST_KEPT = 600  # fields; a longer message is worked out each time


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What a message is made of. Equal heads give the same object while it is remembered."""

    tags: tuple[str, ...]
    qualifiers: tuple[str, ...]  # '' where the field has none, or none that reads as one
    blocks: tuple[str, ...]  # the name of a 16R or 16S, else ''
    paths: tuple[str, ...]  # 'GENL/STAT'
    sequences: tuple[int, ...]  # which of the blocks opened so far a field stands in; 0 outside all
    unbalanced: tuple[tuple[int, str], ...]  # index and what was expected (T92)
    places: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    asked: dict[str, tuple[int, ...]] = field(default_factory=dict)  # by place as callers write it


def shape(heads: Sequence[str]) -> Shape:
    """The shape of fields that begin so: `20C::SEME/`, `23G:`, `16R:GENL`."""
    if len(heads) > _LONGEST_KEPT:
        return _shape(tuple(heads))
    return _kept(tuple(heads))


def _shape(heads: tuple[str, ...]) -> Shape:
    tags, qualifiers, blocks, paths, sequences = [], [], [], [], []
    places: dict[tuple[str, str], list[int]] = {}
    unbalanced: list[tuple[int, str]] = []
    open_blocks: list[tuple[str, int, str]] = []
    path, sequence, opened = "", 0, 0
    for index, head in enumerate(heads):
        tag, _, rest = head.partition(":")
        block = rest if tag in ("16R", "16S") else ""
        qualifier = rest[1:5] if rest[:1] == ":" and not block else ""
        if tag == "16R":
            if len(open_blocks) == DEPTH_MAX:
                unbalanced.append((index, f"no more than {DEPTH_MAX} blocks are open here"))
            open_blocks.append((path, sequence, block))
            if len(open_blocks) <= DEPTH_MAX:
                path = f"{path}/{block}" if path else block
            opened += 1
            sequence = opened
        tags.append(tag)
        qualifiers.append(qualifier)
        blocks.append(block)
        paths.append(path)
        sequences.append(sequence)
        places.setdefault((path, tag[:2] + qualifier if qualifier else tag), []).append(index)
        if tag == "16S":
            path, sequence, name = open_blocks.pop() if open_blocks else ("", 0, "")
            if name != block:
                expected = f"block {name} is open here" if name else "no block is open here"
                unbalanced.append((index, expected))
    if open_blocks:
        unbalanced.append((len(heads), f"block {open_blocks[-1][2]} is not closed"))
    return Shape(
        tuple(tags),
        tuple(qualifiers),
        tuple(blocks),
        tuple(paths),
        tuple(sequences),
        tuple(unbalanced),
        {key: tuple(found) for key, found in places.items()},
    )


_kept = lru_cache(SHAPES_KEPT)(_shape)
