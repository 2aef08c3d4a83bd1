"""What banks tell of an entry in field 86: the dialects of the field, read into the same values.

The standard leaves 86 free. Banks of Germany, Austria and Poland number its parts (`?20`, `<20`,
`~20`), those of the Netherlands name them between slashes (`/EREF/`); everything else is text.
"""

from __future__ import annotations

import re

from schemas.value import Narrative

_NUMBERED = re.compile(r"(?P<code>\d{3})?(?P<mark>[?<>~^@])\d\d")
_NAMES = (
    *("TRTP", "IBAN", "BIC", "NAME", "REMI", "EREF", "CSID", "MARF", "SVCL", "ISDT", "ORDP"),
    *("BENM", "PURP", "ULTC", "ULTD", "ULTB", "RTRN", "CHGS", "EXCH", "OCMT", "PREF", "PMTI"),
    *("CNTP", "TRCD", "ACCW", "IREF", "INSR", "RTYP", "BUSP", "NRTX", "ADDR", "ACC", "ID"),
)
_NAMED = re.compile(rf"/({'|'.join(_NAMES)})/")
_KEYWORD = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC)(?:\+|: ?)")
_PURPOSE = tuple(f"{n:02d}" for n in (*range(20, 30), *range(60, 64)))


def read(text: str) -> Narrative:
    """The narrative of these lines, whichever dialect they are written in."""
    joined = "".join(text.split("\n"))
    found = _NUMBERED.match(joined)
    if found is not None:
        return _numbered(joined, found["code"] or "", found["mark"])
    named = _NAMED.findall(joined)
    if len(named) > 1 or (named and joined.startswith(f"/{named[0]}/")):
        return _named(joined)
    return Narrative("text", " ".join(text.split("\n")), purpose=" ".join(text.split("\n")))


def _numbered(text: str, code: str, mark: str) -> Narrative:
    """Parts of two digits after the mark."""
    pieces = re.split(rf"{re.escape(mark)}(\d\d)", text)
    parts: dict[str, str] = {}
    for number, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        parts[number] = f"{parts[number]} {piece}" if number in parts else piece
    purpose = "".join(parts.get(number, "") for number in _PURPOSE)
    said = _keywords(purpose)
    return Narrative(
        "numbered",
        text,
        transaction_code=code,
        booking_text=parts.get("00", "").strip(),
        purpose=said.get("SVWZ", said.get("", purpose)).strip(),
        end_to_end=said.get("EREF", "").strip(),
        mandate=said.get("MREF", "").strip(),
        creditor=said.get("CRED", "").strip(),
        name=(parts.get("32", "") + parts.get("33", "")).strip(),
        account=(parts.get("31", "") or said.get("IBAN", "")).strip(),
        bank=(parts.get("30", "") or said.get("BIC", "")).strip(),
        parts=parts,
    )


def _keywords(purpose: str) -> dict[str, str]:
    """The SEPA keywords in a purpose; '' is what stands before the first."""
    pieces = _KEYWORD.split(purpose)
    found = {"": pieces[0]} if pieces[0].strip() or len(pieces) == 1 else {}
    for name, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        found.setdefault(name, piece)
    return found


def _named(text: str) -> Narrative:
    """Parts between slashes; the other side may come as one part of account, bank, name."""
    pieces = _NAMED.split(text)
    parts: dict[str, str] = {}
    for name, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        said = piece.strip("/ ")
        parts[name] = f"{parts[name]} {said}" if name in parts else said
    other = [each.strip() for each in parts.get("CNTP", "").split("/")]
    account, bank, called = (*other, *("", "", ""))[:3]
    remittance = re.sub(r"^(?:USTD|STRD)/+", "", parts.get("REMI", ""))
    return Narrative(
        "named",
        text,
        booking_text=parts.get("TRTP", ""),
        purpose=remittance.strip("/ "),
        end_to_end=parts.get("EREF", ""),
        mandate=parts.get("MARF", ""),
        creditor=parts.get("CSID", ""),
        name=parts.get("NAME", "") or called,
        account=parts.get("IBAN", "") or account,
        bank=parts.get("BIC", "") or bank,
        parts=parts,
    )
