"""Message tables as text, and the tables of every message against the facts they were taken from."""

from __future__ import annotations

import pytest

from schemas.mt import MESSAGES
from schemas.mt.fields import FORMATS
from schemas.mt.message import Field, Sequence
from schemas.mt.table import items, message


def test_a_line_says_use_options_qualifiers_codes_and_words():
    (found,) = items("O* 95[PQ] BUYR/SELL  Party of the trade")
    assert isinstance(found, Field)
    assert (found.tags, list(found.qualifiers)) == (("95P", "95Q"), ["BUYR", "SELL"])
    assert (found.required, found.repeats, found.name) == (False, True, "Party of the trade")
    (coded,) = items("M  71A {BEN OUR SHA}")
    assert isinstance(coded, Field)
    assert (coded.required, coded.codes) == (True, {"BEN", "OUR", "SHA"})


def test_a_field_without_letter_is_an_option_of_its_own():
    (found,) = items("M  59[-AF]")
    assert isinstance(found, Field)
    assert found.tags == ("59", "59A", "59F")


def test_what_is_indented_stands_in_the_sequence_above():
    block, after = items("M  A GENL\n   M  20C SEME\n   O* A1 -\n      M  61\nO  72")
    assert isinstance(block, Sequence)
    assert isinstance(block.items[1], Sequence)
    assert (block.block, block.id, block.items[1].block, len(block.items)) == ("GENL", "A", "", 2)
    assert isinstance(after, Field)


def test_a_line_that_ends_in_a_slash_goes_on():
    (found,) = items("M  20C SEME/\n        RELA")
    assert isinstance(found, Field)
    assert list(found.qualifiers) == ["SEME", "RELA"]


def test_a_place_for_any_qualifier_leaves_those_that_places_beside_it_name():
    further, _, other, block = items("O* 98A\nM  98A SETT\nO  97A\nO  A LINK\n   O  98A\n   O  97A")
    assert isinstance(further, Field)
    assert isinstance(other, Field)
    assert isinstance(block, Sequence)
    assert (further.others, other.others) == ({"SETT"}, set())
    assert all(isinstance(field, Field) and not field.others for field in block.items)


@pytest.mark.parametrize("line", ["X  20", "M 2", "M  A GENL", "M  20\n   M  21", "M  20c"])
def test_a_line_that_reads_as_nothing_is_refused(line):
    with pytest.raises(ValueError, match="no line of a message table"):
        message("000", "none", line)


@pytest.mark.parametrize("tag", FORMATS)
def test_every_component_of_a_format_has_a_name(tag):
    assert FORMATS[tag].pattern.groups == len(FORMATS[tag].parts)


def test_the_tables_have_the_messages_of_the_trade():
    wanted = "101 103 103STP 103REMIT 202 202COV 205 205COV 210 192 195 196 199 292 295 296 299"
    wanted += " 300 304 320 508 509 513 515 517 518 524 530 535 536 537 538 549 558 564 565 566 567"
    wanted += " 568 569 575 576 578 586 599 900 910 920 935 940 941 942 950 992 995 996 999"
    assert set(wanted.split()) | {str(n) for n in range(540, 549)} <= set(MESSAGES)
