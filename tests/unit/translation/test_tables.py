"""Every line of every mapping table names places that exist in both messages, and a converter."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from gateway.schema_store import installed_schemas
from schemas.mt import MESSAGES
from schemas.mt.message import ANY, Item, Sequence
from schemas.mt.message import Field as Place
from schemas.mx.outline import Outline
from translation.headers import HEADER
from translation.mapping import Block, Row, rows
from translation.pairs import PAIRS, Pair, Variant
from translation.walk import CONVERTERS

SCHEMAS = installed_schemas()
SAID = {"now": "NOW", "sender": "AAAABBCC", "receiver": "AAAABBCC", "currency": "EUR"}
VARIANTS = [(pair, variant) for pair in PAIRS for variant in pair.variants]
NAMES = [f"{variant.type}-{pair.message_id}" for pair, variant in VARIANTS]


@pytest.mark.parametrize(("pair", "variant"), VARIANTS, ids=NAMES)
def test_the_mt_places_of_a_table_exist(pair: Pair, variant: Variant) -> None:
    table = MESSAGES[variant.type].items
    lost = [
        f"{'/'.join(b.name for b in blocks)}/{tag} {qualifier}"
        for blocks, tag, qualifier in _mt_places(pair.rows(variant, SAID), ())
        if blocks[:1] != (Block(HEADER, many=False),) and not _stands(table, blocks, tag, qualifier)
    ]
    assert lost == []


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.message_id for pair in PAIRS])
def test_the_mx_paths_of_a_table_exist(pair: Pair) -> None:
    schema = SCHEMAS.outline(pair.message_id)
    assert schema is not None
    found = {path for v in pair.variants for path in _mx_paths(pair.rows(v, SAID), ())}
    lost = [path for path in found if not _leads(schema, pair.root, path)]
    assert lost == []


@pytest.mark.parametrize(("pair", "variant"), VARIANTS, ids=NAMES)
def test_every_converter_is_known(pair: Pair, variant: Variant) -> None:
    named = {row.converter for row in _flat(pair.rows(variant, SAID)) if row.converter}
    assert named <= CONVERTERS.keys()


@pytest.mark.parametrize(
    "line",
    ["GENL/20C SEME | TxId", "GENL/20 C | TxId | text", "GENL/20C SEME | Tx Id | text"],
)
def test_a_line_that_reads_as_nothing_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=r"GENL/20 C|Tx Id|GENL/20C SEME \| TxId"):
        rows(line, {})


def _flat(found: tuple[Row, ...]) -> Iterator[Row]:
    for row in found:
        yield row
        yield from _flat(row.rows)


def _mt_places(
    found: tuple[Row, ...], blocks: tuple[Block, ...]
) -> Iterator[tuple[tuple[Block, ...], str, str]]:
    for row in found:
        here = (*blocks, *row.blocks)
        for number, block in enumerate(here, start=1):
            if block.tag:
                yield _named(here[:number]), block.tag.lstrip("!&"), block.qualifier
        if row.tag:
            yield _named(here), row.tag, row.qualifier
        yield from _mt_places(row.rows, here)


def _named(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of a path, without `.` for the one it is in."""
    return tuple(block for block in blocks if block.name != ".")


def _stands(items: tuple[Item, ...], blocks: tuple[Block, ...], tag: str, qualifier: str) -> bool:
    if blocks:
        name = blocks[0].name
        inside = [i for i in items if isinstance(i, Sequence) and (i.block or f"#{i.id}") == name]
        return any(_stands(sequence.items, blocks[1:], tag, qualifier) for sequence in inside)
    return any(_takes(item, tag, qualifier) for item in items if isinstance(item, Place))


def _takes(item: Place, tag: str, qualifier: str) -> bool:
    if item.tags == (ANY,):
        return True
    tags = {t[:2] + "a" for t in item.tags} | set(item.tags)
    return tag in tags and (not item.qualifiers or qualifier in item.qualifiers)


def _mx_paths(found: tuple[Row, ...], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for row in found:
        here = path
        for step in row.steps:
            here = (*here, step.name)
            if step.path:
                yield (*here, *step.path.split("/"))
        if row.in_mx:
            yield here
            yield from ((*here, *place) for place in _inside(row))
        if row.also:
            yield (*path, *(step.name for step in row.also))
        yield from _mx_paths(row.rows, here)


def _inside(row: Row) -> Iterator[tuple[str, ...]]:
    """The elements below its own that a row tells its converter of."""
    for number, argument in enumerate(row.arguments):
        if (
            not re.fullmatch(r"[A-Z][A-Za-z0-9]*(/[A-Z][A-Za-z0-9]*)*", argument)
            or argument.isupper()
        ):
            continue
        if row.converter in ("balance", "unsigned-balance"):
            yield (*argument.split("/"), *(("Qty", "Unit") if number else ("Unit",)))
        else:
            yield tuple(argument.split("/"))


def _leads(schema: Outline, root: str, path: tuple[str, ...]) -> bool:
    """Whether the schema has an element at this path below the root."""
    place = schema.root(root)
    for name in path:
        place = schema.child(place.type, name) if place else None
    return place is not None
