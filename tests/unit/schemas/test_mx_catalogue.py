"""Every schema compiled from a package, held against the official file of its version."""

from __future__ import annotations

import pytest
from lxml import etree
from mx_samples import OFFICIAL
from mx_shape import shape

from gateway.schema_store import generate, listed
from schemas.mx.compiler import compiled

OFFICIALS = {path.stem: path for path in sorted(OFFICIAL.glob("*/*.xsd"))}
BOTH = sorted(listed() & OFFICIALS.keys())


@pytest.mark.skipif(not OFFICIALS, reason="the official schemas are not beside this checkout")
def test_there_are_official_files_to_hold_the_schemas_against():
    assert len(BOTH) > 150


@pytest.mark.parametrize("message_id", BOTH)
def test_a_compiled_schema_says_what_the_official_one_says(message_id):
    text = generate(message_id)
    theirs = etree.parse(OFFICIALS[message_id], etree.XMLParser(remove_comments=True)).getroot()
    assert shape(etree.XML(text)) == shape(theirs)
    if message_id.endswith("1"):  # compiling takes longer than comparing: some of them
        compiled(text)
