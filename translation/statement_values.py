"""Values of cash statements and advices: accounts, numbers, balances, entries, sums (DOMAIN 6.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from schemas.identifiers import is_bic, is_iban
from schemas.mt.notation import read_day
from translation.converters import Converter, ToMt, ToMx, components, leaf, leaves
from translation.mt_side import MtField
from translation.mx_side import Leaf, MxNode
from translation.values import Arguments, cut, decimal, fin_day, fin_number, iso_day, iso_number

NO_REFERENCE = ("NONREF", "NOTPROVIDED")
# mark of 61 -> side of the account, whether it takes another entry back, whether it is booked
MARKS: Mapping[str, tuple[str, bool, str]] = {
    "C": ("CRDT", False, "BOOK"),
    "D": ("DBIT", False, "BOOK"),
    "RC": ("DBIT", True, "BOOK"),
    "RD": ("CRDT", True, "BOOK"),
    "EC": ("CRDT", False, "PDNG"),
    "ED": ("DBIT", False, "PDNG"),
}
BY_MEANING = {meaning: mark for mark, meaning in MARKS.items()}
_TYPE = re.compile(r"[NSF][A-Z0-9]{3}")
# what a transaction code of the ISO list is called in 61, where there is one for its domain
BY_DOMAIN = {"PMNT": "NTRF", "SECU": "NSEC", "FORX": "NFEX"}
OTHER_TYPE = "NMSC"


# account: 25, 25P


def account_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    number, _nl, bic = each.text.partition("\n")
    number = number.lstrip("/")
    texts = {f"Acct/Id/{'IBAN' if is_iban(number) else 'Othr/Id'}": number[:34]}
    if bic:
        texts["Acct/Svcr/FinInstnId/BICFI"] = bic
    return ToMx(texts, f"cut at 34 characters: {number[34:]}" if len(number) > 34 else "")


def account_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    """25P where the servicer is named, if the message has that option."""
    found = leaf(node, "Acct/Id/IBAN") or leaf(node, "Acct/Id/Othr/Id")
    if found is None:
        return None
    number, lost = cut(found.value, 35)
    bic = leaf(node, "Acct/Svcr/FinInstnId/BICFI")
    if tag == "25a" and bic is not None and is_bic(bic.value):
        return ToMt("P", f"{number}\n{bic.value}", (found, bic), lost)
    return ToMt("", number, (found,), lost)


# statement-number PAGES: 28C, 28


def number_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    number, _slash, page = each.text.partition("/")
    texts = {"ElctrncSeqNb": number.lstrip("0") or "0"}
    if arguments:
        texts[f"{arguments[0]}/PgNb"] = (page or "1").lstrip("0") or "1"
    return ToMx(texts)


def number_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    """The electronic number, else the legal one."""
    number = leaf(node, "ElctrncSeqNb") or leaf(node, "LglSeqNb")
    page = leaf(node, f"{arguments[0]}/PgNb") if arguments else None
    value = decimal(number.value) if number else None
    if number is None or value is None or value < 0:
        return None
    digits = str(int(value))
    lost = f"the first digits of {digits}" if len(digits) > 5 else ""
    text = digits[-5:] + (f"/{page.value.lstrip('0')}" if page else "")
    return ToMt(tag[2:], text, (number, *((page,) if page else ())), lost)


# cash-balance: 60, 62 F and M, 64, 65


def balance_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    if found is None:
        return None
    texts = {
        "Amt@Ccy": found["currency"],
        "Amt": iso_number(found["amount"]),
        "CdtDbtInd": "CRDT" if found["debit_credit"] == "C" else "DBIT",
        "Dt/Dt": iso_day(found["date"]),
    }
    return ToMx(texts | ({"Tp/SubTp/Cd": "INTM"} if each.tag[2:] == "M" else {}))


def balance_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    found = leaves(node, "CdtDbtInd", "Amt@Ccy", "Amt")
    day = leaf(node, "Dt/Dt") or leaf(node, "Dt/DtTm")
    middle = leaf(node, "Tp/SubTp/Cd")
    digits = fin_day(day.value) if day else None
    value = decimal(found[2].value) if found else None
    written = fin_number(value) if value is not None else None
    if found is None or day is None or digits is None or written is None:
        return None
    option = tag[2:]
    used = (found[0], day, *found[1:])
    if option == "a":
        option = "M" if middle is not None and middle.value == "INTM" else "F"
        used += (middle,) if middle is not None and option == "M" else ()
    side = "C" if found[0].value == "CRDT" else "D"
    return ToMt(option, f"{side}{digits[2:]}{found[1].value}{written[0]}", used, written[1])


# entry CURRENCY: 61


def entry_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    """The currency is that of the account, which 61 does not repeat."""
    found = components(each)
    if found is None or not arguments:
        return None
    side, taken_back, status = MARKS[found["debit_credit"]]
    texts = {
        "Amt@Ccy": arguments[0],
        "Amt": iso_number(found["amount"]),
        "CdtDbtInd": side,
        "Sts/Cd": status,
        "ValDt/Dt": iso_day(found["date"]),
        "BkTxCd/Prtry/Cd": found["origin"] + found["code"],
    }
    if taken_back:
        texts["RvslInd"] = "true"
    if "entry_date" in found:
        texts["BookgDt/Dt"] = _booked(found["date"], found["entry_date"])
    if found["owner_reference"] not in NO_REFERENCE:
        texts["NtryDtls/TxDtls/Refs/EndToEndId"] = found["owner_reference"]
    if "servicer_reference" in found:
        texts["AcctSvcrRef"] = found["servicer_reference"]
    if "details" in found:
        texts["NtryDtls/TxDtls/AddtlTxInf"] = found["details"].removeprefix("\n")
    lost = f"the funds code {found['funds']}" if "funds" in found else ""
    return ToMx(texts, lost)


def _booked(value: str, entry: str) -> str:
    """The date of an entry: month and day alone, in the year nearest to the value date."""
    valued = read_day(value)
    month, day = int(entry[:2]), int(entry[2:])
    years = (valued.year - 1, valued.year, valued.year + 1)
    dates = [found for year in years if (found := _date(year, month, day))]
    if not dates:
        return valued.isoformat()
    return min(dates, key=lambda each: abs((each - valued).days)).isoformat()


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def entry_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    """A booked entry; with `pending` among the arguments one that is expected too."""
    side, amount = leaf(node, "CdtDbtInd"), leaves(node, "Amt@Ccy", "Amt")
    status = leaf(node, "Sts/Cd") or leaf(node, "Sts")
    booked = leaf(node, "BookgDt/Dt") or leaf(node, "BookgDt/DtTm")
    valued = leaf(node, "ValDt/Dt") or leaf(node, "ValDt/DtTm") or booked
    reversal = leaf(node, "RvslInd")
    said = status.value if status else "BOOK"
    taken_back = reversal is not None and reversal.value in ("true", "1")
    mark = BY_MEANING.get((side.value if side else "", taken_back, said))
    value = decimal(amount[1].value) if amount else None
    written = fin_number(value) if value is not None else None
    day = fin_day(valued.value) if valued else None
    if mark is None or written is None or day is None or amount is None or side is None:
        return None
    if mark[0] == "E" and "pending" not in arguments:
        return None
    entry = (fin_day(booked.value) or "")[4:] if booked else ""
    kind, kind_leaf, lost_kind = _kind(node)
    owner = _owner(node)
    servicer = leaf(node, "AcctSvcrRef")
    details = leaf(node, "NtryDtls/TxDtls/AddtlTxInf")
    reference, lost_owner = cut(owner.value, 16) if owner else ("NONREF", "")
    lost = [written[1], lost_kind, lost_owner]
    text = f"{day[2:]}{entry}{mark}{written[0]}{kind}{_plain(reference)}"
    if servicer is not None:
        short, lost_servicer = cut(servicer.value, 16)
        text += f"//{_plain(short)}"
        lost.append(lost_servicer)
    if details is not None:
        short, lost_details = cut(details.value, 34)
        text += f"\n{short}"
        lost.append(lost_details)
    used = [*amount, side, status, valued, booked, reversal, kind_leaf, owner, servicer, details]
    told = tuple(each for each in used if each is not None)
    return ToMt("", text, told, "; ".join(filter(None, lost)))


def _plain(reference: str) -> str:
    """Two slashes would end the reference."""
    return re.sub("//+", "/", reference).strip("/")


def _kind(node: MxNode) -> tuple[str, Leaf | None, str]:
    """Type and code of 61: the proprietary code if it is one, else by the domain."""
    own = leaf(node, "BkTxCd/Prtry/Cd")
    if own is not None and _TYPE.fullmatch(own.value[:4]):
        rest = own.value[4:]
        return own.value[:4], own, f"the end of the code: {rest}" if rest else ""
    domain = leaf(node, "BkTxCd/Domn/Cd")
    if domain is not None:
        lost = "family and sub-family have no code in 61"
        return BY_DOMAIN.get(domain.value, OTHER_TYPE), domain, lost
    return OTHER_TYPE, None, ""


def _owner(node: MxNode) -> Leaf | None:
    """The reference of the account's owner: the first that says anything."""
    for place in ("EndToEndId", "InstrId", "PmtInfId", "MsgId"):
        found = leaf(node, f"NtryDtls/TxDtls/Refs/{place}")
        if found is not None and found.value not in NO_REFERENCE:
            return found
    return None


