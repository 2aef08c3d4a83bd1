"""Values of payments: amounts with their date, customers, institutions, remittance, instructions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from schemas.identifiers import bic11, is_bic, is_iban
from schemas.mt.mt103 import SINGLE_MARKET
from schemas.mt.notation import wrap
from translation.converters import Converter, ToMt, ToMx, components, leaf, leaves
from translation.mt_side import MtField
from translation.mx_side import Leaf, MxNode
from translation.values import (
    Arguments,
    cut,
    decimal,
    fin_day,
    fin_number,
    in_x,
    iso_day,
    iso_number,
    lined,
)

# national clearing codes of fields 52 to 58 and the clearing systems of ISO 20022
CLEARING = {
    "AT": "ATBLZ",
    "AU": "AUBSB",
    "BL": "DEBLZ",
    "CC": "CACPA",
    "CN": "CNAPS",
    "CP": "USPID",
    "ES": "ESNCC",
    "FW": "USABA",
    "GR": "GRBIC",
    "HK": "HKNCC",
    "IE": "IENCC",
    "IN": "INFSC",
    "IT": "ITNCC",
    "NZ": "NZNCC",
    "PL": "PLKNR",
    "PT": "PTNCC",
    "RU": "RUCBC",
    "SC": "GBDSC",
    "SW": "CHBCC",
    "ZA": "ZANCC",
}
SYSTEMS = {system: code for code, system in CLEARING.items()}
NO_ACCOUNT = "NOTPROVIDED"
LINE = 35


# verbatim: what stands in block 3


def verbatim_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    return ToMx({"": each.text})


def verbatim_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    return ToMt("", node.text, (Leaf(node, "", ""),)) if node.text else None


# dated-amount DATE AMOUNT: 32A


def dated_amount_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = components(each)
    if found is None:
        return None
    date, amount = arguments[:2]
    texts = {date: iso_day(found["date"]), f"{amount}@Ccy": found["currency"]}
    return ToMx({**texts, amount: iso_number(found["amount"])})


def dated_amount_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    """The third argument is where the date may stand instead, for all transactions."""
    amount = arguments[1]
    day = leaf(node, arguments[0]) or leaf(node, arguments[-1])
    found = leaves(node, f"{amount}@Ccy", amount)
    digits = fin_day(day.value) if day else None
    value = decimal(found[1].value) if found else None
    written = fin_number(value) if value is not None else None
    if day is None or found is None or digits is None or written is None:
        return None
    text = f"{digits[2:]}{found[0].value}{written[0]}"
    return ToMt("A", text, (day, *found), written[1])


# instructed INSTRUCTED SETTLED SENDER RECEIVER: 33B, which a MT103 within the single market needs


def instructed_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = components(each)
    if found is None:
        return None
    place = arguments[0]
    return ToMx({f"{place}@Ccy": found["currency"], place: iso_number(found["amount"])})


def instructed_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    """The instructed amount; the settled one where none is told and rule D49 wants it."""
    instructed, settled, *parties = arguments
    found = leaves(node, f"{instructed}@Ccy", instructed)
    told = found or ()
    countries = {bic[4:6] for bic in parties}
    if found is None and len(parties) == 2 and countries <= SINGLE_MARKET:
        found = leaves(node, f"{settled}@Ccy", settled)
    value = decimal(found[1].value) if found else None
    written = fin_number(value) if value is not None else None
    if found is None or written is None:
        return None
    return ToMt("B", f"{found[0].value}{written[0]}", told, written[1])


# institution ELEMENT ACCOUNT: 52 to 58, options A to D


def institution_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    """The element is `Agt`, below it FinInstnId; the account stands beside it, if it has a place."""
    found = components(each)
    if found is None:
        return None
    element, beside = (*arguments, "")[:2]
    texts: dict[str, str] = {}
    lost = ""
    if "bic" in found:
        texts[f"{element}/FinInstnId/BICFI"] = found["bic"]
    account = found.get("account", "").removeprefix("/")
    code, number = account[1:3], account[3:]
    if account.startswith("/") and code in CLEARING and number:
        texts[f"{element}/FinInstnId/ClrSysMmbId/ClrSysId/Cd"] = CLEARING[code]
        texts[f"{element}/FinInstnId/ClrSysMmbId/MmbId"] = number
    elif account and beside:
        texts |= _account(account, beside)
    elif account:
        lost = f"the account {account}"
    texts |= _lines(found.get("lines", ""), f"{element}/FinInstnId")
    location = found.get("location")
    if location:
        texts[f"{element}/FinInstnId/Nm"] = location.removeprefix("\n")
    side = found.get("debit_credit")
    if side:
        lost = f"{lost}; " * bool(lost) + f"that the account is one of {side.strip('/')}"
    return ToMx(texts, lost) if texts else None


def _account(account: str, element: str) -> dict[str, str]:
    kind = "IBAN" if is_iban(account) else "Othr/Id"
    return {f"{element}/Id/{kind}": account}


def _lines(lines: str, element: str) -> dict[str, str]:
    """Name and address lines: the first is the name."""
    if not lines:
        return {}
    name, *address = lines.split("\n")
    texts = {f"{element}/Nm": name}
    for number, line in enumerate(address, start=1):
        texts[f"{element}/PstlAdr/AdrLine[{number}]"] = line
    return texts


def institution_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    element, beside = (*arguments, "")[:2]
    account, used = _account_of(node, beside) if beside else ("", ())
    if tag[2:] == "B":
        return ToMt("B", f"/{account}", used) if account else None
    member = leaves(
        node,
        f"{element}/FinInstnId/ClrSysMmbId/ClrSysId/Cd",
        f"{element}/FinInstnId/ClrSysMmbId/MmbId",
    )
    if not account and member and member[0].value in SYSTEMS:
        account = f"/{SYSTEMS[member[0].value]}{member[1].value}"
        used = member
    first = f"/{account}\n" if account else ""
    bic = leaf(node, f"{element}/FinInstnId/BICFI")
    if bic is not None and is_bic(bic.value):
        return ToMt("A", f"{first}{bic.value}", (bic, *used))
    name, address = _named(node, f"{element}/FinInstnId")
    if name is None:
        return None
    text, lost = _name_and_address(name, address)
    return ToMt("D", first + text, (name, *address, *used), lost)


def _account_of(node: MxNode, element: str) -> tuple[str, tuple[Leaf, ...]]:
    found = leaf(node, f"{element}/Id/IBAN") or leaf(node, f"{element}/Id/Othr/Id")
    return (in_x(found.value)[0][:34], (found,)) if found else ("", ())


def _named(node: MxNode, element: str) -> tuple[Leaf | None, tuple[Leaf, ...]]:
    """The name, and every value of the postal address."""
    postal = node.first(f"{element}/PstlAdr")
    address = tuple(each for each in postal.leaves() if each.value) if postal else ()
    return leaf(node, f"{element}/Nm"), address


def _name_and_address(name: Leaf, address: tuple[Leaf, ...]) -> tuple[str, str]:
    """Four lines of 35: the name on the first, the address on the others."""
    first, lost = cut(name.value, 35)
    text, more = lined("\n".join(_postal(address)), 3, 35) if address else ("", "")
    return "\n".join(filter(None, (first, text))), "; ".join(filter(None, (lost, more)))


def _postal(address: tuple[Leaf, ...]) -> Iterator[str]:
    """The address as people write it: free lines as they are, parts that belong together on one."""
    parts = {each.node.name: each.value for each in address if each.node.name != "AdrLine"}
    street = " ".join(filter(None, (parts.pop("StrtNm", ""), parts.pop("BldgNb", ""))))
    town = " ".join(filter(None, (parts.pop("PstCd", ""), parts.pop("TwnNm", ""))))
    country = parts.pop("Ctry", "")
    place = ", ".join(filter(None, (town, country)))
    free = [each.value for each in address if each.node.name == "AdrLine"]
    yield from filter(None, (street, *free, *parts.values(), place))


# customer ELEMENT ACCOUNT: 50A F K, 59 A F


def customer_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or not found.keys() & {"bic", "lines"}:
        return None
    element, beside = (*arguments, "")[:2]
    texts: dict[str, str] = {}
    lost = ""
    account = found.get("account", "")
    lost = ""
    if each.tag == "50F":
        account, lost = _identifier(found["identifier"])
    account = account.removeprefix("/")
    if account and account != NO_ACCOUNT:
        texts |= _account(account, beside)
    if "bic" in found:
        texts[f"{element}/Id/OrgId/AnyBIC"] = found["bic"]
    elif each.tag[2:] == "F":
        numbered, more = _numbered(found["lines"], element)
        texts |= numbered
        lost = "; ".join(filter(None, (lost, more)))
    else:
        texts |= _lines(found["lines"], element)
    return ToMx(texts, lost)


def _identifier(text: str) -> tuple[str, str]:
    """The account of a 50F; an identification by code and country has no place of its own."""
    return (text, "") if text.startswith("/") else ("", f"the identification {text}")


def _numbered(lines: str, element: str) -> tuple[dict[str, str], str]:
    """Lines `1/` name, `2/` address, `3/` country and town; others are told as lost."""
    texts: dict[str, str] = {}
    lost = []
    names = [line[2:] for line in lines.split("\n") if line[:2] == "1/"]
    streets = [line[2:] for line in lines.split("\n") if line[:2] == "2/"]
    places = [line[2:] for line in lines.split("\n") if line[:2] == "3/"]
    lost = [line for line in lines.split("\n") if line[:2] not in ("1/", "2/", "3/")]
    if names:
        texts[f"{element}/Nm"] = " ".join(names)
    for number, street in enumerate(streets, start=1):
        texts[f"{element}/PstlAdr/AdrLine[{number}]"] = street
    if places:
        country, _, town = places[0].partition("/")
        town = " ".join(filter(None, (town, *places[1:])))
        town, _, code = town.partition(",")
        texts[f"{element}/PstlAdr/Ctry"] = country
        if town.strip():
            texts[f"{element}/PstlAdr/TwnNm"] = town.strip()
        if code.strip():
            texts[f"{element}/PstlAdr/PstCd"] = code.strip()[:16]
    return texts, f"lines {' '.join(lost)}" if lost else ""


def customer_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    element, beside = (*arguments, "")[:2]
    account, used = _account_of(node, beside) if beside else ("", ())
    first = f"/{account}\n" if account else ""
    bic = leaf(node, f"{element}/Id/OrgId/AnyBIC")
    name, address = _named(node, element)
    if name is None:
        if bic is None or not is_bic(bic.value):
            return None
        return ToMt("A", f"{first}{bic.value}", (bic, *used))
    parts = {each.node.name for each in address}
    if {"TwnNm", "Ctry"} <= parts and (account or tag[:2] == "59"):
        text, lost = _as_numbered(name, address)
        return ToMt("F", first + text, (name, *address, *used), lost)
    text, lost = _name_and_address(name, address)
    return ToMt("K" if tag[:2] == "50" else "", first + text, (name, *address, *used), lost)


def _as_numbered(name: Leaf, address: tuple[Leaf, ...]) -> tuple[str, str]:
    """Four numbered lines: the name, what there is room for of the street, country and town."""
    parts = {each.node.name: each.value for each in address if each.node.name != "AdrLine"}
    place = ",".join(filter(None, (parts.pop("TwnNm"), parts.pop("PstCd", ""))))
    country = parts.pop("Ctry")
    street = " ".join(filter(None, (parts.pop("StrtNm", ""), parts.pop("BldgNb", ""))))
    free = [each.value for each in address if each.node.name == "AdrLine"]
    streets = [text for text in (street, *free, *parts.values()) if text]
    town, lost_of_town = cut(f"{country}/{place}", 33)
    names, lost_of_name = lined(name.value, 2 if len(streets) < 2 else 1, 33)
    room = 3 - len(names.split("\n"))
    written, lost_of_street = lined("\n".join(streets), room, 33) if streets else ("", "")
    lines = [f"1/{line}" for line in names.split("\n")]
    lines += [f"2/{line}" for line in written.split("\n") if line]
    lines.append(f"3/{town}")
    lost = "; ".join(filter(None, (lost_of_name, lost_of_street, lost_of_town)))
    return "\n".join(lines), lost


# remittance END_TO_END PURPOSE: 70 with /ROC/, /PURP/ and /URI/, and the elements these stand for

_CODED = re.compile(
    r"(?:/ROC/(?P<roc>(?:(?!//).){1,35}))?(?:(?:^|//)/PURP/(?P<purpose>[A-Z0-9]{4}))?"
    r"(?:(?:^|//)(?:/URI/)?(?P<text>.*))?"
)


def remittance_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    joined = "".join(
        line + ("" if len(line) == 35 else " ") for line in each.text.split("\n")
    ).strip()
    found = _CODED.fullmatch(joined)
    said = found.groupdict("") if found else {"roc": "", "purpose": "", "text": joined}
    rest = said["text"]
    places = {arguments[0]: said["roc"].strip(), arguments[1]: said["purpose"]}
    texts = {place: text for place, text in places.items() if text}
    if rest:
        texts["RmtInf/Ustrd"] = rest[:140]
    lost = f"cut at 140 characters: {rest[140:]}" if len(rest) > 140 else ""
    return ToMx(texts, lost)


def remittance_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    reference, purpose = (leaf(node, place) for place in arguments)
    if reference is not None and reference.value == NO_ACCOUNT:
        reference = None
    information = node.first("RmtInf")
    free = [
        Leaf(child, "", "")
        for child in (information.children if information else ())
        if child.name == "Ustrd" and child.text
    ]
    said = " ".join(each.value for each in free)
    parts = [f"/ROC/{reference.value}"] if reference else []
    parts += [f"/PURP/{purpose.value}"] if purpose else []
    if said:
        parts.append(f"/URI/{said}" if parts else said)
    if not parts:
        return None
    text, lost = lined("//".join(parts), 4, 35)
    used = (each for each in (reference, purpose) if each is not None)
    return ToMt("", text, (*used, *free), lost)


# instructions NEXT CREDITOR: 72, a code of slashes begins each; /ACC/ is for the creditor's agent,
# /REC/ for the one that receives the message, as is what has no code


# the code of 72 that says whom an instruction is for
WORDS_OF = {"InstrForNxtAgt": "/REC/", "InstrForCdtrAgt": "/ACC/"}


def instructions_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    pieces: list[str] = []
    before = ""
    for line in each.text.split("\n"):
        if line.startswith("//") and pieces:
            pieces[-1] += line[2:] if len(before) == LINE else f" {line[2:]}"
        elif line.startswith("/") or not pieces:
            pieces.append(line)
        else:
            pieces[-1] += f" {line}"
        before = line
    said: dict[str, list[str]] = {element: [] for element in arguments}
    for piece in pieces:
        element = next((e for e in arguments if piece.startswith(WORDS_OF[e])), arguments[0])
        said[element].append(piece.removeprefix(WORDS_OF[element]))
    texts = {
        f"{element}[{n}]/InstrInf": words[:140]
        for element, found in said.items()
        for n, words in enumerate(found, start=1)
    }
    cut_off = " ".join(words[140:] for found in said.values() for words in found)
    return ToMx(texts, f"cut at 140 characters: {cut_off.strip()}" if cut_off.strip() else "")


def instructions_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    found = [
        (element, Leaf(inside, "", ""))
        for element in arguments
        for child in node.children
        if child.name == element and (inside := child.first("InstrInf")) and inside.text
    ]
    if not found:
        return None
    lines: list[str] = []
    for element, each in found:
        text, _ = in_x(each.value)
        text = text if text.startswith("/") else f"{WORDS_OF[element]}{text}"
        first = wrap(text, LINE)[0]
        lines.append(first)
        rest = text[len(first) :].strip()
        lines += [f"//{line}" for line in wrap(rest, LINE - 2)] if rest else []
    lost = f"cut at 6 lines: {' '.join(lines[6:])}" if len(lines) > 6 else ""
    return ToMt("", "\n".join(lines[:6]), tuple(each for _, each in found), lost)


# charge WHOSE BIC OTHER: 71F what the sender took, 71G what the receiver is owed


def charge_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or len(arguments) < 2:
        return None
    texts = {"Amt@Ccy": found["currency"], "Amt": iso_number(found["amount"])}
    return ToMx({**texts, "Agt/FinInstnId/BICFI": arguments[1]})


def charge_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    found = leaves(node, "Amt@Ccy", "Amt")
    agent = leaf(node, "Agt/FinInstnId/BICFI")
    value = decimal(found[1].value) if found else None
    written = fin_number(value) if value is not None else None
    if found is None or written is None:
        return None
    whose, *banks = arguments
    of_receiver = agent is not None and banks != [] and bic11(agent.value) == bic11(banks[-1])
    if of_receiver != (whose == "receiver"):
        return None
    used = (*found, *((agent,) if agent and agent.value in banks else ()))
    return ToMt(tag[2:], f"{found[0].value}{written[0]}", used, written[1])


# time: 13C, a code, a time and its offset


def time_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = re.fullmatch(r"/([A-Z]{8}|[A-Z]{7}|[A-Z]{6})/(\d\d)(\d\d)([+-])(\d\d)(\d\d)", each.text)
    if found is None or found[1] != arguments[0]:
        return None
    return ToMx({"": f"{found[2]}:{found[3]}:00{found[4]}{found[5]}:{found[6]}"})


def time_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    found = re.fullmatch(r"(\d\d):(\d\d):(\d\d)(?:\.0+)?(Z|[+-]\d\d:\d\d)", node.text)
    if found is None:
        return None
    offset = "+0000" if found[4] == "Z" else found[4].replace(":", "")
    lost = f"the seconds {found[3]}" if found[3] != "00" else ""
    text = f"/{arguments[0]}/{found[1]}{found[2]}{offset}"
    return ToMt("C", text, (Leaf(node, "", ""),), lost)


# payer ELEMENT ACCOUNT: a customer where the element chooses between a party and an agent


def payer_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    return customer_to_mx(each, (f"{arguments[0]}/Pty", arguments[1]))


def payer_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    return customer_to_mt(node, (f"{arguments[0]}/Pty", arguments[1]), tag)


CONVERTERS: Mapping[str, Converter] = {
    "verbatim": Converter(verbatim_to_mx, verbatim_to_mt),
    "dated-amount": Converter(dated_amount_to_mx, dated_amount_to_mt),
    "instructed": Converter(instructed_to_mx, instructed_to_mt),
    "institution": Converter(institution_to_mx, institution_to_mt),
    "customer": Converter(customer_to_mx, customer_to_mt),
    "payer": Converter(payer_to_mx, payer_to_mt),
    "remittance": Converter(remittance_to_mx, remittance_to_mt),
    "instructions": Converter(instructions_to_mx, instructions_to_mt),
    "charge": Converter(charge_to_mx, charge_to_mt),
    "time": Converter(time_to_mx, time_to_mt),
}
