"""The page of an ISO 20022 message: its elements, what is written of them here, and by which rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache

from lxml import etree

from builders.mx import TABLES
from gateway.schema_store import SchemaStore, listed
from schemas.mx import catalogue
from schemas.mx.notation import CHECKED, Code, Form, Group, Message, Row
from translation.pairs import BY_MESSAGE

DEPTH = 3  # of the elements that are shown
_VERSION = re.compile(r"(?<=[a-z0-9])[A-Z][a-z]{3}\d{8}$")  # that a name of a type ends in
CODES = 12  # of a list that are shown
_FACETS = {
    "maxLength": "to",
    "pattern": "",
    "totalDigits": "digits",
    "fractionDigits": "decimals",
    "minInclusive": "from",
}
_XS = "{http://www.w3.org/2001/XMLSchema}"


def ids() -> list[str]:
    """The messages that have a page: those built, read or translated here, and the header."""
    translated = {pair.message_id for pairs in BY_MESSAGE.values() for pair in pairs}
    return sorted({*catalogue.BUILT.values(), *catalogue.READ, catalogue.HEADER, *translated})


def pages() -> Iterator[tuple[str, str]]:
    """File name and text of every page."""
    for message_id in ids():
        yield f"{message_id}.md", _page(message_id)


def index() -> Iterator[str]:
    """Rows of a table: message, element, what is done with it here."""
    for message_id in ids():
        root = _root(message_id)[0]
        yield f"| [{message_id}](mx/{message_id}.md) | {root} | {', '.join(_done(message_id))} |\n"


def others() -> Iterator[str]:
    """By area, the messages that have a schema in the installed packages."""
    found: dict[str, list[str]] = {}
    for message_id in sorted(listed()):
        found.setdefault(message_id[:4], []).append(message_id[5:])
    for area, versions in found.items():
        yield f"| {area} | {len(versions)} | {', '.join(versions)} |\n"


def _done(message_id: str) -> Iterator[str]:
    if message_id in catalogue.BUILT.values():
        yield "built"
    if message_id in catalogue.READ:
        yield "read as an answer"
    types = sorted({v.type for pair in BY_MESSAGE.get(message_id[:8], ()) for v in pair.variants})
    if types:
        yield "translated: MT" + ", ".join(types)
    if message_id == catalogue.HEADER:
        yield "the business header"


def _page(message_id: str) -> str:
    root, elements = _root(message_id)
    page = (
        f"# {message_id} {root}\n\n{_sentence(message_id)}\n\n"
        f"## Elements\n\nM must be there, O may, C is one of a choice, * more than once; "
        f"{DEPTH} levels.\n\n| | element | type |\n|---|---|---|\n{''.join(elements)}"
    )
    built = next((m for m in TABLES if m.id == message_id), None)
    return page + (_written(built) if built is not None else "")


def _written(message: Message) -> str:
    rows = "".join(_rows(message.rows))
    return (
        "\n## Written here\n\nThe element, the field of the instruction it comes from, what it takes.\n\n"
        f"| | element | field | takes |\n|---|---|---|---|\n{rows}"
    )


def _rows(rows: tuple[Row, ...], path: str = "", field: str = "") -> Iterator[str]:
    for row in rows:
        if isinstance(row, Group):
            yield from _rows(row.rows, f"{path}{row.path}*/", f"{field}{row.field}[].")
        else:
            use = "M" if row.required else "O"
            takes = _takes(row.form)
            yield f"| {use} | {path}{row.path} | {field}{row.field} | {takes} |\n"


def _takes(form: Form) -> str:
    if form is CHECKED:
        return ""
    if isinstance(form, Code):
        return " ".join(sorted(form.codes))
    limits = ", ".join(f"{f.name} {getattr(form, f.name)}" for f in fields(form))  # type: ignore[arg-type]
    return f"{type(form).__name__.lower()}: {limits}"


@cache
def _root(message_id: str) -> tuple[str, tuple[str, ...]]:
    """The name of the element below Document, and the rows of what stands in it."""
    text = SchemaStore().load(message_id)
    if text is None:
        return "", ("| | there is no schema of this version | |\n",)
    schema = etree.fromstring(text.encode())
    types = {each.get("name"): each for each in schema.iterchildren(f"{_XS}complexType")}
    document = next(schema.iterchildren(f"{_XS}element"))
    inside = types[document.get("type")]
    if document.get("name") == "Document":
        document = next(inside.iter(f"{_XS}element"))
        inside = types[document.get("type")]
    return str(document.get("name")), tuple(_below(inside, types, "", DEPTH))


def _below(
    kind: etree._Element, types: dict[str | None, etree._Element], path: str, depth: int
) -> Iterator[str]:
    for element in kind.iter(f"{_XS}element"):
        parent = element.getparent()
        choice = parent is not None and parent.tag == f"{_XS}choice"
        use = "C" if choice else "O" if element.get("minOccurs") == "0" else "M"
        many = "*" if element.get("maxOccurs", "1") != "1" else ""
        name, type_ = f"{path}{element.get('name')}", element.get("type") or _simple(element)
        deeper = types.get(type_) if depth > 1 else None
        if deeper is None or not any(True for _ in deeper.iter(f"{_XS}element")):
            yield f"| {use}{many} | {name} | {_VERSION.sub('', type_)} |\n"
        else:
            yield f"| **{use}{many}** | **{name}** | |\n"
            yield from _below(deeper, types, f"{path}· ", depth - 1)


def _simple(element: etree._Element) -> str:
    """A simple type in a word or two: its base, its length, its codes."""
    restriction = element.find(f"{_XS}simpleType/{_XS}restriction")
    if restriction is None:
        return ""
    facets = [(str(f.tag)[len(_XS) :], f.get("value", "")) for f in restriction]
    codes = [value for name, value in facets if name == "enumeration"]
    if codes:
        more = f" and {len(codes) - CODES} more" if len(codes) > CODES else ""
        return " ".join(codes[:CODES]) + more
    base = restriction.get("base", "").rpartition(":")[2]
    said = [f"{_FACETS[name]} {value}".strip() for name, value in facets if name in _FACETS]
    return " ".join([base, *said]).replace("|", "\\|")


def _sentence(message_id: str) -> str:
    said = "; ".join(_done(message_id))
    return f"{said[:1].upper()}{said[1:]}."
