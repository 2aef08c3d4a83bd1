"""Model source text to XSD text. Models are read with ast, never imported.

The rule: field order is element order, `required` and list-ness are occurrence, metadata facets are
an inline simple type, an Enum is an enumeration, a class with Choice in its name is xs:choice; what
the models do not say is in departures.py.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import quoteattr

from schemas.mx.departures import CHOICES, OPTIONAL_IN_CHOICE, UTC_PATTERN, YEARS

BASES = {
    "str": "xs:string",
    "Decimal": "xs:decimal",
    "bool": "xs:boolean",
    "XmlDate": "xs:date",
    "XmlDateTime": "xs:dateTime",
    "XmlTime": "xs:time",
    "XmlPeriod": "xs:gYearMonth",  # or a year, see YEARS
    "bytes": "xs:base64Binary",
}
FACETS = {
    "pattern": "xs:pattern",
    "length": "xs:length",
    "min_length": "xs:minLength",
    "max_length": "xs:maxLength",
    "min_inclusive": "xs:minInclusive",
    "max_inclusive": "xs:maxInclusive",
    "total_digits": "xs:totalDigits",
    "fraction_digits": "xs:fractionDigits",
}
NUMERIC = {"xs:minInclusive", "xs:maxInclusive", "xs:totalDigits", "xs:fractionDigits"}
PLACING = {
    "name",
    "type",
    "namespace",
    "required",
    "min_occurs",
    "max_occurs",
    "process_contents",
    "format",
}
FORMATS = {None, "base64"}  # of what a member holds
_SUFFIX = re.compile(r"[A-Z][a-z]{3}\d{8}\Z")  # of a class, the message it stands in
_ENUMS_IMPORTED = re.compile(r"^from ([\w.]+\.enums) import", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Member:
    """One field of a model class: what it holds, how often, under which rules."""

    kind: str  # Element, Attribute, Wildcard, or '' for the text of the element itself
    name: str
    holds: str
    many: bool
    rules: Mapping[str, Any]


def xsd(model: str, code_lists: Iterable[str] = ()) -> str:
    """The schema that this model source describes; `code_lists` are the enum modules it imports."""
    tree = ast.parse(model)
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    enums = dict(_enums(classes.values()))
    for source in code_lists:
        enums |= _code_list(source)
    namespace, root = _root(classes.values())
    element = _SUFFIX.sub("", root.name) or "Document"
    kind = root.name if any(_members(root)) else _base_of(root, classes)
    body = "".join(
        _complex_type(node.name, list(_members(node)), enums)
        for node in classes.values()
        if node.name not in enums and any(_members(node))
    )
    return (
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        f" xmlns={quoteattr(namespace)} targetNamespace={quoteattr(namespace)}"
        ' elementFormDefault="qualified">'
        f'<xs:element name="{element}" type="{kind}"/>{body}</xs:schema>'
    )


def code_lists(model: str) -> Iterator[str]:
    """The modules of code lists that a model source imports: `python_iso20022.sese.enums`."""
    yield from _ENUMS_IMPORTED.findall(model)


@lru_cache(8)
def _code_list(source: str) -> dict[str, tuple[str, ...]]:
    tree = ast.parse(source)
    return dict(_enums(node for node in tree.body if isinstance(node, ast.ClassDef)))


def _enums(nodes: Iterable[ast.ClassDef]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in nodes:
        if any(ast.unparse(base) == "Enum" for base in node.bases):
            members = (line.value for line in node.body if isinstance(line, ast.Assign))
            yield node.name, tuple(str(ast.literal_eval(value)) for value in members)


def _root(nodes: Iterable[ast.ClassDef]) -> tuple[str, ast.ClassDef]:
    """The namespace and the class of the document element: the only one with a Meta namespace."""
    for node in nodes:
        for meta in node.body:
            if isinstance(meta, ast.ClassDef) and meta.name == "Meta":
                for line in meta.body:
                    if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "namespace":
                        return ast.literal_eval(line.value), node
    raise ValueError("the model source names no document element")


def _base_of(root: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> str:
    """The class a document element is of, which some models name without its message's suffix."""
    name = ast.unparse(root.bases[0])
    found = [each for each in classes if each == name or _SUFFIX.sub("", each) == name]
    if not found:
        raise ValueError(f"the model source has no class {name}")
    return found[0]


def _members(node: ast.ClassDef) -> Iterator[Member]:
    for line in node.body:
        if not isinstance(line, ast.AnnAssign):
            continue
        rules = _metadata(line)
        unknown = rules.keys() - FACETS.keys() - PLACING
        if unknown:
            raise ValueError(f"{node.name}: cannot compile {', '.join(sorted(unknown))}")
        if rules.get("format") not in FORMATS:
            raise ValueError(f"{node.name}: cannot compile the format {rules['format']}")
        holds, many = _type(line.annotation)
        yield Member(rules.get("type", ""), rules.get("name", ""), holds, many, rules)


def _metadata(line: ast.AnnAssign) -> dict[str, Any]:
    """The metadata of a field call, its Decimal("0") facets as the text between the quotes."""
    if not isinstance(line.value, ast.Call):
        raise ValueError(f"cannot compile the field {ast.unparse(line)}")
    for keyword in line.value.keywords:
        if keyword.arg == "metadata" and isinstance(keyword.value, ast.Dict):
            pairs = zip(keyword.value.keys, keyword.value.values, strict=True)
            return {ast.literal_eval(key): _literal(value) for key, value in pairs if key}
    return {}


