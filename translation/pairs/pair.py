"""A pair of messages that say the same in both standards, and the table between them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from translation import mapping
from translation.mt_side import MtNode
from translation.mx_side import MxNode

ENVELOPE = """
Header/108 | - | the transport's own reference; a header of the MX has BizMsgIdr
"""


@dataclass(frozen=True, slots=True)
class Variant:
    """One MT of the pair; `names` fill the braces of the table."""

    type: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pair:
    """An ISO 20022 message and the MTs it stands for.

    `tells` names the elements by which an MX says which variant it is, and the name they fill: a
    pattern of how their text begins.
    `says` are the elements of which a document of this pair has one at least.
    `one` is the element of which an MT holds one alone; `needs` one that an MX of this pair has.
    """

    message_id: str
    root: str
    table: str
    variants: tuple[Variant, ...]
    tells: Mapping[str, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    one: str = ""
    needs: str = ""
    sign: str = ""  # the field an MT of this pair has, where its type has several: '23G PENA|CAST'

    def takes(self, root: MtNode) -> bool:
        """Whether an MT of one of its types is of this pair."""
        tag, _, value = self.sign.partition(" ")
        return not tag or any(
            f.tag == tag and f.text[:4] in value.split("|") for _, f in root.walk()
        )

    def variant_of(self, document: MxNode) -> Variant | None:
        """The MT that this document is; None when no variant says what it says."""
        if self.needs and document.first(self.needs) is None:
            return None
        for variant in self.variants:
            if all(_says(document, path, variant.names[name]) for path, name in self.tells.items()):
                return variant
        return None

    def maps_reference(self, variant: Variant) -> bool:
        """Whether the document has an element for the message's own reference."""
        return variant.type[0] != "5" or "20C SEME" in self.table

    def rows(self, variant: Variant, said: Mapping[str, str]) -> tuple[mapping.Row, ...]:
        """The rows of the table for one of its MTs; `said` are names that messages fill."""
        names = dict(variant.names)
        names |= {name: value for name, value in said.items() if f"{{{name}}}" in self.table}
        return _rows(ENVELOPE + self.table, tuple(names.items()))


def _says(document: MxNode, path: str, value: str) -> bool:
    found = document.first(path)
    return found is not None and re.match(f"(?:{value})", found.text) is not None


@lru_cache(256)
def _rows(table: str, names: tuple[tuple[str, str], ...]) -> tuple[mapping.Row, ...]:
    return mapping.rows(table, dict(names))
