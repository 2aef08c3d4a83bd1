"""MX bytes of any kind are read or refused, never a crash; what is built is valid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from mx_samples import ANSWERS, AT, OFFICIAL, SCHEMAS, WIRE, headed, instruction

import builders.mx
import parsers
from parsers import mx_answers
from schemas.problem import MessageError

CORPUS = OFFICIAL.parent / "corpus"
SAMPLES = [headed(message_id, content) for message_id, content in ANSWERS.items()]
SAMPLES.append(
    builders.mx.datapdu(builders.mx.write("sese.023", instruction(), WIRE), WIRE, created_at=AT)
)


def read_or_refused(raw: bytes) -> None:
    for reader in (lambda: mx_answers.read(raw, SCHEMAS), lambda: mx_answers.describe(raw)):
        refused = refusal(reader)
        assert refused is None or refused.problems


def refusal(reader: Callable[[], object]) -> MessageError | None:
    try:
        reader()
    except MessageError as error:
        return error
    return None


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw):
    read_or_refused(raw)
    read_or_refused(b"<" + raw)


@settings(deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_message_cut_anywhere_is_read_or_refused(sample, data):
    read_or_refused(sample[: data.draw(st.integers(0, len(sample)))])


@settings(deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_message_with_foreign_bytes_is_read_or_refused(sample, data):
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, min(len(sample), start + 30)))
    read_or_refused(sample[:start] + data.draw(st.binary(max_size=20)) + sample[end:])


@settings(deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_later_version_with_other_elements_is_read_or_refused(sample, data):
    root = etree.fromstring(sample)
    found = [node for node in root.iter() if node.getparent() is not None]
    node = data.draw(st.sampled_from(found))
    if data.draw(st.booleans()):
        node.text = data.draw(st.sampled_from(["", "-", "NaN", "1e9", "24:00:00", "2026-02-30"]))
    else:
        node.getparent().remove(node)
    changed = etree.tostring(root)
    for version in (b".001.08", b".001.11", b".001.12", b".001.10", b".001.07", b".001.09"):
        changed = changed.replace(version, b".001.77")
    read_or_refused(changed)


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=140
).filter(lambda text: text.strip() == text)
AMOUNTS = st.decimals("0.01", "99999999999.99", places=2)


@settings(deadline=None, max_examples=50)
@given(
    name=NAMES,
    quantity=st.decimals("0.001", "9999999999", places=3),
    amount=AMOUNTS,
    direction=st.sampled_from(["RECE", "DELI"]),
    hold=st.booleans(),
    settle=st.dates(date(2026, 11, 23), date(2030, 1, 1)).filter(lambda on: on.weekday() < 5),
)
def test_what_is_built_is_valid_and_says_what_it_was_told(
    name, quantity, amount, direction, hold, settle
):
    body = instruction(
        name=name,
        quantity={"type": "FAMT", "value": str(quantity)},
        settlement_amount={"currency": "USD", "value": str(amount)},
        direction=direction,
        reag={"bic": "BRKRUS33"},
        hold=hold,
        settle_date=settle.isoformat(),
    )
    written = builders.mx.write("sese.023", body, WIRE)
    assert parsers.check(written, SCHEMAS) == []
    root = etree.fromstring(written)
    assert root.findtext(".//{*}FinInstrmId/{*}Desc") == name
    assert Decimal(root.findtext(".//{*}SttlmAmt/{*}Amt") or "") == amount
    assert Decimal(root.findtext(".//{*}FaceAmt") or "") == quantity


def test_messages_written_by_others_are_read_or_refused_with_a_place():
    files = sorted(CORPUS.rglob("*.xml"))
    if not files:
        pytest.skip("the sample messages are not beside this checkout")
    for path in files:
        read_or_refused(path.read_bytes())
