"""What a message table is made of: fields, sequences, the message. The tables are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ANY = "**"


@dataclass(frozen=True, slots=True)
class Field:
    """One place for a field: the tags (options) it may take there, and how often; ANY takes all.

    A generic field names its qualifiers there with what each means; without them any will do but
    `others`: those which a place beside it names.
    `name` is for fields without a qualifier.
    """

    tags: tuple[str, ...]
    name: str = ""
    qualifiers: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    repeats: bool = False
    codes: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sequence:
    """A run of fields that belong together, most often a block between 16R and 16S.

    `block` is its name there, '' where nothing marks its ends; `id` is its letter in the standard.
    """

    block: str
    title: str
    items: tuple[Item, ...]
    required: bool = False
    repeats: bool = False
    id: str = ""


Item = Field | Sequence


@dataclass(frozen=True, slots=True)
class Message:
    """A message type, its items in order, and how many characters its text block may have."""

    type: str
    title: str
    items: tuple[Item, ...]
    length_max: int = 10_000


def names(
    items: tuple[Item, ...], path: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, str, str]]:
    """(path, tag, qualifier, plain words) of every field of a table."""
    for item in items:
        if isinstance(item, Sequence):
            yield from names(item.items, (*path, item.block))
            continue
        for tag in item.tags if item.tags != (ANY,) else ():
            if item.qualifiers:
                yield from (("/".join(path), tag, q, name) for q, name in item.qualifiers.items())
            else:
                yield "/".join(path), tag, "", item.name
