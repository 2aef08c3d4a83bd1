"""Values of securities messages: instruments, quantities, balances, prices, parties, accounts, places."""

from __future__ import annotations

import re

from builders.mt54x import LOCAL_PREFIXES
from schemas.identifiers import is_bic, is_iban
from translation.converters import Converter, ToMt, ToMx, components, leaf, leaves
from translation.mt_side import MtField
from translation.mx_side import Leaf, MxNode
from translation.values import (
    SIGNED,
    Arguments,
    after_slashes,
    amount_to_mx,
    cut,
    decimal,
    fin_day,
    fin_moment,
    fin_number,
    in_x,
    iso_day,
    iso_number,
    iso_time,
    lined,
)

QUANTITIES = {"UNIT": "Unit", "FAMT": "FaceAmt", "AMOR": "AmtsdVal", "DIGI": "DgtlTknUnit"}
SCHEMES = {prefix: scheme for scheme, prefix in LOCAL_PREFIXES.items()}
LOCAL_ID = re.compile(r"/([A-Z]{2}|[A-Z]{4})/(.{1,31})")


# instrument: 35B


def instrument_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    lines = each.text.split("\n")
    texts: dict[str, str] = {}
    if lines[0].startswith("ISIN "):
        texts["ISIN"] = lines.pop(0)[5:]
    if lines and (found := LOCAL_ID.fullmatch(lines[0])):
        lines.pop(0)
        texts["OthrId/Id"] = found[2]
        code = SCHEMES.get(f"/{found[1]}/", found[1])
        texts[f"OthrId/Tp/{'Cd' if len(code) == 4 else 'Prtry'}"] = code
    if lines:
        texts["Desc"] = " ".join(lines)
    return ToMx(texts)


def instrument_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    isin = leaf(node, "ISIN")
    out = [f"ISIN {isin.value}"] if isin else []
    used = [isin] if isin else []
    lost = ""
    for kind, long in (("Cd", 4), ("Prtry", 2)):
        other = leaves(node, "OthrId/Id", f"OthrId/Tp/{kind}")
        if other and len(other[1].value) == long:
            prefix = LOCAL_PREFIXES.get(other[1].value, f"/{other[1].value}/")
            line, lost = cut(f"{prefix}{other[0].value}", 35)
            out.append(line)
            used += other
            break
    name = leaf(node, "Desc")
    if name is not None:
        text, lost_of_name = lined(name.value, 4 - len(out) + bool(isin), 35)
        out.append(text)
        used.append(name)
        lost = "; ".join(filter(None, (lost, lost_of_name)))
    return ToMt("B", "\n".join(out), tuple(used), lost) if out else None


# quantity: 36B, 36D


def quantity_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or found.get("type") not in QUANTITIES:
        return None
    return ToMx({_below(arguments, QUANTITIES[found["type"]]): iso_number(found["number"])})


def quantity_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    for type_, element in QUANTITIES.items():
        found = leaf(node, _below(arguments, element))
        value = decimal(found.value) if found else None
        if found is None or value is None or value < 0:
            continue
        option, longest = ("D", 30) if type_ == "DIGI" else ("B", 15)
        written = fin_number(value, longest)
        if written is None:
            return None
        return ToMt(option, f"//{type_}/{written[0]}", (found,), written[1])
    return None


# face KIND: one of the two quantities of a debt instrument that stand together, 36B


def face_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or found.get("type") != arguments[0]:
        return None
    return ToMx({QUANTITIES[arguments[0]]: iso_number(found["number"])})


def face_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    found = leaf(node, QUANTITIES[arguments[0]])
    value = decimal(found.value) if found else None
    written = fin_number(value, 15) if value is not None and value >= 0 else None
    if found is None or written is None:
        return None
    return ToMt("B", f"//{arguments[0]}/{written[0]}", (found,), written[1])


def _below(arguments: Arguments, element: str) -> str:
    return f"{arguments[0]}/{element}" if arguments else element


# balance PATH AVAILABILITY: 93B, long or short; 93C, of which it also says whether it is available

AVAILABLE = {"AVAI": "true", "NAVL": "false"}


