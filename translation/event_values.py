"""Values of corporate actions: statuses, balances, prices, rates, ratios, periods, owners."""

from __future__ import annotations

import re
from typing import NamedTuple

from translation.converters import Converter, ToMt, ToMx, components, leaf, leaves
from translation.mt_side import MtField
from translation.mx_side import Leaf, MxNode
from translation.securities_values import (
    QUANTITIES,
    party_to_mt,
    party_to_mx,
    quantity_to_mt,
    quantity_to_mx,
    safe_place_to_mt,
    safe_place_to_mx,
)
from translation.values import (
    Arguments,
    after_slashes,
    date_to_mt,
    decimal,
    fin_day,
    fin_moment,
    fin_number,
    iso_day,
    iso_number,
    iso_time,
)

# 25D PROC of a notification: how complete and how certain it is
PROCESSING = {"COMP": ("COMP", "CONF"), "PREC": ("INCO", "CONF"), "PREU": ("INCO", "UCON")}
_STATUS = ("Cd/EvtCmpltnsSts", "Cd/EvtConfSts")


# event-status: 25D


def status_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    code = after_slashes(each)
    if code == "ENTL":  # the same, and the entitlement is told with it
        return ToMx(
            dict(zip(_STATUS, PROCESSING["COMP"], strict=True)), "that it is of entitlement"
        )
    found = PROCESSING.get(code)
    return None if found is None else ToMx(dict(zip(_STATUS, found, strict=True)))


def status_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    found = leaves(node, *_STATUS)
    said = tuple(each.value for each in found) if found else ()
    code = next((code for code, pair in PROCESSING.items() if pair == said), None)
    return None if found is None or code is None else ToMt("D", f"//{code}", found)


# event-day: 98A, 98B a day that is not known; a time is lost


def day_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or "scheme" in found:
        return None
    if each.tag == "98B":
        return ToMx({"DtCd/Cd": found["code"]})
    lost = f"the time {found['time']}" if "time" in found else ""
    return ToMx({"Dt": iso_day(found["date"])}, lost) if "date" in found else None


# event-balance SIDE QUANTITY: 93B, and 93C of what is eligible


def balance_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or found.get("type") not in QUANTITIES or "scheme" in found:
        return None
    side, quantity = arguments
    if each.tag == "93C":
        place = {"ELIG": "ElgblBal", "NELG": "NotElgblBal"}.get(found.get("balance_type", ""))
        if place is None:
            return None
        side, quantity = f"{place}/ShrtLngPos", f"{place}/Qty"
    elif each.tag != "93B":
        return None
    number = iso_number(found["balance"])
    said = "SHOR" if "negative" in found else "LONG"
    return ToMx({side: said, f"{quantity}/{QUANTITIES[found['type']]}": number})


def balance_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    side, quantity = arguments
    for option, word, at, of in (
        ("B", "", side, quantity),
        ("C", "ELIG/", "ElgblBal/ShrtLngPos", "ElgblBal/Qty"),
        ("C", "NELG/", "NotElgblBal/ShrtLngPos", "NotElgblBal/Qty"),
    ):
        for type_, element in QUANTITIES.items():
            found = leaves(node, at, f"{of}/{element}")
            value = decimal(found[1].value) if found else None
            written = fin_number(value) if value is not None else None
            if found is None or value is None or written is None:
                continue
            sign = "N" if found[0].value == "SHOR" and value else ""
            return ToMt(option, f"//{type_}/{word}{sign}{written[0]}", found, written[1])
    return None


# event-quantity: 36B, and 36C a quantity that is not known


def event_quantity_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    if each.tag == "36C":
        return ToMx({"Cd": after_slashes(each)})
    return quantity_to_mx(each, arguments)


def event_quantity_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    code = leaf(node, "Cd")
    if code is not None:
        return ToMt("C", f"//{code.value}", (code,))
    return quantity_to_mt(node, arguments, tag)


# event-price: 90A a percentage, 90B an amount, 90E one that is not known


def price_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    found = components(each)
    if found is None or "negative" in found:
        return None
    if each.tag == "90A":
        return ToMx(
            {"PctgPric/PctgPricTp": found["type"], "PctgPric/PricVal": iso_number(found["rate"])}
        )
    if each.tag == "90B":
        value = {
            "AmtPric/PricVal": iso_number(found["price"]),
            "AmtPric/PricVal@Ccy": found["currency"],
        }
        return ToMx({"AmtPric/AmtPricTp": found["type"], **value})
    if each.tag == "90E":
        return ToMx({"NotSpcfdPric": after_slashes(each)})
    return None


