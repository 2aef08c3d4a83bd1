"""What happenings book, in the numbers of DOMAIN 7.5 and 2.7."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ledger.journal import trial_balance
from ledger.lots import Lot, after
from ledger.positions import measures
from ledger.posting import (
    Outgoing,
    Posting,
    advance,
    book_trade,
    debit_payment,
    drop_payment,
    open_cash,
    open_position,
    order_payment,
    return_payment,
    settle,
    shares,
    unadvance,
    unbook_trade,
    unsettle,
)
from schemas.instruction import Amount, Instruction, InstrumentQuantity
from schemas.money import Money
from schemas.obligation import Advance, Part
from schemas.trade import Trade, trade_of

D = Decimal
MON, TUE, WED = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
BUY = Trade(
    portfolio="ALPHA", account="SAFE1", cash_account="CASH1", isin="US0378331005",
    direction="RECE", payment="APMT", quantity=D(1000), currency="USD", digits=2,
    amount=D("190275.00"), deal=D("190250.00"), accrued=D(0), costs=D("25.00"),
    trade_on=MON, settle_on=TUE,
)  # fmt: skip
BOND = replace(
    BUY, quantity=D(1_000_000), amount=D("1032595.89"), deal=D("1012500.00"),
    accrued=D("20095.89"), costs=D(0),
)  # fmt: skip
PAID = Outgoing("ALPHA", "CASH1", "USD", D("10000.00"), TUE)


def sale(quantity: int, amount: str, **more: object) -> Trade:
    return replace(BUY, direction="DELI", quantity=D(quantity), amount=D(amount), **more)


def part(quantity: int, amount: str | None = None, n: int = 1, **more: object) -> Part:
    money = Money("USD", D(amount)) if amount is not None else None
    return Part(f"C{n}", n, D(quantity), money, TUE, **more)


def booked(*postings: Posting) -> dict[str, Decimal]:
    balances = trial_balance(j for p in postings for j in p.journals)
    return {account: amount for (account, _), amount in balances.items()}


def lot(quantity: int, cost: str) -> Lot:
    return Lot(1, date(2026, 1, 5), D(quantity), D(cost), D(quantity), D(cost))


def test_the_costs_of_a_buy_are_part_of_its_cost():
    assert booked(book_trade(BUY, [], 1)) == {
        "Investments at cost": D("190275.00"),
        "Payable for securities purchased": D("-190275.00"),
    }


def test_accrued_interest_bought_is_not_cost():
    assert booked(book_trade(BOND, [], 1)) == {
        "Investments at cost": D("1012500.00"),
        "Interest purchased": D("20095.89"),
        "Payable for securities purchased": D("-1032595.89"),
    }


def test_accrued_interest_sold_is_income():
    sold = replace(BOND, direction="DELI")
    assert booked(book_trade(sold, [lot(1_000_000, "1000000.00")], 2)) == {
        "Receivable for securities sold": D("1032595.89"),
        "Investments at cost": D("-1000000.00"),
        "Realised gain": D("-12500.00"),
        "Interest income": D("-20095.89"),
    }


def test_a_sale_below_cost_debits_realised_gain():
    assert booked(book_trade(sale(400, "70000.00"), [lot(1000, "190275.00")], 2)) == {
        "Receivable for securities sold": D("70000.00"),
        "Investments at cost": D("-76110.00"),
        "Realised gain": D("6110.00"),
    }


def test_a_free_receipt_comes_in_at_its_cost_against_capital():
    free = replace(BUY, payment="FREE")
    assert booked(book_trade(free, [], 1)) == {
        "Investments at cost": D("190275.00"),
        "Capital": D("-190275.00"),
    }


def test_a_free_receipt_without_cost_books_nothing_and_moves_the_position():
    posting = book_trade(replace(BUY, payment="FREE", amount=D(0), deal=D(0), costs=D(0)), [], 1)
    assert (posting.journals, len(posting.movements), posting.lots[0].open_quantity) == (
        (),
        1,
        1000,
    )


def test_a_free_delivery_leaves_at_cost_without_gain():
    free = sale(400, "0", payment="FREE")
    assert booked(book_trade(free, [lot(1000, "190275.00")], 2)) == {
        "Investments at cost": D("-76110.00"),
        "Capital": D("76110.00"),
    }


def test_covering_a_short_position_realises_the_gain():
    opened = book_trade(sale(100, "1000.00"), [], 1)
    covered = book_trade(
        replace(BUY, quantity=D(100), amount=D("900.00"), costs=D(0)), opened.lots, 2
    )
    assert booked(opened, covered)["Realised gain"] == D("-100.00")
    assert "Investments at cost" not in booked(opened, covered)


def test_parts_without_amount_are_pro_rata_and_the_last_takes_the_rest():
    found = shares([part(600), part(400, n=2)], BUY)
    assert [s.cash for s in found] == [D("114165.00"), D("76110.00")]


def test_the_parts_add_up_whatever_was_rounded():
    thirds = replace(BUY, quantity=D(3), amount=D("100.00"))
    found = shares([part(1, n=n) for n in (1, 2, 3)], thirds)
    assert [s.cash for s in found] == [D("33.33"), D("33.33"), D("33.34")]


def test_a_part_taken_back_has_no_share():
    found = shares([part(600, reversed=True), part(600, n=2)], BUY)
    assert [s.key for s in found] == ["C2"]


def test_a_settled_part_relieves_the_payable():
    (one,) = shares([part(600)], BUY)
    assert booked(settle(one, BUY)) == {
        "Payable for securities purchased": D("114165.00"),
        "Cash": D("-114165.00"),
    }


def test_a_settled_part_of_a_sale_relieves_the_receivable():
    (one,) = shares([part(300)], sale(400, "77988.40"))
    assert booked(settle(one, sale(400, "77988.40"))) == {
        "Cash": D("58491.30"),
        "Receivable for securities sold": D("-58491.30"),
    }


def test_a_difference_within_tolerance_is_booked_apart_and_leaves_nothing_pending():
    (one,) = shares([part(1000, "190276.50")], BUY)
    traded, settled = book_trade(BUY, [], 1), settle(one, BUY)
    assert booked(traded, settled) == {
        "Investments at cost": D("190275.00"),
        "Cash": D("-190276.50"),
        "Settlement difference": D("1.50"),
    }
    cash = [m for m in traded.movements + settled.movements if m.asset == "USD"]
    assert measures(cash, TUE).pending_deliver == 0


def test_a_difference_in_our_favour_is_credited():
    sold = sale(400, "77988.40")
    (one,) = shares([part(400, "77989.40")], sold)
    assert booked(settle(one, sold))["Settlement difference"] == D("-1.00")


def test_a_reversal_is_equal_and_opposite_on_its_own_date():
    (one,) = shares([part(600)], BUY)
    undone = unsettle(one, BUY, WED)
    assert booked(settle(one, BUY), undone) == {}
    assert {j.effective_on for j in undone.journals} == {WED}
    assert {j.rule for j in undone.journals} == {"buy_settled_reversed"}


def test_a_contractual_buy_pays_by_advance_and_settles_against_it():
    moved = advance(Advance("A", None, TUE), BUY)
    (one,) = shares([part(1000)], BUY)
    assert booked(moved) == {"Custodian advance": D("190275.00"), "Cash": D("-190275.00")}
    assert booked(settle(one, BUY, advanced=True)) == {
        "Payable for securities purchased": D("190275.00"),
        "Custodian advance": D("-190275.00"),
    }


def test_a_contractual_sale_is_mirrored():
    sold = sale(400, "77988.40")
    moved = advance(Advance("A", None, WED), sold)
    (one,) = shares([part(400)], sold)
    assert booked(moved) == {"Cash": D("77988.40"), "Custodian advance": D("-77988.40")}
    assert booked(moved, settle(one, sold, advanced=True)) == {
        "Cash": D("77988.40"),
        "Receivable for securities sold": D("-77988.40"),
    }


def test_cash_moves_once_however_it_is_advanced():
    moved = advance(Advance("A", None, TUE), BUY)
    (one,) = shares([part(1000)], BUY)
    settled = settle(one, BUY, advanced=True)
    assert [m for m in settled.movements if m.asset == "USD"] == []
    assert sum(m.delta for m in moved.movements) == D("190275.00")


def test_an_advance_taken_back_leaves_nothing():
    back = Advance("A", None, TUE)
    assert booked(advance(back, BUY), unadvance(back, BUY, WED)) == {}


def test_a_cancelled_buy_leaves_no_trace():
    traded = book_trade(BUY, [], 1)
    undone = unbook_trade(BUY, traded.lots, 1, traded.moves)
    assert booked(traded, undone) == {}
    assert after(traded.lots, undone.lots) == []
    assert (
        measures([m for m in traded.movements + undone.movements if m.asset != "USD"], WED).traded
        == 0
    )


def test_a_cancelled_sale_gives_the_lot_back():
    lots = [lot(1000, "190275.00")]
    traded = book_trade(sale(400, "77988.40"), lots, 2)
    undone = unbook_trade(sale(400, "77988.40"), after(lots, traded.lots), 2, traded.moves)
    assert booked(traded, undone) == {}
    assert after(after(lots, traded.lots), undone.lots) == lots


def test_a_cancelled_buy_that_was_sold_from_costs_the_next_lots():
    first = book_trade(replace(BUY, quantity=D(100), amount=D("1000.00")), [], 1)
    second = book_trade(replace(BUY, quantity=D(100), amount=D("1200.00")), first.lots, 2)
    lots = after(first.lots, second.lots)
    sold = book_trade(sale(60, "780.00"), lots, 3)
    lots = after(lots, sold.lots)
    undone = unbook_trade(replace(BUY, quantity=D(100), amount=D("1000.00")), lots, 1, first.moves)
    lots = after(lots, undone.lots)
    assert [(x.ordinal, x.open_quantity, x.open_cost) for x in lots] == [(2, D(40), D("480.00"))]
    # as if only the second buy had been there: 60 sold of 12.00 each
    assert booked(first, second, sold, undone) == {
        "Investments at cost": D("480.00"),
        "Payable for securities purchased": D("-1200.00"),
        "Receivable for securities sold": D("780.00"),
        "Realised gain": D("-60.00"),
    }


def test_the_rest_of_a_part_settled_buy_can_be_cancelled():
    traded = book_trade(BUY, [], 1)
    parts = [part(600)]
    (one,) = shares(parts, BUY)
    rest = replace(BUY, quantity=D(400), amount=BUY.amount - one.relieved)
    undone = unbook_trade(rest, traded.lots, 1, traded.moves)
    assert [m.quantity for m in undone.moves] == [600]
    assert booked(traded, settle(one, BUY), undone) == {
        "Investments at cost": D("114165.00"),
        "Cash": D("-114165.00"),
    }
    assert after(traded.lots, undone.lots)[0].open_quantity == 600


def test_a_trade_can_be_taken_back_in_steps():
    lots = [lot(1000, "190275.00")]
    sold = book_trade(sale(400, "77988.40"), lots, 2)
    held = after(lots, sold.lots)
    some = unbook_trade(sale(150, "29245.65"), held, 2, sold.moves)
    held = after(held, some.lots)
    rest = unbook_trade(sale(250, "48742.75"), held, 2, some.moves)
    assert booked(sold, some, rest) == {}
    assert (after(held, rest.lots), rest.moves) == (lots, ())


def test_opening_positions_and_cash_stand_against_capital():
    held = lot(500, "50000.00")
    opened = open_position(
        "ALPHA", "SAFE1", held, isin="US0378331005", currency="USD", opened_on=MON
    )
    cash = open_cash("ALPHA", "CASH1", "USD", D("1000000.00"), MON)
    assert booked(opened, cash) == {
        "Investments at cost": D("50000.00"),
        "Cash": D("1000000.00"),
        "Capital": D("-1050000.00"),
    }
    assert measures(opened.movements, MON).available == 500


def test_an_ordered_payment_is_pending_until_the_bank_debits_it():
    ordered = order_payment(PAID, MON)
    assert (ordered.journals, measures(ordered.movements, MON).pending_deliver) == ((), 10000)
    debited = debit_payment(PAID, D("10000.00"), TUE)
    assert measures(ordered.movements + debited.movements, TUE).pending_deliver == 0
    assert booked(debited) == {"Payments to be allocated": D("10000.00"), "Cash": D("-10000.00")}


def test_a_refused_payment_frees_its_cash():
    movements = order_payment(PAID, MON).movements + drop_payment(PAID, TUE).movements
    assert measures(movements, TUE).pending_deliver == 0


def test_a_return_less_charges_leaves_the_charges_to_allocate():
    returned = booked(
        debit_payment(PAID, D("10000.00"), TUE), return_payment(PAID, D("9985.00"), WED)
    )
    assert returned == {"Payments to be allocated": D("15.00"), "Cash": D("-15.00")}


@pytest.mark.parametrize(
    ("direction", "amount", "deal"),
    [("RECE", "190275.00", "190250.00"), ("DELI", "190225.00", "190250.00")],
)
def test_a_trade_knows_its_deal_without_being_told(direction, amount, deal):
    instruction = Instruction(
        reference="T1", portfolio="ALPHA", direction=direction, payment="APMT",
        trade_date=MON, settle_date=TUE, isin="US0378331005",
        quantity=InstrumentQuantity(value=D(1000)), safekeeping_account="SAFE1",
        cash_account="CASH1", settlement_amount=Amount(currency="USD", value=D(amount)),
        commission=Amount(currency="USD", value=D("25.00")),
    )  # fmt: skip
    assert trade_of(instruction, "USD", 2).deal == D(deal)