def balance_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or found.get("type") not in QUANTITIES or "scheme" in found:
        return None
    texts = {"ShrtLngInd": "SHOR" if "negative" in found else "LONG"}
    if "balance_type" in found:
        available = AVAILABLE.get(found["balance_type"])
        if available is None or len(arguments) < 2:
            return None
        texts[f"{arguments[1]}/AvlbtyInd"] = available
        arguments = (f"{arguments[1]}/Qty",)
    return ToMx(
        {**texts, _below(arguments, QUANTITIES[found["type"]]): iso_number(found["balance"])}
    )


def balance_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    side = leaf(node, "ShrtLngInd")
    available = leaf(node, f"{arguments[1]}/AvlbtyInd") if len(arguments) > 1 else None
    if available is not None:
        arguments = (f"{arguments[1]}/Qty",)
    for type_, element in QUANTITIES.items():
        found = leaf(node, _below(arguments, element))
        value = decimal(found.value) if found else None
        written = fin_number(value, 15) if value is not None else None
        if found is None or value is None or written is None:
            continue
        sign = "N" if (side is not None and side.value == "SHOR") or value < 0 else ""
        number = f"{sign if value else ''}{written[0]}"
        used = (*((side,) if side else ()), found)
        if available is None:
            return ToMt("B", f"//{type_}/{number}", used, written[1])
        word = "AVAI" if _true(available) else "NAVL"
        return ToMt("C", f"//{type_}/{word}/{number}", (*used, available), written[1])
    return None


# unsigned-balance: 93B where the element has no side


def unsigned_balance_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    made = balance_to_mx(each, arguments)
    if made is None:
        return None
    texts = {place: text for place, text in made.texts.items() if place != "ShrtLngInd"}
    return ToMx(texts, "that it is short" if made.texts["ShrtLngInd"] == "SHOR" else "")


# signed-amount: 19A and an amount with `Sgn`


def signed_amount_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or "amount" not in found:
        return None
    texts = {"Amt": iso_number(found["amount"]), "Amt@Ccy": found["currency"]}
    return ToMx({**texts, "Sgn": "false" if "negative" in found else "true"})


def signed_amount_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    found = leaves(node, "Amt@Ccy", "Amt")
    sign = leaf(node, "Sgn")
    value = decimal(found[1].value) if found else None
    written = fin_number(value) if value is not None else None
    if found is None or value is None or written is None:
        return None
    negative = value < 0 or (sign is not None and not _true(sign))
    mark = "N" if negative and value else ""
    used = (*found, *((sign,) if sign else ()))
    return ToMt("A", f"//{mark}{found[0].value}{written[0]}", used, written[1])


# posted-amount: 19A and an amount whose side is `CdtDbt`


def posted_amount_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    made = amount_to_mx(each, ("Amt", SIGNED))
    if made is None:
        return None
    return ToMx({place.replace("CdtDbtInd", "CdtDbt"): text for place, text in made.texts.items()})


def posted_amount_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    found = leaves(node, "CdtDbt", "Amt@Ccy", "Amt")
    value = decimal(found[2].value) if found else None
    written = fin_number(value) if value is not None else None
    if found is None or written is None:
        return None
    mark = "N" if found[0].value == "DBIT" and value else ""
    return ToMt("A", f"//{mark}{found[1].value}{written[0]}", found, written[1])


# price: 90A a rate, 90B an amount


def price_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or "negative" in found:
        return None
    type_ = found.get("type")
    texts = {"Tp/ValTp": type_} if type_ in ("DISC", "PREM", "PARV") else {}
    if not texts:
        texts["Tp/Yldd"] = "true" if type_ == "YIEL" else "false"
    if each.tag == "90A":
        return ToMx({**texts, "Val/Rate": iso_number(found["rate"])})
    if each.tag == "90B":
        amount = {"Val/Amt": iso_number(found["price"]), "Val/Amt@Ccy": found["currency"]}
        return ToMx({**texts, **amount})
    return None