# sums CURRENCY: 90C, 90D


def sums_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    if found is None:
        return None
    return ToMx(
        {"NbOfNtries": found["number"].lstrip("0") or "0", "Sum": iso_number(found["amount"])}
    )


def sums_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    found = leaves(node, "NbOfNtries", "Sum")
    value = decimal(found[1].value) if found else None
    written = fin_number(value) if value is not None else None
    if found is None or written is None or not arguments or len(found[0].value) > 5:
        return None
    return ToMt(tag[2:], f"{found[0].value}{arguments[0]}{written[0]}", found, written[1])


# advised: 32A of an advice, an entry by itself


def advised_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = components(each)
    if found is None:
        return None
    texts = {"Amt@Ccy": found["currency"], "Amt": iso_number(found["amount"])}
    return ToMx({**texts, "ValDt/Dt": iso_day(found["date"])})


def advised_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    found = leaves(node, "Amt@Ccy", "Amt")
    day = leaf(node, "ValDt/Dt") or leaf(node, "ValDt/DtTm") or leaf(node, "BookgDt/Dt")
    digits = fin_day(day.value) if day else None
    value = decimal(found[1].value) if found else None
    written = fin_number(value) if value is not None else None
    if found is None or day is None or digits is None or written is None:
        return None
    return ToMt("A", f"{digits[2:]}{found[0].value}{written[0]}", (day, *found), written[1])