def _literal(node: ast.expr) -> Any:
    return ast.literal_eval(node.args[0] if isinstance(node, ast.Call) else node)


def _type(node: ast.expr) -> tuple[str, bool]:
    """(name, is a list) of `X`, `Optional[X]`, `None | X` and `list[X]`."""
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.slice), ast.unparse(node.value) == "list"
    if isinstance(node, ast.BinOp):
        return ast.unparse(node.right), False
    return ast.unparse(node), False


def _complex_type(name: str, members: list[Member], enums: Mapping[str, tuple[str, ...]]) -> str:
    attributes = "".join(_attribute(m, enums) for m in members if m.kind == "Attribute")
    text = [m for m in members if not m.kind]
    if text:
        simple = _simple_type(text[0], enums)
        base = f"<xs:simpleType name={quoteattr(name + '_text')}>{simple}</xs:simpleType>"
        content = (
            f"<xs:simpleContent><xs:extension base={quoteattr(name + '_text')}>{attributes}"
            "</xs:extension></xs:simpleContent>"
        )
        return f"{base}<xs:complexType name={quoteattr(name)}>{content}</xs:complexType>"
    plain = _SUFFIX.sub("", name)
    choices = [each.rstrip("?").split("|") for each in CHOICES.get(plain, ())]
    elements = [member for member in members if member.kind != "Attribute"]
    if choices and choices[0] == [member.name for member in elements]:
        content = _group("xs:choice", elements, 1, enums)
    elif "Choice" in plain:
        parts = [_particle(each, _least_in_choice(plain, each), enums) for each in elements]
        content = f"<xs:choice>{''.join(parts)}</xs:choice>"
    else:
        content = f"<xs:sequence>{''.join(_sequence(plain, elements, enums))}</xs:sequence>"
    return f"<xs:complexType name={quoteattr(name)}>{content}{attributes}</xs:complexType>"


def _sequence(
    name: str, members: list[Member], enums: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    """The particles of a sequence, with the choices that stand in it."""
    chosen = {
        names[0]: (names, 0 if each.endswith("?") else 1)
        for each in CHOICES.get(name, ())
        if (names := each.rstrip("?").split("|"))
    }
    inside: set[str] = set()
    for member in members:
        if member.name in chosen:
            names, least = chosen[member.name]
            inside.update(names)
            yield _group("xs:choice", [m for m in members if m.name in names], least, enums)
        elif member.name not in inside:
            yield _particle(member, _least(member), enums)


def _group(
    group: str, members: list[Member], least: int, enums: Mapping[str, tuple[str, ...]]
) -> str:
    return f"<{group}>{''.join(_particle(m, least, enums) for m in members)}</{group}>"


def _particle(member: Member, least: int, enums: Mapping[str, tuple[str, ...]]) -> str:
    return _wildcard(member) if member.kind == "Wildcard" else _element(member, least, enums)


def _least(member: Member) -> int:
    return int(member.rules.get("min_occurs", "required" in member.rules))


def _least_in_choice(name: str, member: Member) -> int:
    optional = OPTIONAL_IN_CHOICE.get(name, frozenset())
    free = optional is None or member.name in optional
    return 0 if free else int(member.rules.get("min_occurs", 1))


def _element(member: Member, least: int, enums: Mapping[str, tuple[str, ...]]) -> str:
    most = member.rules.get("max_occurs", "unbounded") if member.many else 1
    start = f'<xs:element name={quoteattr(member.name)} minOccurs="{least}" maxOccurs="{most}"'
    if member.holds in BASES and not (FACETS.keys() & member.rules.keys()):
        return (
            f'{start} type="{_base(member)}"/>'  # named, so that a fault can say what it should be
        )
    if member.holds in BASES or member.holds in enums:
        return f"{start}><xs:simpleType>{_simple_type(member, enums)}</xs:simpleType></xs:element>"
    return f"{start} type={quoteattr(member.holds)}/>"


def _attribute(member: Member, enums: Mapping[str, tuple[str, ...]]) -> str:
    use = "required" if "required" in member.rules else "optional"
    start = f'<xs:attribute name={quoteattr(member.name)} use="{use}">'
    return f"{start}<xs:simpleType>{_simple_type(member, enums)}</xs:simpleType></xs:attribute>"


def _wildcard(member: Member) -> str:
    checked = member.rules.get("process_contents", "lax")
    namespace = quoteattr(member.rules["namespace"])
    return f'<xs:any namespace={namespace} processContents="{checked}"/>'


def _simple_type(member: Member, enums: Mapping[str, tuple[str, ...]]) -> str:
    words = enums.get(member.holds, ())
    facets = [f"<xs:enumeration value={quoteattr(word)}/>" for word in words]
    facets += [
        f"<{facet} value={quoteattr(_facet(member.rules[key]))}/>"
        for key, facet in FACETS.items()
        if key in member.rules and not (words and facet in NUMERIC)
    ]
    base = "xs:string" if words else _base(member)
    return f'<xs:restriction base="{base}">{"".join(facets)}</xs:restriction>'


def _facet(value: Any) -> str:
    """A facet as XSD writes it: quotes need no escape in its patterns and are refused with one."""
    return re.sub(r"\\(?=['\"])", "", str(value))


def _base(member: Member) -> str:
    if member.holds == "XmlPeriod" and member.name in YEARS:
        return "xs:gYear"
    if member.holds == "str" and member.rules.get("pattern") == UTC_PATTERN:
        return "xs:dateTime"
    if member.holds == "str" and "min_inclusive" in member.rules:
        return "xs:decimal"
    return BASES[member.holds]
