"""Messages against their tables: marked blocks, sequences without marks, repetition, copies."""

from __future__ import annotations

import pytest

from parsers.fin_shape import shape
from parsers.fin_structure import structure


def broken(type_: str, *heads: str) -> list[tuple[int, str, str]]:
    found = structure(shape([h if ":" in h else f"{h}:" for h in heads]), type_)
    return [(d.index, d.rule, d.where) for d in found.departures]


def runs(type_: str, *heads: str) -> list[tuple[str, int]]:
    found = structure(shape([h if ":" in h else f"{h}:" for h in heads]), type_)
    assert found.departures == ()
    return list(zip(found.sequences, found.runs, strict=True))


BATCH = ("20", "28D", "50H", "30")
ONE = ("21", "32B", "59", "71A")


def test_a_sequence_without_marks_begins_again_with_its_first_field():
    assert runs("101", *BATCH, *ONE, *ONE) == [("A", 1)] * 4 + [("B", 2)] * 4 + [("B", 3)] * 4


def test_what_a_sequence_still_needed_is_missing_when_the_next_begins():
    assert broken("101", *BATCH, *ONE[:-1], *ONE) == [(-1, "T13", "MT101/71A")]


def test_a_sequence_is_entered_past_its_missing_first_field():
    assert broken("101", *BATCH, *ONE[1:]) == [(-1, "T13", "MT101/21")]


def test_a_second_party_of_the_first_sequence_does_not_open_the_next():
    assert broken("101", "20", "28D", "50H", "50K", "30", *ONE) == [(3, "T13", "")]


def test_the_same_field_belongs_to_the_sequence_that_is_open():
    heads = ("20", "21", "32A", "52A", "58A", "50K", "52A", "59", "33B")
    assert [s for s, _ in runs("202COV", *heads)] == ["A"] * 5 + ["B"] * 4


STATEMENT = ("20", "25", "28C", "60F")


def test_each_line_of_a_statement_is_a_run_with_its_information():
    heads = (*STATEMENT, "61", "86", "61", "61", "86", "62F", "86")
    assert [r for _, r in runs("940", *heads)][4:9] == [1, 1, 2, 3, 3]


def test_one_sequence_within_another_is_told_by_its_first_field():
    heads = ("15A", "20", "22A", "22C", "82A", "87A", "15B", "30T", "30V", "36")
    legs = ("32B", "57A", "33B", "53A", "57A")
    assert [s for s, _ in runs("300", *heads, *legs)][-5:] == ["B1", "B1", "B2", "B2", "B2"]


def test_a_request_for_cancellation_may_copy_fields_of_the_original():
    assert broken("292", "20", "21", "11S", "79", "32A", "58A") == []


@pytest.mark.parametrize(
    "heads, rule",
    [
        (("20", "25", "28C", "60F", "60F", "62F"), (4, "T13", "")),
        (("20", "28C", "60F", "62F"), (-1, "T13", "MT940/25a")),
        ((*STATEMENT, "62F", "61"), (5, "T13", "")),
        ((*STATEMENT, "62F", "32A"), (5, "T13", "")),
    ],
)
def test_a_statement_out_of_order_is_told_by_field(heads, rule):
    assert broken("940", *heads) == [rule]


def test_equal_shapes_are_one_object_and_long_ones_are_not_kept():
    assert shape(["20:", "21:"]) is shape(["20:", "21:"])
    assert shape(["20:"] * 700) is not shape(["20:"] * 700)


def test_a_thousand_repetitions_are_placed_in_one_pass():
    heads = (*STATEMENT, *(["61", "86"] * 1000), "62F")
    assert broken("940", *heads) == []


def block(name: str, *heads: str) -> tuple[str, ...]:
    return (f"16R:{name}", *heads, f"16S:{name}")


PENALTIES = block(
    "PENA",
    "22F::CODE",
    *block(
        "PENACUR",
        "95P::ASDP",
        "22F::TRCA",
        *block(
            "PENACOUNT",
            "95P::DEBT",
            "22F::TRCA",
            "19A::AGNT",
            *block(
                "PENDET",
                *("20C::PCOM", "22H::PNTP", "22H::CALM", "19A::AMCO", "99A::DAAC"),
                *block("CALDET", "98A::PEDA"),
                *block("RELTRAN", "20C::ACCT"),
            ),
        ),
    ),
)
STATUS = (
    *block(
        "GENL",
        "20C::SEME",
        "23G",
        *block("LINK", "20C::RELA"),
        *block("STAT", "25D::SETT"),
    ),
)


def test_a_status_advice_may_tell_of_a_penalty():
    assert broken("548", *STATUS, *PENALTIES) == []


def test_a_penalty_without_its_type_is_a_finding():
    without = [h for h in PENALTIES if h != "22H::CALM"]
    assert broken("548", *STATUS, *without) == [
        (-1, "T13", "MT548/PENA/PENACUR/PENACOUNT/PENDET/22H")
    ]


def test_a_settlement_date_is_not_taken_for_one_whose_qualifier_is_not_known():
    linked = block("LINK", "20C::RELA")
    details = (
        *("35B", "36B::PSTA", "22F::TRAN", "22H::REDE", "22H::PAYM"),
        *("98A::SETT", "98A::TRAD"),
    )
    pending = block("TRANS", *linked, *block("TRANSDET", *details))
    general = ("28E", "20C::SEME", "23G", "98A::STAT", "22H::STST", "97A::SAFE", "17B::ACTI")
    assert broken("537", *block("GENL", *general), *pending) == []
