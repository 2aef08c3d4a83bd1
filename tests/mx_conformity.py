"""Compiled schemas against the official ones: random instances of these, and one-edit mutants of them.

    python -m tests.mx_conformity --instances 20 --mutants 40 --seed 7 [sese camt.05 ...]

prints a table by message and each disagreement; exit 1 below 99.9 %.
"""

from __future__ import annotations

import argparse
import copy
import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from lxml import etree

from gateway.schema_store import generate, listed

try:
    import re._parser as sre
except ImportError:  # before Python 3.11
    import sre_parse as sre  # type: ignore[no-redef]

XS = "{http://www.w3.org/2001/XMLSchema}"
OFFICIAL = Path(__file__).parents[2] / "shared" / "iso20022"
DEPTH_MAX = 9  # below, what may be absent is
LONG = 12  # of what may be repeated without end in a pattern
WORDS = {
    "boolean": ("true", "false", "1", "0"),
    "date": ("2026-11-23", "2024-02-29", "2026-11-23Z"),
    "dateTime": ("2026-11-23T10:15:30Z", "2026-11-23T10:15:30.123+01:00", "2026-11-23T10:15:30"),
    "time": ("10:15:30", "10:15:30.5Z", "23:59:59+01:00"),
    "gYear": ("2026", "1999"),
    "gYearMonth": ("2026-11", "1999-01"),
    "base64Binary": ("QUJD", "QUJDRA=="),
}
ALPHABET = "ABCXYZabcxyz0123456789 /-?:().,'+"


@dataclass
class Tally:
    """How often the two verdicts agreed on documents of one message."""

    valid: int = 0
    invalid: int = 0
    apart: list[str] = field(default_factory=list)

    @property
    def all(self) -> int:
        """Every document judged."""
        return self.valid + self.invalid


class Generator:
    """Random documents of an official schema."""

    def __init__(self, root: etree._Element, chance: random.Random) -> None:
        self.types = {e.get("name"): e for e in root if e.tag != f"{XS}element"}
        self.root = next(root.iterchildren(f"{XS}element"))
        self.namespace = root.get("targetNamespace")
        self.chance = chance

    def document(self) -> etree._Element:
        """One document; nearly always valid, the official schema knows."""
        node = etree.Element(
            f"{{{self.namespace}}}{self.root.get('name')}", nsmap={None: self.namespace}
        )
        self._fill(node, self.root.get("type"), 0)
        return node

    def _fill(self, node: etree._Element, name: str, depth: int) -> None:
        if name.startswith("xs:"):
            node.text = self._word(name[3:], {})
            return
        type_ = self.types[name]
        if type_.tag == f"{XS}simpleType":
            node.text = self.text(name)
            return
        content = type_.find(f"{XS}simpleContent/{XS}extension")
        if content is not None:
            node.text = self.text(content.get("base"))
            self._attributes(node, content)
            return
        self._attributes(node, type_)
        for group in type_:
            self._group(node, group, depth)

    def _attributes(self, node: etree._Element, holder: etree._Element) -> None:
        for each in holder.iterchildren(f"{XS}attribute"):
            if each.get("use") == "required" or self.chance.random() < 0.5:
                node.set(each.get("name"), self.text(each.get("type")))

    def _group(self, node: etree._Element, group: etree._Element, depth: int) -> None:
        if group.tag == f"{XS}choice":
            parts = [each for each in group if isinstance(each.tag, str)]
            self._group(node, self.chance.choice(parts), depth)
        elif group.tag == f"{XS}sequence":
            for each in group:
                self._group(node, each, depth)
        elif group.tag == f"{XS}any":
            named = group.get("namespace", "##any")
            namespace = "urn:x" if named.startswith("##") else named
            etree.SubElement(node, f"{{{namespace}}}Other").text = "own"
        elif group.tag == f"{XS}element":
            for _ in range(self._times(group, depth)):
                name = f"{{{self.namespace}}}{group.get('name')}"
                self._fill(etree.SubElement(node, name), group.get("type"), depth + 1)

    def _times(self, element: etree._Element, depth: int) -> int:
        least = int(element.get("minOccurs", "1"))
        most = element.get("maxOccurs", "1")
        if depth >= DEPTH_MAX or self.chance.random() > 1.3 / (depth + 1):
            return least
        more = least + self.chance.choice((0, 1, 1, 2))
        return more if most == "unbounded" else min(int(most), more)

    def text(self, name: str) -> str:
        """A word of a simple type."""
        if name.startswith("xs:"):
            return self._word(name[3:], {})
        facets: dict[str, str] = {}
        codes: list[str] = []
        base = name
        while not base.startswith("xs:"):
            restriction = self.types[base].find(f"{XS}restriction")
            for each in restriction.iterchildren("{*}*"):
                kind = etree.QName(each).localname
                if kind == "enumeration":
                    codes.append(each.get("value"))
                else:
                    facets.setdefault(kind, each.get("value"))
            base = restriction.get("base")
        return self.chance.choice(codes) if codes else self._word(base[3:], facets)

    def _word(self, base: str, facets: dict[str, str]) -> str:
        if base == "decimal":
            return self._number(facets)
        if base in WORDS:
            return self.chance.choice(WORDS[base])
        if "pattern" in facets:
            return self._sample(sre.parse(facets["pattern"]))
        least = int(facets.get("length", facets.get("minLength", 1)))
        most = int(facets.get("length", facets.get("maxLength", 40)))
        long = self.chance.choice((least, most, self.chance.randint(least, most)))
        return "".join(self.chance.choice(ALPHABET[:-12]) for _ in range(min(long, 300)))

    def _number(self, facets: dict[str, str]) -> str:
        digits = int(facets.get("totalDigits", 18))
        after = self.chance.randint(0, min(int(facets.get("fractionDigits", 5)), digits - 1))
        before = self.chance.randint(1, digits - after)
        whole = str(self.chance.randint(0, 10**before - 1))
        most = facets.get("maxInclusive")
        if most is not None:
            least = Decimal(facets.get("minInclusive", 0))
            return str(self.chance.randint(int(least), int(Decimal(most))))
        return f"{whole}.{'5' * after}" if after else whole

    def _sample(self, parsed: sre.SubPattern) -> str:
        return "".join(self._piece(kind, value) for kind, value in parsed)

    def _piece(self, kind: object, value: object) -> str:
        name = str(kind)
        if name == "LITERAL":
            return chr(value)
        if name == "IN":
            return self._one_of(value)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, inner = value
            often = self.chance.randint(least, min(int(most), least + LONG))
            return "".join(self._sample(inner) for _ in range(often))
        if name == "SUBPATTERN":
            return self._sample(value[3])
        if name == "BRANCH":
            return self._sample(self.chance.choice(value[1]))
        if name == "ANY":
            return "A"
        raise ValueError(f"cannot write what {name} stands for")

    def _one_of(self, members: list[tuple[object, object]]) -> str:
        kind, value = self.chance.choice(members)
        if str(kind) == "RANGE":
            return chr(self.chance.randint(*value))
        if str(kind) == "CATEGORY":
            return self.chance.choice("0123456789")
        return chr(value)


