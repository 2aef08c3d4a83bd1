"""Schemas compiled from model source: what they say; they judge as the official ones do."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from lxml import etree
from mx_samples import (
    ANSWERS,
    AT,
    OFFICIAL,
    SCHEMAS,
    WIRE,
    bank_payment,
    document,
    entry,
    full_instruction,
    instruction,
    notification,
    payment,
)

import builders.mx
from gateway.schema_store import SchemaStore, generate
from schemas.mx.catalogue import BUILT, HEADER, READ
from schemas.mx.compiler import Schemas
from schemas.mx.model_source import xsd
from schemas.mx.sese_023 import CONDITIONS, DAY_COUNTS, TRANSACTION_TYPES

MODELS = (*BUILT.values(), *READ, HEADER)
XS = "{http://www.w3.org/2001/XMLSchema}"

MODEL = """
from enum import Enum

class Colour(Enum):
    RED = "RED"

@dataclass
class AmountType:
    value: Decimal = field(metadata={"required": True, "min_inclusive": Decimal("0")})
    ccy: str = field(metadata={"name": "Ccy", "type": "Attribute", "required": True})

@dataclass
class ThingChoice:
    a: Optional[Colour] = field(default=None, metadata={"name": "A", "type": "Element"})
    b: list[str] = field(metadata={"name": "B", "type": "Element", "max_length": 3})

@dataclass
class Document:
    class Meta:
        namespace = "urn:x"

    thing: ThingChoice = field(metadata={"name": "Thing", "type": "Element", "required": True})
    amount: None | AmountType = field(metadata={"name": "Amt", "type": "Element"})
