"""Fields that MT103 and MT202 share: header, agents, parties with account and address."""

from __future__ import annotations

from builders.fin_values import narrative
from schemas.identifiers import is_uetr
from schemas.instruction import Address, Payment, PaymentParty, Wire
from schemas.problem import Problem

LINE_WIDTH = 35
NUMBERED_WIDTH = 33  # '1/' takes two of the 35
PARTY_LINES = 4


def uetr(payment: Payment, wire: Wire, problems: list[Problem]) -> str:
    """`{121:...}`; no payment goes without it (U13), and it says the same everywhere."""
    value = wire.uetr or payment.uetr
    if value is None:
        fault = "a payment needs a UETR, a version 4 UUID: give it"
        problems.append(Problem("uetr", "U13", fault))
        return ""
    if payment.uetr is not None and payment.uetr != value:
        fault = "wire.uetr and uetr differ: leave one of them out"
        problems.append(Problem("wire.uetr", "U13", fault, value))
    if not is_uetr(value):
        fault = "not a lower-case version 4 UUID: generate a new one"
        problems.append(Problem("uetr", "U13", fault, value))
    return f"{{121:{value}}}"


def agents(payment: Payment, ordering: str | None) -> list[str]:
    """52A to 57A in their order; 53B names the account to be debited."""
    out = [f":52A:{ordering}"] if ordering else []
    if payment.cash_account:
        out.append(f":53B:/{payment.cash_account.removeprefix('/')}")
    if payment.intermediary:
        out.append(f":56A:{payment.intermediary}")
    if payment.creditor_agent:
        out.append(f":57A:{payment.creditor_agent}")
    return out


def check_agents(payment: Payment, problems: list[Problem]) -> None:
    """C81: an intermediary needs the institution it pays to. 53B takes 34 characters."""
    if payment.intermediary and not payment.creditor_agent:
        fault = "an intermediary needs the creditor's agent after it: give creditor_agent"
        problems.append(Problem("creditor_agent", "C81", fault))
    if payment.cash_account and len(payment.cash_account.removeprefix("/")) > LINE_WIDTH - 1:
        fault = "an account has at most 34 characters in 53B"
        problems.append(Problem("cash_account", "T33", fault, payment.cash_account))


def account(party: PaymentParty) -> str | None:
    """The account as both standards know it."""
    return party.iban or party.account


def ordering(party: PaymentParty, path: str, problems: list[Problem]) -> list[str]:
    """50a, the ordering customer: by BIC, structured where account and address are there, or plain."""
    number = account(party)
    if party.name is None:
        return _by_bic("50A", number, party)
    if number is None or party.address is None:
        return _plain("50K", number, named(party, path, problems))
    return [f":50F:/{number}", *numbered(party, path, problems)]


def beneficiary(party: PaymentParty, path: str, problems: list[Problem]) -> list[str]:
    """59a, the beneficiary customer: by BIC, structured where the address is, or plain."""
    number = account(party)
    if party.name is None:
        return _by_bic("59A", number, party)
    if is_structured(party):
        return _plain("59F", number, numbered(party, path, problems))
    return _plain("59", number, named(party, path, problems))


def _by_bic(tag: str, number: str | None, party: PaymentParty) -> list[str]:
    return [f":{tag}:/{number}", party.bic or ""] if number else [f":{tag}:{party.bic}"]


def _plain(tag: str, number: str | None, lines: list[str]) -> list[str]:
    if number is not None:
        return [f":{tag}:/{number}", *lines]
    first, *rest = lines or [""]
    return [f":{tag}:{first}", *rest]


def named(party: PaymentParty, path: str, problems: list[Problem]) -> list[str]:
    """Name and address as four plain lines of 35."""
    out = narrative(party.name or "", f"{path}.name", problems, lines=PARTY_LINES)
    for field, text in _address(party.address):
        out += narrative(text, f"{path}.address.{field}", problems, lines=PARTY_LINES)
    if len(out) > PARTY_LINES:
        fault = f"name and address do not fit {PARTY_LINES} lines of {LINE_WIDTH}: shorten them"
        problems.append(Problem(path, "T30", fault, ", ".join(out)))
    return out


def numbered(party: PaymentParty, path: str, problems: list[Problem]) -> list[str]:
    """Name, street and place as the numbered lines of options F: `1/`, `2/`, `3/CC/town`."""
    address = party.address
    if address is None or address.town is None or address.country is None:
        fault = "a structured address needs town and country: give both"
        problems.append(Problem(f"{path}.address", "T73", fault))
        return []
    out = _numbers(1, party.name or "", f"{path}.name", problems)
    for text in (_street(address), *address.lines):
        if text:
            out += _numbers(2, text, f"{path}.address", problems)
    place = ",".join(part for part in (address.town, address.post_code) if part)
    out += _numbers(3, f"{address.country}/{place}", f"{path}.address.town", problems)
    if len(out) > PARTY_LINES:
        fault = f"name and address do not fit {PARTY_LINES} lines of {NUMBERED_WIDTH}: shorten them"
        problems.append(Problem(path, "T30", fault, ", ".join(out)))
    return out


def is_structured(party: PaymentParty) -> bool:
    """Whether town and country stand on their own, as options F want them."""
    address = party.address
    return address is not None and address.town is not None and address.country is not None


def _numbers(digit: int, text: str, path: str, problems: list[Problem]) -> list[str]:
    wrapped = narrative(text, path, problems, lines=PARTY_LINES, width=NUMBERED_WIDTH)
    return [f"{digit}/{line}" for line in wrapped]


def _street(address: Address) -> str:
    return " ".join(part for part in (address.street, address.building) if part)


def _address(address: Address | None) -> list[tuple[str, str]]:
    if address is None:
        return []
    place = " ".join(p for p in (address.post_code, address.town, address.country) if p)
    parts = [("street", _street(address)), *(("lines", line) for line in address.lines)]
    return [(field, text) for field, text in (*parts, ("town", place)) if text]
