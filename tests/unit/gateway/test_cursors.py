"""Tokens: what was written is read, anything else is refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.cursors import (
    SEQ_MAX,
    identifier,
    lane,
    number,
    read_cursor,
    read_place,
    word,
    write_cursor,
    write_place,
)
from schemas.problem import Refused


@given(st.dictionaries(st.integers(0, 63), st.integers(1, SEQ_MAX)))
def test_a_place_comes_back(positions):
    assert read_place(write_place(positions)) == positions


@given(st.text(max_size=80))
def test_any_text_is_a_place_or_refused(token):
    try:
        positions = read_place(token)
    except Refused:
        return
    assert all(0 <= lane < 64 and 0 <= seq <= SEQ_MAX for lane, seq in positions.items())


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


@given(st.integers(0, SEQ_MAX), TEXT, st.uuids())
def test_a_cursor_comes_back(seq, rule, id_):
    token = write_cursor([seq, rule, str(id_)])
    assert read_cursor(token, (number, word, identifier)) == [seq, rule, id_]


@pytest.mark.parametrize(
    "kind, value",
    [
        (number, -1),
        (number, SEQ_MAX + 1),
        (number, 1.0),
        (number, True),
        (number, "1"),
        (lane, 64),
        (word, "a\0b"),
        (word, 1),
        (identifier, "an-instruction"),
        (identifier, 7),
    ],
)
def test_a_value_the_database_cannot_hold_is_no_cursor(kind, value):
    with pytest.raises(Refused):
        read_cursor(write_cursor([value]), (kind,))


def test_a_token_nested_without_end_is_no_cursor():
    with pytest.raises(Refused):
        read_cursor(base64.urlsafe_b64encode(b"[" * 100_000).decode(), (number,))


@given(st.text(max_size=80))
def test_any_text_is_a_cursor_or_refused(token):
    try:
        values = read_cursor(token, (lane, number, word))
    except Refused:
        return
    assert [type(v) for v in values] == [int, int, str]


def test_a_cursor_of_another_list_is_a_wrong_parameter():
    with pytest.raises(Refused) as caught:
        read_cursor(write_cursor(["a"]), (number,))
    assert caught.value.code == "query"


def test_a_lane_without_events_takes_no_room():
    assert write_place(dict.fromkeys(range(64), 0)) == write_place({})
