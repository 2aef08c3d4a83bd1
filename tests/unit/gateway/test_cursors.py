"""Tokens: what was written is read, anything else is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.cursors import SEQ_MAX, read_cursor, read_place, write_cursor, write_place
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


@given(st.integers(), st.text(max_size=40))
def test_a_cursor_comes_back(number, word):
    assert read_cursor(write_cursor([number, word]), (int, str)) == [number, word]


@given(st.text(max_size=80))
def test_any_text_is_a_cursor_or_refused(token):
    try:
        values = read_cursor(token, (int, int, str))
    except Refused:
        return
    assert [type(v) for v in values] == [int, int, str]


def test_a_cursor_of_another_list_is_a_wrong_parameter():
    with pytest.raises(Refused) as caught:
        read_cursor(write_cursor(["a"]), (int,))
    assert caught.value.code == "query"


def test_a_lane_without_events_takes_no_room():
    assert write_place(dict.fromkeys(range(64), 0)) == write_place({})