"""


def judge(schema: etree.XMLSchema, content: str) -> bool:
    return schema.validate(etree.fromstring(f'<Document xmlns="urn:x">{content}</Document>'))


@pytest.fixture(scope="module")
def small() -> etree.XMLSchema:
    return etree.XMLSchema(etree.XML(xsd(MODEL)))


@pytest.mark.parametrize(
    "content, valid",
    [
        ("<Thing><A>RED</A></Thing>", True),
        ("<Thing><A>BLUE</A></Thing>", False),
        ("<Thing><B>1</B><B>2</B></Thing>", True),
        ("<Thing><B>1234</B></Thing>", False),
        ("<Thing><A>RED</A><B>1</B></Thing>", False),
        ("<Thing/>", False),
        ('<Thing><A>RED</A></Thing><Amt Ccy="USD">1</Amt>', True),
        ('<Thing><A>RED</A></Thing><Amt Ccy="USD">-1</Amt>', False),
        ("<Thing><A>RED</A></Thing><Amt>1</Amt>", False),
        ("", False),
    ],
)
def test_a_model_says_order_choice_occurrence_and_facets(small, content, valid):
    assert judge(small, content) is valid


def test_an_unknown_rule_of_a_model_is_an_error_and_not_left_out():
    with pytest.raises(ValueError, match="white_space"):
        xsd(MODEL.replace('"max_length": 3', '"white_space": "collapse"'))


def test_a_model_without_document_is_an_error():
    with pytest.raises(ValueError, match="document element"):
        xsd("class A:\n    pass")


@pytest.mark.parametrize("message_id", MODELS)
def test_every_message_of_the_catalogue_compiles(message_id):
    assert SCHEMAS.has(message_id)


def test_an_unknown_version_has_no_schema():
    assert not SCHEMAS.has("sese.023.001.99")
    assert not SCHEMAS.has("../../etc/passwd")


# against the official files


def official(message_id: str) -> etree._Element:
    path = OFFICIAL / message_id[:4] / f"{message_id}.xsd"
    if not path.is_file():
        pytest.skip("the official schemas are not beside this checkout")
    return etree.parse(path).getroot()


def samples() -> Iterator[tuple[str, etree._Element]]:
    for format_, body in (
        ("sese.023", instruction()),
        ("sese.023", full_instruction()),
        ("pacs.008", payment()),
        ("pacs.009", bank_payment()),
    ):
        written = builders.mx.write(format_, body, WIRE)
        yield builders.mx.message_id(written), etree.fromstring(written)
    cancel = builders.mx.write("sese.020", instruction(), WIRE, cancel_of="SI1")
    yield builders.mx.message_id(cancel), etree.fromstring(cancel)
    whole = etree.fromstring(builders.mx.envelope(cancel, WIRE, created_at=AT))
    yield HEADER, etree.fromstring(etree.tostring(whole[0]))
    for message_id, content in ANSWERS.items():
        yield message_id, etree.fromstring(document(message_id, content))


def mutants(root: etree._Element) -> Iterator[etree._Element]:
    """Every element removed, doubled, moved, emptied, lengthened, and its attributes taken."""
    for number in range(1, len(list(root.iter()))):
        for change in (removed, doubled, moved, emptied, lengthened, stripped):
            changed = copy.deepcopy(root)
            change(list(changed.iter())[number])
            yield changed


def removed(node: etree._Element) -> None:
    node.getparent().remove(node)


def doubled(node: etree._Element) -> None:
    node.addnext(copy.deepcopy(node))


def moved(node: etree._Element) -> None:
    node.getparent().append(node)


def emptied(node: etree._Element) -> None:
    node.text = ""


def lengthened(node: etree._Element) -> None:
    node.text = (node.text or "") + "9" * 36


def stripped(node: etree._Element) -> None:
    node.attrib.clear()


SAMPLES = list(samples())


@pytest.mark.parametrize("number", range(len(SAMPLES)), ids=lambda n: f"{SAMPLES[n][0]}-{n}")
def test_a_compiled_schema_judges_mutants_as_the_official_one_does(number):
    message_id, root = SAMPLES[number]
    theirs = etree.XMLSchema(official(message_id))
    ours = etree.XMLSchema(etree.XML(generate(message_id)))
    assert theirs.validate(root)
    verdicts = {True: 0, False: 0}
    for mutant in mutants(root):
        verdict = theirs.validate(mutant)
        assert ours.validate(mutant) is verdict, etree.tostring(mutant)
        verdicts[verdict] += 1
    assert verdicts[False] > 10


@pytest.mark.parametrize(
    "table, name",
    [
        (TRANSACTION_TYPES, "SecuritiesTransactionType23Code"),
        (CONDITIONS, "SettlementTransactionCondition14Code"),
        (DAY_COUNTS, "InterestComputationMethod2Code"),
    ],
)
def test_the_code_lists_of_our_tables_are_the_official_ones(table, name):
    root = official("sese.023.001.11")
    node = next(each for each in root if each.get("name") == name)
    theirs = {each.get("value") for each in node.iter(f"{XS}enumeration")}
    assert table.codes == theirs - {"NARR"}  # a day count in words has no room in MX


# problems


def test_problems_come_with_reasons_in_plain_words():
    root = etree.fromstring(document("sese.024.001.12", "<SctiesSttlmTxStsAdvc/>"))
    (problem,) = SCHEMAS.check(root, "sese.024.001.12")
    assert problem.path == "Document/SctiesSttlmTxStsAdvc line 1"
    assert "TxId" in problem.message
    assert "urn:" not in problem.message


def test_without_explanations_the_verdict_is_the_same():
    root = etree.fromstring(document("sese.024.001.12", "<SctiesSttlmTxStsAdvc/>"))
    bare = Schemas(SchemaStore().load, explain=False)
    (problem,) = bare.check(root, "sese.024.001.12")
    assert problem.path == "Document/SctiesSttlmTxStsAdvc line 1"


def test_faults_of_a_large_message_are_named_by_line():
    good = entry() + "\n"
    content = good * 500 + good.replace("DBIT", "DBXX") + good * 500
    root = etree.fromstring(b"\n\n" + document("camt.054.001.08", notification(content)))
    (problem,) = SCHEMAS.check(root, "camt.054.001.08")
    assert problem.path == "Document line 503"
    assert "CdtDbtInd" in problem.message


def test_a_large_message_without_fault_has_none():
    root = etree.fromstring(document("camt.054.001.08", notification(entry() * 1000)))
    assert SCHEMAS.check(root, "camt.054.001.08") == []


def test_a_flood_of_faults_is_cut_off():
    content = "<SctiesSttlmTxStsAdvc>" + "<Bad/>" * 5000 + "</SctiesSttlmTxStsAdvc>"
    many = document("sese.024.001.12", content)
    assert 0 < len(SCHEMAS.check(etree.fromstring(many), "sese.024.001.12")) <= 20


def test_a_large_message_that_ends_too_early_has_a_fault():
    content = notification(entry() * 1000).replace("<Ntfctn><Id>N1</Id>", "<Ntfctn>")
    root = etree.fromstring(document("camt.054.001.08", content))
    assert SCHEMAS.check(root, "camt.054.001.08")
    empty = etree.fromstring(document("camt.054.001.08", "<!--" + "x" * 200_000 + "-->"))
    assert SCHEMAS.check(empty, "camt.054.001.08")