def price_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    unknown = leaf(node, "NotSpcfdPric")
    if unknown is not None:
        return ToMt("E", f"//{unknown.value}", (unknown,))
    rate = leaves(node, "PctgPric/PctgPricTp", "PctgPric/PricVal")
    amount = leaves(node, "AmtPric/AmtPricTp", "AmtPric/PricVal@Ccy", "AmtPric/PricVal")
    found = rate or amount
    value = decimal(found[-1].value) if found else None
    written = fin_number(value) if value is not None and value >= 0 else None
    if found is None or written is None:
        return None
    if rate is not None:
        return ToMt("A", f"//{rate[0].value}/{written[0]}", found, written[1])
    return ToMt("B", f"//{found[0].value}/{found[1].value}{written[0]}", found, written[1])


# event-rate: 92A a rate, 92F an amount for each, 92K one that is not known


def rate_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    """With `plain` the element is the rate itself; with `amount` it takes no percentage."""
    found = components(each)
    if found is None or "negative" in found or "scheme" in found:
        return None
    plain = "plain" in arguments
    if each.tag == "92A" and "amount" not in arguments:
        return ToMx({"" if plain else "Rate": iso_number(found["rate"])})
    if each.tag == "92F" and not plain:
        return ToMx({"Amt": iso_number(found["amount"]), "Amt@Ccy": found["currency"]})
    if each.tag == "92K" and not plain:
        return ToMx({"NotSpcfdRate": after_slashes(each)})
    return None


def rate_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    unknown = leaf(node, "NotSpcfdRate")
    if unknown is not None:
        return ToMt("K", f"//{unknown.value}", (unknown,))
    rate, amount = (
        leaf(node, "" if "plain" in arguments else "Rate"),
        leaves(node, "Amt@Ccy", "Amt"),
    )
    found = (rate,) if rate else amount
    value = decimal(found[-1].value) if found else None
    written = fin_number(value) if value is not None and value >= 0 else None
    if found is None or written is None:
        return None
    if rate is not None:
        return ToMt("A", f"//{written[0]}", found, written[1])
    return ToMt("F", f"//{found[0].value}{written[0]}", found, written[1])


# ratio PLACE: 92D so many new ones for so many


def ratio_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    found = re.fullmatch(r"//([0-9,]+)/([0-9,]+)", each.text)
    if found is None or each.tag != "92D":
        return None
    new, old = _of_ratio(arguments)
    return ToMx({new: iso_number(found[1]), old: iso_number(found[2])})


def _of_ratio(arguments: Arguments) -> tuple[str, str]:
    place = f"{arguments[0]}/" if arguments else ""
    return f"{place}Qty1", f"{place}Qty2"


def ratio_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    found = leaves(node, *_of_ratio(arguments))
    if found is None:
        return None
    values = [decimal(each.value) for each in found]
    written = [fin_number(value) for value in values if value is not None and value >= 0]
    if len(written) != 2 or written[0] is None or written[1] is None:
        return None
    lost = "; ".join(filter(None, (written[0][1], written[1][1])))
    return ToMt("D", f"//{written[0][0]}/{written[1][0]}", found, lost)


# event-period: 69A two dates, 69B two times, 69C a date and what is open, 69J nothing known


def period_to_mx(each: MtField, _: Arguments) -> ToMx | None:
    text = after_slashes(each)
    if each.tag == "69J":
        return ToMx({"PrdCd": text})
    found = re.fullmatch(r"(\d{8})(\d{6})?/(\d{8})(\d{6})?", text)
    if found is not None and each.tag in ("69A", "69B"):
        return ToMx(
            _moment_of("Prd/StartDt", found[1], found[2])
            | _moment_of("Prd/EndDt", found[3], found[4])
        )
    found = re.fullmatch(r"(\d{8})(\d{6})?/([A-Z]{4})", text)
    if found is not None and each.tag in ("69C", "69D"):
        return ToMx(
            _moment_of("Prd/StartDt", found[1], found[2]) | {"Prd/EndDt/NotSpcfdDt": found[3]}
        )
    found = re.fullmatch(r"([A-Z]{4})/(\d{8})(\d{6})?", text)
    if found is not None and each.tag in ("69E", "69F"):
        return ToMx(
            {"Prd/StartDt/NotSpcfdDt": found[1]} | _moment_of("Prd/EndDt", found[2], found[3])
        )
    return None