# stamped: 13D, a date, a time and its offset


def stamped_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = re.fullmatch(r"(\d{6})(\d\d)(\d\d)([+-])(\d\d)(\d\d)", each.text)
    if found is None:
        return None
    clock = f"{found[2]}:{found[3]}:00{found[4]}{found[5]}:{found[6]}"
    return ToMx({"": f"{iso_day(found[1])}T{clock}"})


def stamped_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    found = re.fullmatch(
        r"(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?", node.text
    )
    if found is None:
        return None
    offset = (found[5] or "Z").replace("Z", "+0000").replace(":", "")
    lost = f"the seconds {found[4]}" if found[4] != "00" else ""
    day = (fin_day(found[1]) or "")[2:]
    return ToMt("D", f"{day}{found[2]}{found[3]}{offset}", (Leaf(node, "", ""),), lost)


CONVERTERS: Mapping[str, Converter] = {
    "statement-account": Converter(account_to_mx, account_to_mt),
    "statement-number": Converter(number_to_mx, number_to_mt),
    "cash-balance": Converter(balance_to_mx, balance_to_mt),
    "entry": Converter(entry_to_mx, entry_to_mt),
    "sums": Converter(sums_to_mx, sums_to_mt),
    "advised": Converter(advised_to_mx, advised_to_mt),
    "stamped": Converter(stamped_to_mx, stamped_to_mt),
}
