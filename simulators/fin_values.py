"""What the network checks inside one field: form, numbers, dates, currencies, BICs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD "
    "FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW "
    "KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR "
    "MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG "
    "SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD "
    "USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
CURRENCY_DIGITS = {code: digits for digits, codes in _CODES.items() for code in codes.split()}

X = r"[A-Za-z0-9/\-?:().,'+ ]"
_BIC = r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?"
_QUALIFIER = r":(?P<qualifier>[A-Z0-9]{4})"
_NARRATIVE_START = r"(?![:\-])"


def _lines(count: int, width: int) -> str:
    more = rf"(?:\n{_NARRATIVE_START}{X}{{1,{width}}})" + f"{{0,{count - 1}}}"
    return f"{X}{{1,{width}}}{more}"


Check = Callable[[re.Match[str]], str | None]
KNOWN = Callable[[str], bool]


def number(text: str, digits: int | None = None, length: int = 15) -> str | None:
    """A decimal with its comma; `digits` bounds its decimals."""
    if "," not in text or text.startswith(","):
        return "T43"
    whole, _, part = text.partition(",")
    if not whole.isdigit() or (part and not part.isdigit()) or (len(whole) > 1 and whole[0] == "0"):
        return "T40"
    if len(text) > length:
        return "T33"
    return "C03" if digits is not None and len(part) > digits else None


def money(currency: str, text: str, negative: bool = False) -> str | None:
    """An amount in its currency, T14 where a zero is signed."""
    if currency not in CURRENCY_DIGITS:
        return "T52"
    fault = number(text, CURRENCY_DIGITS[currency])
    if fault is None and negative and not text.strip("0,"):
        return "T14"
    return fault


def day(text: str) -> str | None:
    """YYYYMMDD, or YYMMDD (80-99 are 19xx)."""
    if len(text) == 6:
        text = ("19" if text[:2] >= "80" else "20") + text
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return "T50"
    return None


def clock(text: str) -> str | None:
    """HHMMSS."""
    return None if text[:2] < "24" and text[2:4] < "60" and text[4:6] < "60" else "T38"


def reference(text: str) -> str | None:
    """No slash at either end, none doubled."""
    return "T26" if text.startswith("/") or text.endswith("/") or "//" in text else None


def _money_check(found: re.Match[str]) -> str | None:
    return money(found["currency"], found["number"], bool(found.groupdict().get("sign")))


def _dated_money(found: re.Match[str]) -> str | None:
    return day(found["day"]) or money(found["currency"], found["number"])


def _signed_number(found: re.Match[str]) -> str | None:
    fault = number(found["number"])
    if fault is None and found["sign"] and not found["number"].strip("0,"):
        return "T14"
    return fault


def _plain_number(found: re.Match[str]) -> str | None:
    return number(found["number"])


def _quantity(found: re.Match[str]) -> str | None:
    if found["code"] not in {"UNIT", "FAMT", "AMOR"}:
        return "K36"
    return number(found["number"])


def _exchange(found: re.Match[str]) -> str | None:
    if {found["first"], found["second"]} - CURRENCY_DIGITS.keys():
        return "T52"
    return number(found["number"])


def _date(found: re.Match[str]) -> str | None:
    return day(found["day"])


def _instant(found: re.Match[str]) -> str | None:
    return day(found["day"]) or clock(found["time"])


def _reference(found: re.Match[str]) -> str | None:
    return reference(found["reference"])


def _currency(found: re.Match[str]) -> str | None:
    return None if found["currency"] in CURRENCY_DIGITS else "T52"


def _function(found: re.Match[str]) -> str | None:
    return None if found["code"] in {"NEWM", "CANC", "PREA"} else "K23"


def _link(found: re.Match[str]) -> str | None:
    linked = found["qualifier"] == "LINK"
    return "K22" if linked and found["code"] not in {"AFTE", "BEFO", "INFO", "WITH"} else None


def _status(found: re.Match[str]) -> str | None:
    allowed = {"MTCH": {"MACH", "NMAT"}, "AFFM": {"AFFI", "NAFI"}}.get(found["qualifier"])
    return "K25" if allowed is not None and found["code"] not in allowed else None


def _fine(_: re.Match[str]) -> str | None:
    return None


_CURRENCY = r"(?P<currency>[A-Z]{3})"
_NUMBER = r"(?P<number>[0-9,.]*)"
_DAY8 = r"(?P<day>[0-9]{8})"
_ACCOUNT = rf"(?:/[CD])?(?:/{X}{{1,34}})"
_PARTY_BIC = rf"(?:{_ACCOUNT}\n)?(?P<bic>{_BIC})"
_PARTY_NAME = rf"(?:{_ACCOUNT}\n)?{_lines(4, 35)}"
_PARTY_PLACE = rf"(?:{_ACCOUNT})?(?:\n?{X}{{1,35}})?"

# tag: (form, what else is checked, the code when the form is wrong)
FORMS: dict[str, tuple[str, Check, str]] = {
    "11A": (rf"{_QUALIFIER}//{_CURRENCY}", _currency, "T52"),
    "12A": (rf"{_QUALIFIER}/[A-Z0-9]{{0,8}}/{X}{{1,30}}", _fine, "T88"),
    "12B": (rf"{_QUALIFIER}/[A-Z0-9]{{0,8}}/[A-Z0-9]{{4}}", _fine, "T88"),
    "12C": (rf"{_QUALIFIER}//[A-Z0-9]{{6}}", _fine, "T88"),
    "13A": (rf"{_QUALIFIER}//[A-Z0-9]{{3}}", _fine, "T88"),
    "13B": (rf"{_QUALIFIER}/[A-Z0-9]{{0,8}}/{X}{{1,30}}", _fine, "T88"),
    "13C": (r"/[A-Z0-9]{1,8}/[0-9]{4}[+\-][0-9]{4}", _fine, "T12"),
    "16R": (r"[A-Z0-9]{1,16}", _fine, "T12"),
    "16S": (r"[A-Z0-9]{1,16}", _fine, "T12"),
    "17B": (rf"{_QUALIFIER}//[NY]", _fine, "T12"),
    "19A": (rf"{_QUALIFIER}//(?P<sign>N?){_CURRENCY}{_NUMBER}", _money_check, "T40"),
    "20": (rf"(?P<reference>{X}{{1,16}})", _reference, "T33"),
    "20C": (rf"{_QUALIFIER}//(?P<reference>{X}{{1,16}})", _reference, "T33"),
    "20U": (rf"{_QUALIFIER}//(?P<reference>{X}{{1,52}})", _reference, "T33"),
    "21": (rf"(?P<reference>{X}{{1,16}})", _reference, "T33"),
    "22F": (rf"{_QUALIFIER}/[A-Z0-9]{{0,8}}/(?P<code>[A-Z0-9]{{4}})", _link, "T88"),
    "22H": (rf"{_QUALIFIER}//(?P<code>[A-Z0-9]{{4}})", _fine, "T88"),
    "23B": (r"CRED|CRTS|SPAY|SPRI|SSTD", _fine, "T36"),
    "23E": (rf"[A-Z0-9]{{4}}(?:/{X}{{1,30}})?", _fine, "T47"),
    "23G": (r"(?P<code>[A-Z0-9]{4})(?:/(?:CODU|COPY|DUPL))?", _function, "T12"),
    "25D": (rf"{_QUALIFIER}/[A-Z0-9]{{0,8}}/(?P<code>[A-Z0-9]{{4}})", _status, "T88"),
    "26T": (r"[A-Z0-9]{3}", _fine, "T12"),
    "32A": (rf"(?P<day>[0-9]{{6}}){_CURRENCY}{_NUMBER}", _dated_money, "T12"),
    "33B": (rf"{_CURRENCY}{_NUMBER}", _money_check, "T12"),
    "35B": (
        rf"(?:ISIN [A-Z]{{2}}[A-Z0-9]{{9}}[0-9](?:\n{_lines(4, 35)})?)|{_lines(4, 35)}",
        _fine,
        "T12",
    ),
    "36": (_NUMBER, _plain_number, "T43"),
    "36B": (rf"{_QUALIFIER}//(?P<code>[A-Z0-9]{{4}})/{_NUMBER}", _quantity, "T88"),
    "36D": (rf"{_QUALIFIER}//[A-Z0-9]{{4}}/[0-9]{{1,29}},[0-9]*", _fine, "T43"),
    "50A": (_PARTY_BIC, _fine, "T27"),
    "50F": (rf"{X}{{1,35}}\n(?:[1-8]/{X}{{1,33}})(?:\n[1-8]/{X}{{1,33}}){{0,3}}", _fine, "T54"),
    "50K": (_PARTY_NAME, _fine, "T30"),
    "51A": (_PARTY_BIC, _fine, "T27"),
    "59": (_PARTY_NAME, _fine, "T30"),
    "59A": (_PARTY_BIC, _fine, "T27"),
    "59F": (rf"(?:/{X}{{1,34}}\n)?[1-4]/{X}{{1,33}}(?:\n[1-4]/{X}{{1,33}}){{0,3}}", _fine, "T54"),
    "70": (_lines(4, 35), _fine, "T30"),
    "70C": (rf"{_QUALIFIER}//{_lines(4, 35)}", _fine, "T30"),
    "70D": (rf"{_QUALIFIER}//{_lines(6, 35)}", _fine, "T30"),
    "70E": (rf"{_QUALIFIER}//{_lines(10, 35)}", _fine, "T30"),
    "71A": (r"BEN|OUR|SHA", _fine, "T08"),
    "71F": (rf"{_CURRENCY}{_NUMBER}", _money_check, "T12"),
    "71G": (rf"{_CURRENCY}{_NUMBER}", _money_check, "T12"),
    "72": (_lines(6, 35), _fine, "T30"),
    "77B": (_lines(3, 35), _fine, "T30"),
    "90A": (rf"{_QUALIFIER}//[A-Z0-9]{{4}}/{_NUMBER}", _plain_number, "T88"),
    "90B": (rf"{_QUALIFIER}//[A-Z0-9]{{4}}/{_CURRENCY}{_NUMBER}", _money_check, "T88"),
    "92A": (rf"{_QUALIFIER}//(?P<sign>N?){_NUMBER}", _signed_number, "T88"),
    "92B": (
        rf"{_QUALIFIER}//(?P<first>[A-Z]{{3}})/(?P<second>[A-Z]{{3}})/{_NUMBER}",
        _exchange,
        "T88",
    ),
    "92C": (rf"{_QUALIFIER}/[A-Z0-9]{{0,8}}/{X}{{1,24}}", _fine, "T88"),
    "94B": (rf"{_QUALIFIER}/[A-Z0-9]{{0,8}}/[A-Z0-9]{{4}}(?:/{X}{{1,30}})?", _fine, "T88"),
    "94C": (rf"{_QUALIFIER}//[A-Z]{{2}}", _fine, "T73"),
    "94F": (rf"{_QUALIFIER}//[A-Z0-9]{{4}}/(?P<bic>{_BIC})", _fine, "T27"),
    "94H": (rf"{_QUALIFIER}//(?P<bic>{_BIC})", _fine, "T27"),
    "94L": (rf"{_QUALIFIER}//[A-Z0-9]{{18}}[0-9]{{2}}", _fine, "T88"),
    "95C": (rf"{_QUALIFIER}//[A-Z]{{2}}", _fine, "T73"),
    "95L": (rf"{_QUALIFIER}//[A-Z0-9]{{18}}[0-9]{{2}}", _fine, "T88"),
    "95P": (rf"{_QUALIFIER}//(?P<bic>{_BIC})", _fine, "T27"),
    "95Q": (rf"{_QUALIFIER}//{_lines(4, 35)}", _fine, "T30"),
    "95R": (rf"{_QUALIFIER}/[A-Z0-9]{{1,8}}/{X}{{1,34}}", _fine, "T88"),
    "95S": (rf"{_QUALIFIER}/[A-Z0-9]{{0,8}}/[A-Z0-9]{{4}}/[A-Z]{{2}}/{X}{{1,30}}", _fine, "T88"),
    "97A": (rf"{_QUALIFIER}//{X}{{1,35}}", _fine, "T33"),
    "97B": (rf"{_QUALIFIER}/[A-Z0-9]{{0,8}}/[A-Z0-9]{{4}}/{X}{{1,35}}", _fine, "T88"),
    "97E": (rf"{_QUALIFIER}//{X}{{1,34}}", _fine, "T33"),
    "98A": (rf"{_QUALIFIER}//{_DAY8}", _date, "T50"),
    "98B": (rf"{_QUALIFIER}/[A-Z0-9]{{0,8}}/[A-Z0-9]{{4}}", _fine, "T88"),
    "98C": (rf"{_QUALIFIER}//{_DAY8}(?P<time>[0-9]{{6}})", _instant, "T50"),
    "98E": (
        rf"{_QUALIFIER}//{_DAY8}(?P<time>[0-9]{{6}})(?:,[0-9]{{1,3}})?(?:/N?[0-9]{{2}}(?:[0-9]{{2}})?)?",
        _instant,
        "T50",
    ),
    "99A": (rf"{_QUALIFIER}//N?[0-9]{{3}}", _fine, "T88"),
    "99B": (rf"{_QUALIFIER}//[0-9]{{3}}", _fine, "T88"),
    "99C": (rf"{_QUALIFIER}//[0-9]{{6}}", _fine, "T88"),
}
for _tag in ("52", "53", "54", "55", "56", "57", "58"):
    FORMS |= {
        f"{_tag}A": (_PARTY_BIC, _fine, "T27"),
        f"{_tag}B": (_PARTY_PLACE, _fine, "T30"),
        f"{_tag}C": (rf"/{X}{{1,34}}", _fine, "T12"),
        f"{_tag}D": (_PARTY_NAME, _fine, "T30"),
    }
_COMPILED = {tag: (re.compile(form), check, code) for tag, (form, check, code) in FORMS.items()}
_GENERIC = re.compile(r":[A-Z0-9]{4}/")
_OUTSIDE_X = re.compile(r"[^A-Za-z0-9/\-?:().,'+ \n]")
_ISIN_WORD = re.compile(r"isin\b", re.IGNORECASE)
_AMOUNT_TAGS = {"19A", "90B", "32A", "33B", "71F", "71G"}


def is_generic(tag: str) -> bool:
    """Whether the field begins with a qualifier."""
    return tag in FORMS and FORMS[tag][0].startswith(_QUALIFIER)


def fault(tag: str, value: str, known: KNOWN) -> str | None:
    """The 405 code of this field's content, None where it is fine."""
    form, check, code = _COMPILED[tag]
    if _OUTSIDE_X.search(value):
        return "T32"
    if "\n\n" in f"{value}\n":
        return "T17"
    found = form.fullmatch(value)
    if found is None:
        return _why(tag, value, code)
    if tag == "35B" and _ISIN_WORD.match(value) and not value.startswith("ISIN "):
        return "T12"
    if (
        tag == "35B"
        and value.startswith("ISIN")
        and not re.match(r"ISIN [A-Z]{2}[A-Z0-9]{9}[0-9](\n|$)", value)
    ):
        return "T12"
    bic = found.groupdict().get("bic")
    if bic is not None and not known(bic):
        return "T28"
    return check(found)


def _why(tag: str, value: str, code: str) -> str:
    """Which of the general faults it is, before the form's own code."""
    if is_generic(tag):
        if not _GENERIC.match(value):
            return "T89" if value.startswith(":") else "T12"
        if "//" not in value and "/[A-Z0-9]{0,8}/" not in FORMS[tag][0] and code != "T88":
            return "T87"
    if tag in _AMOUNT_TAGS and re.search(r"[A-Z]{3}[^A-Z]*$", value) is None:
        return "T52"
    return code