def _moment_of(place: str, day: str, clock: str | None) -> dict[str, str]:
    if clock is None:
        return {f"{place}/Dt/Dt": iso_day(day)}
    return {f"{place}/Dt/DtTm": f"{iso_day(day)}T{iso_time(clock)}"}


def period_to_mt(node: MxNode, _: Arguments, tag: str) -> ToMt | None:
    unknown = leaf(node, "PrdCd")
    if unknown is not None:
        return ToMt("J", f"//{unknown.value}", (unknown,))
    start, end = _end(node, "Prd/StartDt"), _end(node, "Prd/EndDt")
    option = _PERIODS.get((start.kind, end.kind)) if start and end else None
    if start is None or end is None or option is None:
        return None
    lost = start.lost or end.lost
    return ToMt(option, f"//{start.text}/{end.text}", (start.leaf, end.leaf), lost)


# by what the two ends are: a day, a time, a word
_PERIODS = {
    ("day", "day"): "A",
    ("time", "time"): "B",
    ("day", "word"): "C",
    ("time", "word"): "D",
    ("word", "day"): "E",
    ("word", "time"): "F",
}


class _End(NamedTuple):
    text: str
    kind: str
    leaf: Leaf
    lost: str = ""


def _end(node: MxNode, place: str) -> _End | None:
    day, moment = leaf(node, f"{place}/Dt/Dt"), leaf(node, f"{place}/Dt/DtTm")
    word = leaf(node, f"{place}/NotSpcfdDt")
    if day is not None and (digits := fin_day(day.value)) is not None:
        return _End(digits, "day", day)
    if moment is not None and (at := fin_moment(moment.value)) is not None:
        return _End(at[0], "time", moment, at[1])
    return _End(word.value, "word", word) if word is not None else None


# owner: a party whose identification stands in the element itself


def owner_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    made = party_to_mx(each, arguments)
    if made is None or "LEI" in made.texts:
        return None
    return ToMx({place.removeprefix("Id/"): text for place, text in made.texts.items()}, made.lost)


def owner_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    inside = MxNode("Id", children=node.children)
    return party_to_mt(MxNode(node.name, children=[inside]), arguments, tag)


# event-place: where it is kept, without the element around the choice


def place_to_mx(each: MtField, arguments: Arguments) -> ToMx | None:
    made = safe_place_to_mx(each, arguments)
    if made is None:
        return None
    return ToMx({_without_format(place): text for place, text in made.texts.items()}, made.lost)


def _without_format(place: str) -> str:
    return place.removeprefix("SfkpgPlcFrmt/").replace("SfkpgPlcTp/Cd", "SfkpgPlcTp")


def place_to_mt(node: MxNode, arguments: Arguments, tag: str) -> ToMt | None:
    kind = leaf(node, "Id/SfkpgPlcTp")
    if kind is None:
        around = MxNode("SfkpgPlcFrmt", children=node.children)
        return safe_place_to_mt(MxNode(node.name, children=[around]), arguments, tag)
    text = leaf(node, "Id/Id")
    used = (kind, text) if text is not None else (kind,)
    if text is not None and len(text.value) > 30:
        return ToMt("B", f"//{kind.value}/{text.value[:30]}", used, f"cut: {text.value[30:]}")
    return ToMt("B", f"//{kind.value}" + (f"/{text.value}" if text else ""), used)


CONVERTERS = {
    "event-status": Converter(status_to_mx, status_to_mt),
    "event-day": Converter(day_to_mx, date_to_mt),
    "event-balance": Converter(balance_to_mx, balance_to_mt),
    "event-quantity": Converter(event_quantity_to_mx, event_quantity_to_mt),
    "event-price": Converter(price_to_mx, price_to_mt),
    "event-rate": Converter(rate_to_mx, rate_to_mt),
    "event-place": Converter(place_to_mx, place_to_mt),
    "event-period": Converter(period_to_mx, period_to_mt),
    "ratio": Converter(ratio_to_mx, ratio_to_mt),
    "owner": Converter(owner_to_mx, owner_to_mt),
}
