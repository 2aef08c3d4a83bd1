"""What is read and written again is the same: the text of a FIN message byte for byte, an element tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from parsers import containers, fin, fin_verdict, mx, opened
from schemas.problem import MessageError
from tests import corpus, mt_samples
from translation import mt_side, mx_side

GOLDEN = Path(__file__).parents[2] / "golden"
FIN = (
    {path.name: path.read_bytes() for path in sorted(GOLDEN.rglob("*.fin"))}
    | {
        f"{path.parent.name}/{path.name}[{number}]": item.body
        for path in corpus.files()
        if path.suffix == ".fin"
        for number, item in enumerate(containers.unpack(path.read_bytes()))
    }
    | dict(mt_samples.SAMPLES)
)
XML = {path.name: path.read_bytes() for path in sorted(GOLDEN.rglob("*.xml"))} | {
    f"{path.parent.name}/{path.name}": path.read_bytes()
    for path in corpus.files()
    if path.suffix == ".xml"
}


def good(raw: bytes) -> bool:
    """Whether it is of a type with a table, and a network would take it."""
    try:
        known = fin_verdict.key_of(fin.read(raw)) is not None
    except MessageError:
        return False
    return known and not any(f.severity == "error" for f in fin.check_bytes(raw))


def text_of(raw: bytes) -> str:
    """The text of a message with plain line ends, without what closes it."""
    whole = raw.decode("latin-1").replace("\r\n", "\n")
    text = whole.partition("{4:\n")[2].rpartition("\n-}")[0] or whole
    return text.strip("\n").removesuffix("\n-")


@pytest.mark.parametrize("name", [name for name, raw in FIN.items() if good(raw)])
def test_the_text_of_a_good_message_is_written_again_as_it_came(name: str) -> None:
    message = fin.read(FIN[name])
    key = fin_verdict.key_of(message)
    assert key is not None
    written = "\n".join(mt_side.lines(mt_side.tree(message, key), key))
    assert written == text_of(FIN[name])


def leaves(document: etree._Element) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Every element below the Document, with its namespace, its text and its attributes."""
    return [
        (each.tag, (each.text or "").strip(), sorted(map(tuple, each.attrib.items())))
        for each in document.iterdescendants("*")
    ]


def test_every_document_is_written_again_with_all_that_is_in_it() -> None:
    done = 0
    for name, raw in XML.items():
        try:
            message = mx.read(opened(raw))
        except MessageError:
            continue
        if message.document is None or message.message_id is None or not len(message.document):
            continue
        namespace = mx.namespace_of(message.document).removesuffix(message.message_id)
        root = mx_side.tree(message.document[0])
        again = mx.read(mx_side.written(root, message.message_id, namespace, None))
        assert again.document is not None
        assert leaves(again.document) == leaves(message.document), name
        done += 1
    assert done