def _removed(node: etree._Element, chance: random.Random) -> None:
    node.getparent().remove(node)


def _doubled(node: etree._Element, chance: random.Random) -> None:
    node.addnext(copy.deepcopy(node))


def _moved(node: etree._Element, chance: random.Random) -> None:
    node.getparent().append(node)


def _renamed(node: etree._Element, chance: random.Random) -> None:
    node.tag = node.tag + "X"


def _emptied(node: etree._Element, chance: random.Random) -> None:
    node.text = ""


def _lengthened(node: etree._Element, chance: random.Random) -> None:
    node.text = (node.text or "") + "9" * chance.choice((1, 5, 36))


def _changed(node: etree._Element, chance: random.Random) -> None:
    text = node.text or "A"
    place = chance.randrange(len(text))
    node.text = text[:place] + chance.choice("Aa0 -.\n+é") + text[place + 1 :]


def _another(node: etree._Element, chance: random.Random) -> None:
    node.text = chance.choice(
        ("2026-02-30", "-1", "1e3", "+1.0", " 1 ", "ABCD", "true", "24:00:00")
    )


def _stripped(node: etree._Element, chance: random.Random) -> None:
    node.attrib.clear()


def _marked(node: etree._Element, chance: random.Random) -> None:
    node.set("Ccy", chance.choice(("EUR", "euro", "")))


def _filled(node: etree._Element, chance: random.Random) -> None:
    etree.SubElement(node, "{urn:y}Own")


EDITS: tuple[Callable[[etree._Element, random.Random], None], ...] = (
    _removed, _doubled, _moved, _renamed, _emptied, _lengthened, _changed, _another, _stripped,
    _marked, _filled,
)  # fmt: skip


def compare(message_id: str, instances: int, mutants: int, seed: str) -> Tally:
    """Both verdicts on random documents of a message and on their mutants."""
    chance = random.Random(f"{seed} {message_id}")
    path = OFFICIAL / message_id[:4] / f"{message_id}.xsd"
    official = etree.parse(path, etree.XMLParser(remove_comments=True)).getroot()
    theirs = etree.XMLSchema(official)
    ours = etree.XMLSchema(etree.fromstring(generate(message_id)))
    generator, tally = Generator(official, chance), Tally()
    for _ in range(instances):
        document = generator.document()
        for each in (document, *_mutants(document, mutants, chance)):
            verdict = theirs.validate(each)
            tally.valid += verdict
            tally.invalid += not verdict
            if ours.validate(each) is not verdict:
                said = next(iter((theirs if not verdict else ours).error_log))
                tally.apart.append(f"official says {verdict}: {said.message}")
    return tally


def _mutants(
    document: etree._Element, mutants: int, chance: random.Random
) -> Iterator[etree._Element]:
    for _ in range(mutants):
        changed = copy.deepcopy(document)
        nodes = list(changed.iter())
        chance.choice(EDITS)(
            nodes[chance.randrange(1, len(nodes))] if len(nodes) > 1 else nodes[0], chance
        )
        yield changed


def messages(begins: list[str]) -> list[str]:
    """The messages that have both schemas."""
    official = {path.stem for path in OFFICIAL.glob("*/*.xsd")}
    return sorted(
        each for each in official & listed() if not begins or each.startswith(tuple(begins))
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instances", type=int, default=20)
    parser.add_argument("--mutants", type=int, default=40, help="of each instance")
    parser.add_argument("--seed", default="7")
    parser.add_argument("begins", nargs="*", help="only messages whose id begins so")
    asked = parser.parse_args()
    judged = apart = 0
    out = sys.stdout.write
    out(f"seed {asked.seed}\n{'message':<18}{'valid':>8}{'invalid':>8}{'apart':>7}\n")
    for message_id in messages(asked.begins):
        tally = compare(message_id, asked.instances, asked.mutants, asked.seed)
        judged, apart = judged + tally.all, apart + len(tally.apart)
        out(f"{message_id:<18}{tally.valid:>8}{tally.invalid:>8}{len(tally.apart):>7}\n")
        for words in tally.apart[:3]:
            out(f"    {re.sub(r'{[^}]*}', '', words)}\n")
    share = 1 - apart / judged if judged else 0.0
    out(f"{judged} documents, {apart} apart: equal on {share:.4%}\n")
    return 0 if judged and share >= 0.999 else 1


if __name__ == "__main__":
    sys.exit(main())
