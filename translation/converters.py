"""How one value changes its form between the standards; each converter knows both directions.

To the MX it gives texts by path below the element of its row; to the MT an option letter and the
text of the field. `None` says that the value cannot be expressed on the other side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from schemas.mt.fields import FORMATS
from translation.mt_side import MtField
from translation.mx_side import Leaf, MxNode


class ToMx(NamedTuple):
    """Texts by path below the element ('' is its own, '@Ccy' an attribute), and what was lost."""

    texts: Mapping[str, str]
    lost: str = ""


class ToMt(NamedTuple):
    """The option letter, the text after tag and qualifier, the leaves it says, what was lost."""

    option: str
    text: str
    leaves: tuple[Leaf, ...]
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Converter:
    """One way to convert; arguments are those of the table's line."""

    to_mx: Callable[[MtField, tuple[str, ...]], ToMx | None]
    to_mt: Callable[
        [MxNode, tuple[str, ...], str], ToMt | None
    ]  # element, arguments, the row's tag


def components(each: MtField) -> Mapping[str, str] | None:
    """The named parts of a field by its format; None where it does not read as that."""
    form = FORMATS.get(each.tag)
    found = form.pattern.fullmatch(each.value) if form else None
    if form is None or found is None:
        return None
    pairs = zip(form.parts, found.groups(), strict=True)
    return {name: value for name, value in pairs if value is not None}


def leaf(node: MxNode, path: str) -> Leaf | None:
    """The value at a path below an element, '@Ccy' at its end for an attribute; None if none."""
    names, _, attribute = path.partition("@")
    found = node.first(names.rstrip("/"))
    if found is None or (attribute not in found.attributes if attribute else not found.text):
        return None
    return Leaf(found, attribute, "")


def leaves(node: MxNode, *paths: str) -> tuple[Leaf, ...] | None:
    """The values at all of these paths, or None where one is missing."""
    found = tuple(each for path in paths if (each := leaf(node, path)) is not None)
    return found if len(found) == len(paths) else None
