"""A schema as nested values, so that two of them can be held against each other."""

from __future__ import annotations

from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"


def shape(root: etree._Element) -> object:
    """A schema as nested values, without the names of its types."""
    types = {e.get("name"): e for e in root if e.tag != f"{XS}element"}
    seen: dict[str, object] = {}

    def simple(node: etree._Element) -> object:
        facets: set[tuple[str, str | None]] = set()
        restriction = node.find(f"{XS}restriction")
        while True:
            facets |= {(f.tag.rpartition("}")[2], f.get("value")) for f in restriction}
            base = restriction.get("base")
            if base.startswith("xs:"):
                return base, frozenset(_told(facets))
            restriction = types[base].find(f"{XS}restriction")

    def held(node: etree._Element) -> object:
        name = node.get("type")
        if name is None:
            return simple(node.find(f"{XS}simpleType"))
        if name.startswith("xs:"):
            return name, frozenset()
        if types[name].tag == f"{XS}simpleType":
            return simple(types[name])
        if name not in seen:
            seen[name] = ()  # a type inside itself
            seen[name] = complex_type(types[name])
        return seen[name]

    def complex_type(node: etree._Element) -> object:
        content = node.find(f"{XS}simpleContent")
        if content is not None:
            return (
                simple(types[content[0].get("base")]),
                [(a.get("name"), a.get("use"), held(a)) for a in content[0]],
            )
        group = _lone(node[0])
        return group.tag, [particle(each) for each in group if isinstance(each.tag, str)]

    def particle(node: etree._Element) -> object:
        if node.tag == f"{XS}choice":
            return "choice", [particle(each) for each in node]
        if node.tag == f"{XS}any":
            return "any", node.get("namespace"), node.get("processContents")
        occurs = node.get("minOccurs", "1"), node.get("maxOccurs", "1")
        return node.get("name"), *occurs, held(node)

    element = root.find(f"{XS}element")
    return element.get("name"), held(element)


def _lone(group: etree._Element) -> etree._Element:
    """A choice that stands alone in a sequence, as old files write it."""
    alone = group.tag == f"{XS}sequence" and len(group) == 1 and group[0].tag == f"{XS}choice"
    return group[0] if alone else group


def _told(facets: set[tuple[str, str | None]]) -> set[tuple[str, str | None]]:
    """Facets that say something: beside an enumeration of codes, lengths do not."""
    if any(name == "enumeration" for name, _ in facets):
        return {each for each in facets if each[0] == "enumeration"}
    return facets