def price_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    yielded, kind = leaf(node, "Tp/Yldd"), leaf(node, "Tp/ValTp")
    told = tuple(each for each in (yielded, kind) if each)
    rate, amount = leaf(node, "Val/Rate"), leaves(node, "Val/Amt@Ccy", "Val/Amt")
    value = rate or (amount[1] if amount else None)
    number = decimal(value.value) if value else None
    written = fin_number(number) if number is not None else None
    if written is None or number is None or number < 0:
        return None
    if rate is not None:
        word = kind.value if kind else "YIEL" if yielded and _true(yielded) else "PRCT"
        return ToMt("A", f"//{word}/{written[0]}", (*told, rate), written[1])
    if amount is None:
        return None
    word = kind.value if kind else "ACTU"
    return ToMt("B", f"//{word}/{amount[0].value}{written[0]}", (*told, *amount), written[1])


# valued-price: a price whose kind stands in `ValTp`


def valued_price_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    made = price_to_mx(each, arguments)
    if made is None:
        return None
    return ToMx({place.replace("Tp/", "ValTp/", 1): text for place, text in made.texts.items()})


def valued_price_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    kind, value = node.first("ValTp"), node.first("Val")
    if value is None:
        return None
    inside = MxNode(node.name, children=[value])
    if kind is not None:
        inside.children.append(MxNode("Tp", children=kind.children))
    return price_to_mt(inside, arguments, tag)


def _true(found: Leaf) -> bool:
    return found.value in ("true", "1")


# party: 95P a BIC, 95C a country, 95Q a name, 95R a code in a scheme, 95L a legal entity


def party_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    """The argument `lei` is the element for 95L beside the one of the row."""
    found = components(each)
    if found is None:
        return None
    match each.tag[2:]:
        case "P":
            return ToMx({"Id/AnyBIC": found["bic"]})
        case "C":
            return ToMx({"Id/Ctry": found["country"]})
        case "Q":
            return ToMx({"Id/NmAndAdr/Nm": found["lines"].replace("\n", " ")})
        case "R":
            scheme = found["scheme"]
            issuer = {"Id/PrtryId/Issr": scheme[:4], "Id/PrtryId/SchmeNm": scheme[4:] or scheme}
            return ToMx({"Id/PrtryId/Id": found["id"], **issuer})
        case "L":
            return ToMx({"LEI": each.text.removeprefix("//")})
    return None


def party_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    if tag[2:] == "L":
        found = leaf(node, "LEI")
        return ToMt("L", f"//{found.value}", (found,)) if found else None
    bic = leaf(node, "Id/AnyBIC")
    if bic is not None and is_bic(bic.value):
        return ToMt("P", f"//{bic.value}", (bic,))
    country = leaf(node, "Id/Ctry")
    if country is not None:
        return ToMt("C", f"//{country.value}", (country,))
    code = leaves(node, "Id/PrtryId/Id", "Id/PrtryId/Issr")
    if code is not None:
        scheme = leaf(node, "Id/PrtryId/SchmeNm")
        name = scheme.value if scheme and scheme.value != code[1].value else ""
        issuer, lost = cut(re.sub("[^A-Z0-9]", "", (code[1].value + name).upper()), 8)
        text, more = cut(code[0].value, 34)
        used = (*code, *((scheme,) if scheme else ()))
        lost = "; ".join(filter(None, (lost, more)))
        return ToMt("R", f"/{issuer.replace('+', '')}/{text}", used, lost) if issuer else None
    name_leaf = leaf(node, "Id/NmAndAdr/Nm")
    if name_leaf is None:
        return None
    lines, lost = lined(name_leaf.value, 4, 35)
    address = [each for each in node.leaves() if "/NmAndAdr/Adr/" in f"/{each.path}"]
    if address:
        text = ", ".join(each.value for each in address)
        lines, lost = lined(f"{name_leaf.value}\n{text}", 4, 35)
    return ToMt("Q", f"//{lines}", (name_leaf, *address), lost)


# account: 97A, 97B with its type


def account_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    if found is None:
        return None
    if each.tag == "97A":
        return ToMx({"Id": found["account"]})
    if each.tag == "97B" and "scheme" not in found:
        return ToMx({"Id": found["account"], "Tp/Cd": found["code"]})
    return None


def account_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    number, kind = leaf(node, "Id"), leaf(node, "Tp/Cd")
    if number is None:
        return None
    text, lost = cut(number.value, 35)
    if kind is not None:
        return ToMt("B", f"//{kind.value}/{text}", (number, kind), lost)
    return ToMt("A", f"//{text}", (number,), lost)


