"""Where the elements of a document stand in its bytes: line and column of start tags and of texts."""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree

_TAG = re.compile(
    rb"<(?:!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>|/[^>]*>"
    rb"|(?P<name>[^\s/>!?]+)(?>[^>\"']+|\"[^\"]*\"|'[^']*')*>)",
    re.DOTALL,
)
_BLANKS = re.compile(rb"\s*")


class Place(NamedTuple):
    """A line, and a column in characters, both from 1."""

    line: int
    column: int


class Places:
    """The places of the elements of one well-formed document, each found when asked for.

    `root` is the tree that was read from these bytes; it has one element more at its top when a
    header and its Document came without one around them.
    """

    def __init__(self, text: bytes, root: etree._Element) -> None:
        self._text = text
        tags = [found.span() for found in _TAG.finditer(text) if found["name"] is not None]
        nodes = list(root.iter("*"))
        self._spans = dict(zip(nodes[len(nodes) - len(tags) :], tags, strict=False))

    def element(self, node: etree._Element) -> Place:
        """Where the start tag of an element begins."""
        span = self._spans.get(node)
        return Place(1, 1) if span is None else self._at(span[0])

    def text(self, node: etree._Element) -> Place:
        """Where the text of an element begins; that of its tag where there is none."""
        span = self._spans.get(node)
        if span is None:
            return Place(1, 1)
        blanks = _BLANKS.match(self._text, span[1])
        begins = blanks.end() if blanks else span[1]
        return self._at(span[0] if self._text[begins : begins + 1] == b"<" else begins)

    def _at(self, offset: int) -> Place:
        begins = self._text.rfind(b"\n", 0, offset) + 1
        column = len(self._text[begins:offset].decode("utf-8", "replace")) + 1
        return Place(self._text.count(b"\n", 0, offset) + 1, column)
