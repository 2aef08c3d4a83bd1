"""Message tables and field formats against the grammar facts beside the checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.mt import MESSAGES
from schemas.mt.fields import FORMATS
from tests import mt_grammar

GRAMMAR = Path(__file__).parents[4] / "shared" / "mt" / "mt-grammar.yaml"
pytestmark = pytest.mark.skipif(
    not GRAMMAR.is_file(), reason="shared/mt is not beside this checkout"
)

PUBLISHED = "read in the field's page of the published ISO 15022 data field dictionary"
OF_A_PAGE = "DOMAIN 6.7: what a page opens and closes with"
# ours on purpose: (types, line of the comparison): the reason
DEVIATIONS = {
    ("300", "D order: 15 D1:- 16, 15 D1:-"): "16A counts the settlements that were told before it",
    ("540 542", "B/98 qualifiers: ADEL/CERT/SETT/TRAD, ADEL/SETT/TRAD"): PUBLISHED,
    ("544 546", "B/98 qualifiers: CERT/ESET/SETT/TRAD, ESET/SETT/TRAD"): PUBLISHED,
    (
        "540 542 544 546",
        "C/97 at most: 2, 3",
    ): "the last place's qualifier is not known; one for any would take a wrong one too",
    ("544 545 546 547", "A/22[0] qualifiers: PREC, any"): "no other is in use",
    ("544 545 546 547", "C/36[1] qualifiers: PSTA/PSTT, PSTT"): "older confirmations say PSTA",
    **{
        ("548", f"B/98[{place}] qualifiers: {qualifier}, any"): PUBLISHED
        for place, qualifier in enumerate(("ADEL", "ASTS", "EXSE", "EXVA", "MTCH"))
    },
    ("536", "B/B1/93[0] qualifiers: FIOP/INOP, FIOP"): OF_A_PAGE,
    ("536", "B/B1/93[1] qualifiers: FICL/INCL, FICL"): OF_A_PAGE,
    ("586", "A/98 qualifiers: PREP/STAT, any"): PUBLISHED,
    ("564 565 566 567 568", "A/20 qualifiers: COAF/CORP/SEME, any"): PUBLISHED,
    ("564", "A/22 qualifiers: CAEP/CAEV/CAMV, any"): PUBLISHED,
    ("565 566 567 568", "A/22[0] qualifiers: CAEV, any"): PUBLISHED,
}
BRANCH = "an account, a place or both: the place may be alone on the first line"
MARK = "a mark is C or D"
FORMAT_DEVIATIONS = {
    "23": "what codes it takes stands in the message table",
    "34F": MARK,
    "35B": "one of the two must be there, and a description alone begins on the first line",
    "35C": "the grammar has no format for it",
    "28E": "a page is the last, the only one, or has more behind it",
    "61": "a mark is C, D, RC, RD, EC or ED",
    "77E": "a text block of 10,000 characters has no more lines",
    **dict.fromkeys(("60F", "60M", "62F", "62M", "64", "65"), MARK),
    **dict.fromkeys(("53B", "54B", "55B", "57B", "84B", "85B"), BRANCH),
}


@cache
def grammar() -> dict[str, Any]:
    return yaml.load(GRAMMAR.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def test_a_message_table_says_what_the_grammar_says_but_where_it_departs_for_a_reason():
    found = {
        (type_, line)
        for type_, message in grammar()["messages"].items()
        for line in mt_grammar.differences(
            mt_grammar.ours(MESSAGES[type_].items), mt_grammar.theirs(message["items"])
        )
    }
    meant = {(type_, line) for types, line in DEVIATIONS for type_ in types.split()}
    assert found == meant


def test_a_format_says_what_the_grammar_says_but_where_it_departs_for_a_reason():
    differing = {
        str(tag)
        for tag, said in grammar()["fields"].items()
        if str(tag) in FORMATS
        and _plain(FORMATS[str(tag)].notation) != _plain(str(said["fmt"] or ""))
    }
    assert differing == set(FORMAT_DEVIATIONS)


def test_every_field_of_the_grammar_has_a_format():
    tags = {
        tag
        for message in grammar()["messages"].values()
        for tag in mt_grammar.tags(message["items"])
    }
    assert tags - set(FORMATS) == set()


def _plain(notation: str) -> str:
    """A notation without what two writers say differently: BIC, one letter, an empty field."""
    if notation == "$":
        return ""
    plain = notation.replace("4!c2!a2!c[3!c]", "BIC").replace("4!a2!a2!c[3!c]", "BIC")
    return plain.replace("1!a", "1a")