# cash account: 97A, 97E


def cash_account_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    account = after_slashes(each)
    if each.tag not in ("97A", "97E"):
        return None
    if is_iban(account):
        return ToMx({"IBAN": account})
    if len(account) > 34:
        return ToMx({"Prtry": account[:34]}, f"cut at 34 characters: {account[34:]}")
    return ToMx({"Prtry": account})


def cash_account_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    found = leaf(node, "IBAN") or leaf(node, "Prtry")
    if found is None:
        return None
    text, lost = in_x(found.value)
    return ToMt("A", f"//{text}", (found,), lost)


# place of trade: 94B::TRAD//EXCH/XNAS


def trade_place_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    if each.tag != "94B" or found is None or "scheme" in found:
        return None
    texts = {"MktTpAndId/Tp/Cd": found["code"]}
    place = found.get("text")
    if place:
        mic = len(place) == 4 and place.isalnum() and place.isupper()
        texts[f"MktTpAndId/Id/{'MktIdrCd' if mic else 'Desc'}"] = place
    return ToMx(texts)


def trade_place_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    kind = leaf(node, "MktTpAndId/Tp/Cd")
    if kind is None:
        return None
    place = leaf(node, "MktTpAndId/Id/MktIdrCd") or leaf(node, "MktTpAndId/Id/Desc")
    if place is None:
        return ToMt("B", f"//{kind.value}", (kind,))
    text, lost = cut(place.value, 30)
    return ToMt("B", f"//{kind.value}/{text}", (kind, place), lost)


# place of listing: 94B::PLIS//EXCH/XNAS


def listing_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or "text" not in found or "scheme" in found:
        return None
    place = found["text"]
    if found["code"] == "EXCH" and re.fullmatch("[A-Z0-9]{4}", place):
        return ToMx({"MktIdrCd": place})
    return ToMx({"Desc": place}, "" if found["code"] == "EXCH" else f"that it is {found['code']}")


def listing_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    place = leaf(node, "MktIdrCd") or leaf(node, "Desc")
    if place is None:
        return None
    text, lost = cut(place.value, 30)
    return ToMt("B", f"//EXCH/{text}", (place,), lost)


# safekeeping place: 94F::SAFE//CUST/BIC, 94C a country


def safe_place_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or "scheme" in found:
        return None
    if each.tag == "94F":
        kind = found["code"]
        return ToMx(
            {"SfkpgPlcFrmt/TpAndId/SfkpgPlcTp": kind, "SfkpgPlcFrmt/TpAndId/Id": found["bic"]}
        )
    if each.tag == "94C":
        return ToMx({"SfkpgPlcFrmt/Ctry": found["country"]})
    if each.tag == "94B":
        texts = {"SfkpgPlcFrmt/Id/SfkpgPlcTp/Cd": found["code"]}
        if "text" in found:
            texts["SfkpgPlcFrmt/Id/Id"] = found["text"]
        return ToMx(texts)
    return None


def safe_place_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    by_bic = leaves(node, "SfkpgPlcFrmt/TpAndId/SfkpgPlcTp", "SfkpgPlcFrmt/TpAndId/Id")
    if by_bic is not None:
        return ToMt("F", f"//{by_bic[0].value}/{by_bic[1].value}", by_bic)
    country = leaf(node, "SfkpgPlcFrmt/Ctry")
    if country is not None:
        return ToMt("C", f"//{country.value}", (country,))
    kind, place = leaf(node, "SfkpgPlcFrmt/Id/SfkpgPlcTp/Cd"), leaf(node, "SfkpgPlcFrmt/Id/Id")
    if kind is None:
        return None
    if place is None:
        return ToMt("B", f"//{kind.value}", (kind,))
    text, lost = cut(place.value, 30)
    return ToMt("B", f"//{kind.value}/{text}", (kind, place), lost)


# exchange: 92B::EXCH//EUR/USD/1,08


def exchange_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = re.fullmatch(r"//([A-Z]{3})/([A-Z]{3})/([0-9,]+)", each.text)
    if found is None:
        return None
    return ToMx({"UnitCcy": found[1], "QtdCcy": found[2], "XchgRate": iso_number(found[3])})


