"""What libxml2 says of a fault, in words a person can act on: what would be right."""

from __future__ import annotations

import re

_NAMESPACE = re.compile(r"\{[a-z]+:[^}]*\}| for <class [^>]*>")
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*?) \)")
_CODES = re.compile(r"not an element of the set \{(.*)\}", re.DOTALL)
_PATTERN = re.compile(r"not accepted by the pattern '(.*)'\.", re.DOTALL)
_LENGTH = re.compile(r"(exceeds|underruns|differs from) the allowed (\w+ )?length of '(\d+)'")
_DIGITS = re.compile(r"more (fractional )?digits than are allowed \('(\d+)'\)")
_BOUND = re.compile(r"(less|greater) than the (?:minimum|maximum) value allowed \('([^']*)'\)")
_TYPE = re.compile(r"not a valid value of the (?:local )?atomic type '?(?:xs:)?(\w+)")
_ATTRIBUTE = re.compile(r"attribute '([^']*)' is (required but missing|not allowed)")

TYPES = {
    "date": "a date of the calendar, YYYY-MM-DD",
    "dateTime": "a date and time, YYYY-MM-DDThh:mm:ss with Z or an offset",
    "time": "a time, hh:mm:ss",
    "gYear": "a year, YYYY",
    "gYearMonth": "a month, YYYY-MM",
    "boolean": "true or false",
    "decimal": "a number with a point before its decimals, no other signs",
    "base64Binary": "bytes in base64",
}
# patterns of ISO 20022 by what they stand for
PATTERNS = {
    "[A-Z0-9]{4,4}[A-Z]{2,2}[A-Z0-9]{2,2}([A-Z0-9]{3,3}){0,1}": "a BIC of 8 or 11 characters",
    "[A-Z]{6,6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3,3}){0,1}": "a BIC of 8 or 11 characters",
    "[A-Z]{2,2}[0-9]{2,2}[a-zA-Z0-9]{1,30}": "an IBAN without blanks",
    "[A-Z]{2,2}[A-Z0-9]{9,9}[0-9]{1,1}": "an ISIN: country, nine letters or digits, check digit",
    "[A-Z0-9]{18,18}[0-9]{2,2}": "an LEI: 18 letters or digits, two check digits",
    "[A-Z]{3,3}": "a currency of three capitals",
    "[A-Z]{2,2}": "a country of two capitals",
    "[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}": (
        "a UUID of version 4 in lower case"
    ),
    "[0-9]{1,15}": "a number of up to 15 digits",
    "[a-zA-Z0-9]{4}": "four letters or digits",
    "[a-zA-Z0-9]{1,4}": "up to four letters or digits",
    "[0-9]{2}": "two digits",
    "[0-9]{3}": "three digits",
    "[0-9]{5}": "five digits",
    ".*Z": "a date and time in UTC that ends in Z",
    "[BEOVW]{1,1}[0-9]{2,2}|DUM": "a transaction code as the list has it",
    r"\+[0-9]{1,3}-[0-9()+\-]{1,30}": "a telephone number as +49-301234567",
}


def plain(words: str) -> str:
    """An error without namespaces and without names of classes."""
    return _NAMESPACE.sub("", words)


def rule(type_name: str) -> str:
    """The code of the rule by libxml2's name of the error."""
    return type_name.removeprefix("SCHEMAV_").lower()


def right(message: str) -> str:
    """What would be right, as far as libxml2 tells; '' where it does not."""
    words = plain(message)
    if found := _EXPECTED.search(words):
        names = [name.strip() for name in found[1].split(",")]
        return f"here comes {names[0]}" if len(names) == 1 else f"here comes one of {_list(names)}"
    if found := _CODES.search(words):
        return f"one of {_list([code.strip().strip(chr(39)) for code in found[1].split(',')])}"
    if found := _PATTERN.search(words):
        return PATTERNS.get(found[1], f"a value of the form {found[1]}")
    if found := _LENGTH.search(words):
        bound = {"exceeds": "at most", "underruns": "at least"}.get(found[1], "exactly")
        return f"{bound} {found[3]} character{'' if found[3] == '1' else 's'}"
    if found := _DIGITS.search(words):
        return f"at most {found[2]} {'decimals' if found[1] else 'digits in all'}"
    if found := _BOUND.search(words):
        return f"{found[2]} or {'more' if found[1] == 'less' else 'less'}"
    if found := _ATTRIBUTE.search(words):
        missing = found[2] != "not allowed"
        return f"{'add' if missing else 'leave out'} the attribute {found[1]}"
    if found := _TYPE.search(words):
        return TYPES.get(found[1], "")
    return ""


def _list(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]
