"""How the desk says things: every state has words, one tone a row, nothing rounded away."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import pytest

from gateway.desk import fields, lines, timeline, words
from gateway.desk.fields import Named
from schemas.reasons import REASONS
from settlement import condition, payments
from store.desk import CLOSED, ORDERS, TABS, View
from store.search import Sought

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ZONE = "America/New_York"


def row(**changes: Any) -> dict[str, Any]:
    """A matched purchase with its settlement tomorrow."""
    return {
        "kind": "securities",
        "direction": "RECE",
        "payment": "APMT",
        "state": "matched",
        "whose_move": "nobody",
        "waits_for": "settlement",
        "since": NOW - timedelta(minutes=5),
        "settle_on": TODAY + timedelta(days=1),
        "quantity": Decimal(20_000),
        "open_quantity": Decimal(20_000),
        "settled_quantity": Decimal(0),
        "instrument_name": "SAP SE",
        "isin": "DE0007164600",
        "currency": "EUR",
        "amount": Decimal("4568000.00"),
        "counterparty": "Nordlicht",
        "custodian": "Rheinbank",
        "reason": None,
        "reason_text": None,
        "flags": [],
    } | changes


@pytest.mark.parametrize("state", [*condition.State, *payments.PaymentState])
def test_every_display_state_has_words(state: str) -> None:
    assert state in words.STATES


def test_what_the_list_calls_closed_is_what_the_lifecycles_call_closed() -> None:
    assert set(CLOSED) >= {s.value for s in condition.CLOSED_STATES}
    assert set(CLOSED) >= {s.value for s in payments.FINAL}


def test_the_index_of_the_list_closes_the_same_states() -> None:
    text = files("store.sql").joinpath("0004_urgency.sql").read_text()
    inside = text.partition("state in (")[2].partition(")")[0]
    assert tuple(re.findall(r"'(\w+)'", inside)) == CLOSED


def test_a_reason_is_said_as_its_code_means_else_as_it_was_written() -> None:
    assert words.reason(row(reason="CLAC", reason_text="SHORT")) == REASONS["CLAC"].meaning
    assert words.reason(row(reason="NARR", reason_text="short till Tue")) == "short till Tue"
    assert words.reason(row(reason="T27", reason_text="unknown receiver")) == "unknown receiver"
    assert words.reason(row(reason="X1X1")) == ""


@pytest.mark.parametrize(
    "changes, tone",
    [
        ({}, "plain"),
        ({"state": "settled", "open_quantity": Decimal(0)}, "done"),
        ({"state": "reversed", "whose_move": "them"}, "plain"),
        (
            {
                "state": "rejected",
                "open_quantity": Decimal(0),
                "whose_move": "us",
                "flags": ["uninstructed"],
            },
            "ours",
        ),
        ({"state": "failing", "whose_move": "us"}, "late"),
        ({"settle_on": TODAY - timedelta(days=1)}, "late"),
        (
            {"state": "settled", "open_quantity": None, "settle_on": TODAY - timedelta(days=1)},
            "done",
        ),
        ({"whose_move": "us"}, "ours"),
        ({"state": "unmatched", "settle_on": TODAY}, "near"),
        ({"state": "pending", "settle_on": TODAY}, "plain"),
        ({"state": "sent", "since": NOW - timedelta(hours=1)}, "near"),
        ({"settle_on": None}, "plain"),
    ],
)
def test_a_row_has_the_tone_of_its_worst_news(changes: dict[str, Any], tone: str) -> None:
    assert words.tone(row(**changes), NOW, TODAY) == tone


def test_every_tone_has_its_own_letter() -> None:
    assert len(set(words.LETTERS.values())) == len(words.LETTERS) == len(words.TONES)


@pytest.mark.parametrize(
    "value, digits, shown",
    [
        ("4568000", 2, "4,568,000.00"),
        ("0.1", 2, "0.10"),
        ("1.23456", 2, "1.23456"),
        ("1200", 0, "1,200"),
        ("-7.5", 3, "-7.500"),
    ],
)
def test_money_shows_its_currencys_digits_and_never_fewer_than_it_has(
    value: str, digits: int, shown: str
) -> None:
    assert words.money(Decimal(value), digits) == shown


@pytest.mark.parametrize(
    "value, shown", [("1000.000", "1,000"), ("0.5", "0.5"), ("1E+3", "1,000"), ("100", "100")]
)
def test_a_quantity_shows_no_trailing_zeros(value: str, shown: str) -> None:
    assert words.number(Decimal(value)) == shown


@pytest.mark.parametrize(
    "seconds, shown",
    [(8, "8 s"), (61, "1 min"), (3600, "1 h"), (11_400, "3 h 10"), (172_801, "2 d"), (-5, "0 s")],
)
def test_a_span_is_said_in_its_largest_units(seconds: int, shown: str) -> None:
    assert words.span(timedelta(seconds=seconds)) == shown


def test_the_sentence_of_a_part_settlement_says_both_parts_and_who_must_move() -> None:
    part = row(
        state="failing",
        reason="CLAC",
        whose_move="them",
        waits_for="securities from the counterparty",
        open_quantity=Decimal(8_000),
        settled_quantity=Decimal(12_000),
    )
    assert words.sentence(part, NOW, ZONE, TODAY) == (
        "RVP 20,000 SAP SE for EUR 4,568,000.00, 12,000 settled, 8,000 failing:"
        f" {REASONS['CLAC'].meaning} (CLAC) since 13:25; Nordlicht must move;"
        " we wait for securities from the counterparty (chase, partial request)."
    )


def test_the_sentence_of_a_closed_instruction_asks_for_nothing() -> None:
    assert words.sentence(row(state="settled"), NOW, ZONE, TODAY).endswith("nothing to do.")


def test_a_status_line_is_said_in_words_and_an_unknown_one_as_it_came() -> None:
    assert words.standing("SETT", "PENF", "CLAC") == (f"failing: {REASONS['CLAC'].meaning} (CLAC)")
    assert words.standing("XXXX", "YYYY", "ZZZZ") == "XXXX YYYY: ZZZZ"


def test_flags_name_their_person_and_leave_out_the_maker() -> None:
    assert words.flags(row(flags=["held:ann", "maker:bob", "ssi_missing"])) == (
        "held by ann",
        "SSI missing",
    )


def test_messages_are_compared_by_meaning_and_only_where_both_speak() -> None:
    mine = [
        Named("", "98A", "Settlement date", "20261124", 1),
        Named("", "35B", "Instrument", "ISIN US5949181045\nMICROSOFT", 2),
        Named("", "95P", "Place of settlement", "DTCYUS33", 3),
        Named("", "20C", "Sender's message reference", "A", 4),
        Named("", "36B", "Quantity to settle", "UNIT/500,", 5),
    ]
    theirs = [
        Named("", "35B", "Instrument", "ISIN US5949181045", 1),
        Named("", "95P", "Place of settlement", "DTCYUS33XXX", 2),
        Named("", "20C", "Sender's message reference", "B", 3),
        Named("", "36B", "Quantity to settle", "UNIT/5000,", 4),
    ]
    differing = {
        p.name: p.theirs.value for p in fields.beside(mine, theirs) if p.differs and p.theirs
    }
    assert differing == {"Quantity to settle": "UNIT/5000,"}


def test_each_field_of_both_messages_is_shown_once_and_no_envelope() -> None:
    mine = [
        Named("block 3", "108", "Message user reference", "A", 0),
        Named("SETPRTY", "95P", "Place of settlement", "DTCYUS33", 1),
        Named("SETPRTY", "95P", "Place of settlement", "DAKVDEFF", 2),
        Named("FIAC", "97A", "Safekeeping account", "S", 3),
    ]
    theirs = [
        Named("DataPDU/Header/Message", "Format", "Format", "MX", 0),
        Named("DataPDU/Body/Document/x", "Cd", "Reason", "CLAC", 1),
        Named("DataPDU/Body/Document/y", "AnyBIC", "Place of settlement", "DTCYUS33", 2),
    ]
    assert [
        (p.name, p.mine and p.mine.value, p.theirs and p.theirs.value)
        for p in fields.beside(mine, theirs)
    ] == [
        ("Place of settlement", "DTCYUS33", "DTCYUS33"),
        ("Reason", None, "CLAC"),
        ("Place of settlement", "DAKVDEFF", None),
        ("Safekeeping account", "S", None),
    ]


def test_bytes_show_as_text_without_control_characters() -> None:
    assert fields.text(b"a\r\nb\x00\x1b[31m\xff") == "a\nb\ufffd\ufffd[31m\ufffd"


@pytest.mark.parametrize("raw", [b"", b"<", b"{1:", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_a_message_that_cannot_be_read_says_why(raw: bytes) -> None:
    named, problem = fields.named(raw)
    assert named == []
    assert problem


def test_an_address_and_its_view_are_the_same() -> None:
    for tab in TABS:
        for order in ORDERS:
            filters = (("portfolio", "A & B"), ("isin", "US5949181045"))
            view = View(tab, filters, Sought("x=1&y"), order, True)
            assert lines.view(dict(parse_qsl(lines.address(view)))) == view


@pytest.mark.parametrize(
    "query", [{"tab": "none"}, {"order": "1;drop"}, {"settle_on": "soon"}, {"q": "x" * 141}]
)
def test_an_address_that_asks_for_what_cannot_be_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        lines.view(query)


def test_cursors_ids_and_places_come_back_as_they_went() -> None:
    keys, ids = ["1", "-2.5", "x"], [UUID(int=7), UUID(int=2**127)]
    assert lines.read_cursor(lines.write_cursor(keys)) == keys
    assert lines.read_ids(lines.write_ids(ids)) == frozenset(ids)
    assert lines.read_place(lines.write_place({0: 1, 63: 10**12})) == {0: 1, 63: 10**12}
    assert lines.read_place("") == {}


@pytest.mark.parametrize("text", ["!", "e30", "WzEsMl0", "a" * 9])
def test_a_cursor_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        lines.read_cursor(text)


@pytest.mark.parametrize("text", ["x", "1-", "1-2.", "1-2..3-4", "-1"])
def test_a_place_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        lines.read_place(text)


def named(name: str, value: str, tag: str = "19A SETT") -> fields.Named:
    return fields.Named("", tag, name, value, 1)


@pytest.mark.parametrize(
    "mine, theirs, differs",
    [
        ("USD89208,92", "NUSD89208,92", False),  # the sign says whose side, not another amount
        ("USD892089,20", "USD892089,2", False),
        ("EUR 601262.87", "EUR 601262.87", False),
        ("USD500,", "USD5000,", True),
        ("USD500,", "EUR500,", True),
        ("NOK500,", "NOK500,00", False),
    ],
)
def test_amounts_are_compared_by_what_they_mean(mine: str, theirs: str, differs: bool) -> None:
    (pair,) = fields.beside(
        [named("Settlement amount", mine)], [named("Settlement amount", theirs)]
    )
    assert pair.differs is differs


def test_the_field_a_reason_is_about_is_marked_though_the_answer_repeats_our_figure() -> None:
    mine = [named("Quantity to settle", "UNIT/500,"), named("Settlement date", "20261124")]
    theirs = [*mine, named("Reason why it is unmatched", "DQUA", "24B NMAT")]
    marked = [p.name for p in fields.beside(mine, theirs) if p.differs]
    assert marked == ["Quantity to settle"]


def told(minutes: int, state: str) -> dict[str, object]:
    payload = json.dumps({"state": state})
    return {
        "type": "Moved", "known_at": NOW + timedelta(minutes=minutes), "payload": payload,
        "actor": "x", "cause": None,
    }  # fmt: skip


def test_a_second_sending_stands_in_the_story_where_it_left() -> None:
    messages = [{"id": 7, "type": "MT541", "reference": "R1", "link": "CUSTODY"}]
    left = told(0, "sent")["known_at"]
    attempts = [
        {"outbox": 7, "message": 7, "at": left, "possible_duplicate": False},
        {"outbox": 7, "message": 9, "at": left + timedelta(minutes=1), "possible_duplicate": True},
    ]
    over = {"state": "matched", "open_quantity": None, "flags": [], "since": NOW, "waits_for": None}
    again = timeline.sent_again(messages, attempts)
    steps = timeline.story([told(0, "sent"), told(2, "matched")], again, over, NOW, "UTC")
    happened = [s for s in steps if s.at]
    assert [s.message == 9 for s in happened] == [False, True, False]
    assert happened[1].title == "Sent again, marked as a possible duplicate"
    assert happened[1].who == "CUSTODY"
    assert "MT541" in happened[1].detail


def test_an_answer_that_took_longer_than_usual_is_named_and_mere_quiet_is_not() -> None:
    events = [told(0, "sent"), told(41, "matched"), told(90, "settled")]
    over = {"state": "settled", "open_quantity": None, "flags": [], "since": NOW, "waits_for": None}
    steps = timeline.story(events, [], over, NOW + timedelta(hours=2), "UTC")
    told_ = [(s.kind, s.title) for s in steps if s.kind != "change"]
    assert told_[1:] == [
        ("gap", "no answer for 41 min, usually 2 min"),
        ("quiet", "quiet for 49 min"),
    ]
