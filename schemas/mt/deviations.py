"""How banks depart from the standard in ways whose meaning is plain: what tolerant reading mends.

Every one is a rule with a code of its own, seen in files of the field; a sender's profile is the
set of those it is known for.
"""

from __future__ import annotations

from schemas.finding import Rule


def _deviation(code: str, says: str, mend: str) -> Rule:
    return Rule(
        code, "every MT", "syntax", says, mend, "seen in files of banks", "medium", "warning"
    )


DEVIATIONS: tuple[Rule, ...] = (
    _deviation("dev_header", "a terminal has twelve characters", "write BIC8, the letter, branch"),
    _deviation("dev_end", "block 4 ends with -} on a line of its own", "close it so"),
    _deviation("dev_blank_line", "no line of a text is empty", "leave it out"),
    _deviation("dev_blanks", "no blanks stand before a tag, after it or at a line's end", "leave them out"),
    _deviation("dev_character", "a text holds character set X alone", "write the plain character"),
    _deviation("dev_tag_case", "option letters are capitals", "write the capital"),
    _deviation("dev_colon", "a generic field has two colons before its qualifier", "write both"),
    _deviation("dev_slash", "a qualifier is followed by two slashes", "write both"),
    _deviation("dev_case", "codes, currencies and BICs are capitals", "write capitals"),
    _deviation("dev_decimal", "a number has one comma and no other mark", "write it so"),
    _deviation("dev_comma", "an amount has its comma even without decimals", "write the comma"),
    _deviation("dev_date", "a date is digits alone, as many as its field takes", "write YYYYMMDD or YYMMDD"),
    _deviation("dev_isin", "an instrument is ISIN, one blank and twelve characters", "write it so"),
    _deviation("dev_block", "every block that is opened is closed", "write its 16S"),
)  # fmt: skip
EVERY = "all"
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in DEVIATIONS}


def known(text: str) -> str:
    """Codes of deviations, or the word for all of them; ValueError names one that is none."""
    codes = text.split()
    for code in codes:
        if code not in BY_CODE and codes != [EVERY]:
            listed = ", ".join(sorted(BY_CODE))
            raise ValueError(f"{code} is no deviation: name some of {listed}, or {EVERY} alone")
    return " ".join(codes)
