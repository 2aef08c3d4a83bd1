"""Verdicts of compiled schemas and of official ones: random documents, and what others wrote.

`python -m tests.mx_conformity` compares all messages at length.
"""

from __future__ import annotations

import random
from functools import cache

import pytest
from lxml import etree

from gateway.schema_store import generate
from parsers import mx
from schemas.mx import catalogue
from schemas.mx.compiler import compiled
from schemas.problem import MessageError
from tests import corpus, mx_conformity

SAMPLE = 12
pytestmark = pytest.mark.skipif(
    not mx_conformity.OFFICIAL.is_dir(), reason="the official schemas are not beside this checkout"
)


def test_both_schemas_judge_random_documents_and_their_mutants_alike():
    seed = str(random.randrange(1_000_000))
    print(f"seed {seed}")  # noqa: T201
    for message_id in random.Random(seed).sample(mx_conformity.messages([]), SAMPLE):
        tally = mx_conformity.compare(message_id, 2, 20, seed)
        assert tally.apart == [], message_id
        assert tally.all == 42


def test_random_documents_of_an_official_schema_are_valid_and_their_mutants_mostly_not():
    tally = mx_conformity.compare("pacs.002.001.10", 3, 20, "7")
    assert tally.valid >= 3
    assert tally.invalid >= 20


@pytest.mark.skipif(not corpus.CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_both_schemas_judge_what_others_wrote_alike():
    judged = 0
    for path in corpus.files():
        if path.suffix != ".xml":
            continue
        for part, message_id in _parts(path.read_bytes()):
            ours, theirs = _pair(message_id)
            assert ours.validate(part) is theirs.validate(part), path
            judged += 1
    assert judged > 200


known = cache(lambda: frozenset(mx_conformity.messages([])))


@cache
def _pair(message_id: str) -> tuple[etree.XMLSchema, etree.XMLSchema]:
    """The compiled schema and the official one."""
    official = mx_conformity.OFFICIAL / message_id[:4] / f"{message_id}.xsd"
    return compiled(generate(message_id)), etree.XMLSchema(etree.parse(official))


def _parts(raw: bytes) -> list[tuple[etree._Element, str]]:
    """The header and the Document in these bytes, as far as both schemas of them exist."""
    try:
        message = mx.read(raw)
    except MessageError:
        return []
    parts = [part for part in (message.header, message.document) if part is not None]
    named = [(part, catalogue.message_id(etree.QName(part).namespace or "")) for part in parts]
    return [(part, name) for part, name in named if name in known()]
