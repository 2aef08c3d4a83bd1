"""Companion files: the name is the verdict, the content at most why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import parsers
from parsers import companions, containers
from schemas.answer import NetworkAnswer
from schemas.mx.compiler import Schemas
from schemas.problem import MessageError

NAME = "40961-SIABCDEFGHIJKL23.rje"


def read(name: str, content: bytes = b"") -> NetworkAnswer:
    answer = parsers.answer(companions.frame(name, content), Schemas({}))
    assert isinstance(answer, NetworkAnswer)
    return answer


@pytest.mark.parametrize(
    ("suffix", "verdict"), [("ack", "ack"), ("ACK", "ack"), ("nak", "nak"), ("err", "nak")]
)
def test_the_name_says_which_of_our_messages_and_what_became_of_it(
    suffix: str, verdict: str
) -> None:
    answer = read(f"{NAME}.{suffix}")
    assert (answer.verdict, answer.mur) == (verdict, "SIABCDEFGHIJKL23")
    assert (answer.header.type, answer.header.reference) == (verdict.upper(), answer.mur)


@pytest.mark.parametrize(
    ("content", "rule", "text"),
    [
        (b"", None, None),
        (b"T27 unknown\r\nreceiver\n", "T27", "unknown receiver"),
        (b"H50: bad header", "H50", "bad header"),
        (b"disk full", None, "disk full"),
        (b"\xff\xfe", None, "\ufffd\ufffd"),
    ],
)
def test_a_refusal_says_why(content: bytes, rule: str | None, text: str | None) -> None:
    answer = read(f"{NAME}.err", content)
    assert (answer.rule, answer.text) == (rule, text)


def test_what_an_acknowledgement_holds_does_not_matter() -> None:
    answer = read(f"{NAME}.ack", b"taken, but T27 was near")
    assert (answer.verdict, answer.rule, answer.text) == ("ack", None, None)


@pytest.mark.parametrize(
    "name", [NAME, f"{NAME}.txt", "letter.txt.ack", f"x{NAME}.ack", "1-.rje.ack", f"{NAME}.ack.ack"]
)
def test_a_name_that_speaks_of_no_file_of_ours_is_none(name: str) -> None:
    assert not companions.is_name(name)
    with pytest.raises(MessageError):
        read(name)


@given(st.binary(max_size=200))
def test_a_companion_is_one_message_whatever_it_holds(content: bytes) -> None:
    framed = companions.frame(f"{NAME}.nak", content)
    assert [item.body for item in containers.unpack(framed)] == [framed]
    assert read(f"{NAME}.nak", content).verdict == "nak"
