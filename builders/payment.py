"""What pacs.008 and pacs.009 have in common: their values, and the rules of CBPR+ kept here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from schemas.identifiers import is_iban
from schemas.instruction import Address, Payment, PaymentParty, Wire
from schemas.practice import STRUCTURED_ADDRESSES_FROM
from schemas.problem import Problem

NO_REFERENCE = "NOTPROVIDED"


def values(body: Payment, wire: Wire) -> dict[str, Any]:
    """The fields of the tables; our own account stands for a debtor without one."""
    found: dict[str, Any] = dict(body)
    found["seme"] = wire.seme
    found["sender"] = wire.sender
    found["receiver"] = wire.receiver
    found["created_at"] = wire.prep
    found["count"] = 1
    found["method"] = "INDA"
    found["uetr"] = body.uetr or wire.uetr
    found["debtor"] = _party(body.debtor, body.cash_account)
    found["creditor"] = _party(body.creditor, None)
    return found


def covered(body: Payment, wire: Wire) -> dict[str, Any] | None:
    """The transfer that is covered; the two ends bank with the sender and with our creditor."""
    if body.covers is None:
        return None
    found: dict[str, Any] = dict(body.covers)
    found["debtor"] = _party(body.covers.debtor, None)
    found["creditor"] = _party(body.covers.creditor, None)
    found["debtor_agent"] = body.covers.debtor_agent or wire.sender
    found["creditor_agent"] = body.covers.creditor_agent or body.creditor.bic
    return found


def problems(body: Payment, wire: Wire, root: str) -> Iterator[Problem]:
    """What the schema would let pass."""
    if body.uetr and wire.uetr and body.uetr != wire.uetr:
        words = "the payment and its envelope name two UETRs"
        yield Problem(f"{root}/CdtTrfTxInf/PmtId/UETR", "uetr", words, wire.uetr)
    if wire.prep is None:
        return
    if wire.prep.tzinfo is None:
        words = "the time of creation needs its offset from UTC"
        yield Problem(f"{root}/GrpHdr/CreDtTm", "offset", words, wire.prep.isoformat())
        return
    if wire.prep.astimezone(UTC).date() >= STRUCTURED_ADDRESSES_FROM:
        parties = [("Dbtr", body.debtor), ("Cdtr", body.creditor)]
        if body.covers is not None:
            parties.append(("UndrlygCstmrCdtTrf/Dbtr", body.covers.debtor))
            parties.append(("UndrlygCstmrCdtTrf/Cdtr", body.covers.creditor))
        for element, party in parties:
            if party.address is not None:
                yield from _address_problems(f"{root}/CdtTrfTxInf/{element}", party.address)


def _party(party: PaymentParty, own_account: str | None) -> dict[str, Any]:
    found: dict[str, Any] = dict(party)
    lines = party.address.lines if party.address else ()
    found["line_1"], found["line_2"] = (*lines, None, None)[:2]
    if own_account and not party.iban and not party.account:
        found["iban" if is_iban(own_account) else "account"] = own_account
    return found


def _address_problems(path: str, address: Address) -> Iterator[Problem]:
    if not address.town:
        yield Problem(f"{path}/PstlAdr/TwnNm", "address", "an address needs its town")
    if not address.country:
        yield Problem(f"{path}/PstlAdr/Ctry", "address", "an address needs its country")
    for number, line in enumerate(address.lines, start=1):
        if address.town and address.town.casefold() in line.casefold():
            words = f"the town {address.town} stands in TwnNm and is not repeated in a line"
            yield Problem(f"{path}/PstlAdr/AdrLine[{number}]", "address", words, line)