def exchange_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    found = leaves(node, "UnitCcy", "QtdCcy", "XchgRate")
    value = decimal(found[2].value) if found else None
    written = fin_number(value) if value is not None else None
    if found is None or written is None:
        return None
    text = f"//{found[0].value}/{found[1].value}/{written[0]}"
    return ToMt("B", text, found, written[1])


# period: 69A two dates, 69B two times


def period_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = re.fullmatch(r"//(\d{8})(\d{6})?/(\d{8})(\d{6})?", each.text)
    if found is None or each.tag not in ("69A", "69B"):
        return None
    start, end = iso_day(found[1]), iso_day(found[3])
    if each.tag == "69A":
        return ToMx({"FrDtToDt/FrDt": start, "FrDtToDt/ToDt": end})
    start, end = f"{start}T{iso_time(found[2])}", f"{end}T{iso_time(found[4])}"
    return ToMx({"FrDtTmToDtTm/FrDtTm": start, "FrDtTmToDtTm/ToDtTm": end})


def period_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    days = leaves(node, "FrDtToDt/FrDt", "FrDtToDt/ToDt")
    if days is not None:
        start, end = (fin_day(each.value) for each in days)
        return ToMt("A", f"//{start}/{end}", days) if start and end else None
    times = leaves(node, "FrDtTmToDtTm/FrDtTm", "FrDtTmToDtTm/ToDtTm")
    if times is None:
        return None
    first, last = (fin_moment(each.value) for each in times)
    if first is None or last is None:
        return None
    return ToMt("B", f"//{first[0]}/{last[0]}", times, first[1] or last[1])


# page: 28E


def page_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    number, _slash, word = each.text.partition("/")
    if word not in ("ONLY", "LAST", "MORE"):
        return None
    return ToMx(
        {"PgNb": number.lstrip("0") or "0", "LastPgInd": "false" if word == "MORE" else "true"}
    )


def page_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    found = leaves(node, "PgNb", "LastPgInd")
    if found is None or len(found[0].value) > 5:
        return None
    only = found[0].value == "1"
    word = ("ONLY" if only else "LAST") if _true(found[1]) else "MORE"
    return ToMt("E", f"{found[0].value}/{word}", found)


# alternate identification: 95S::ALTE//TXID/US/123


def alternate_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or "scheme" in found:
        return None
    return ToMx({"IdTp/Cd": found["type"], "Ctry": found["country"], "AltrnId": found["id"]})


def alternate_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    found = leaves(node, "IdTp/Cd", "Ctry", "AltrnId")
    if found is None:
        return None
    text, lost = cut(found[2].value, 30)
    return ToMt("S", f"//{found[0].value}/{found[1].value}/{text}", found, lost)


CONVERTERS = {
    "instrument": Converter(instrument_to_mx, instrument_to_mt),
    "quantity": Converter(quantity_to_mx, quantity_to_mt),
    "face": Converter(face_to_mx, face_to_mt),
    "balance": Converter(balance_to_mx, balance_to_mt),
    "unsigned-balance": Converter(unsigned_balance_to_mx, balance_to_mt),
    "posted-amount": Converter(posted_amount_to_mx, posted_amount_to_mt),
    "signed-amount": Converter(signed_amount_to_mx, signed_amount_to_mt),
    "valued-price": Converter(valued_price_to_mx, valued_price_to_mt),
    "price": Converter(price_to_mx, price_to_mt),
    "party": Converter(party_to_mx, party_to_mt),
    "account": Converter(account_to_mx, account_to_mt),
    "cash-account": Converter(cash_account_to_mx, cash_account_to_mt),
    "trade-place": Converter(trade_place_to_mx, trade_place_to_mt),
    "listing": Converter(listing_to_mx, listing_to_mt),
    "safe-place": Converter(safe_place_to_mx, safe_place_to_mt),
    "exchange": Converter(exchange_to_mx, exchange_to_mt),
    "period": Converter(period_to_mx, period_to_mt),
    "page": Converter(page_to_mx, page_to_mt),
    "alternate": Converter(alternate_to_mx, alternate_to_mt),
}
