"""Elements by path in local names, in the namespace of the element they are below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from lxml import etree

_DECIMAL = re.compile(r"\s*[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})\s*", re.ASCII)


class Below:
    """Looks below one element; paths are as `GrpHdr/NbOfTxs`."""

    __slots__ = ("_namespace", "node")

    def __init__(self, node: etree._Element, namespace: str | None = None) -> None:
        self.node = node
        self._namespace = node.nsmap.get(node.prefix) or "" if namespace is None else namespace

    def find(self, path: str) -> etree._Element | None:
        """The first element at a path."""
        return self.node.find(_qualified(self._namespace, path))

    def text(self, *paths: str) -> str:
        """The text of the first of these paths that has any; '' where none has."""
        for path in paths:
            found = self.node.findtext(_qualified(self._namespace, path))
            if found and not found.isspace():
                return found.strip()
        return ""

    def all(self, path: str) -> list[etree._Element]:
        """Every element at a path."""
        return self.node.findall(_qualified(self._namespace, path))

    def each(self, path: str) -> Iterator[Below]:
        """The same, to look below each."""
        return (Below(node, self._namespace) for node in self.all(path))

    def number(self, path: str) -> Decimal | None:
        """The number at a path, None where there is none."""
        found = self.find(path)
        return None if found is None else decimal(found.text or "")

    def day(self, path: str) -> date | None:
        """The date at a path, be it a date or a time, None where it is none."""
        found = self.text(f"{path}/Dt/Dt", f"{path}/Dt/DtTm", f"{path}/Dt", f"{path}/DtTm", path)
        try:
            return date.fromisoformat(found[:10]) if found else None
        except ValueError:  # the schema has said so
            return None


def decimal(text: str) -> Decimal | None:
    """The number a text is, None where it is none."""
    return Decimal(text.strip()) if _DECIMAL.fullmatch(text) else None


@lru_cache(4096)
def _qualified(namespace: str, path: str) -> str:
    return "/".join(f"{{{namespace}}}{step}" for step in path.split("/"))
