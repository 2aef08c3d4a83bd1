"""Rows that the securities settlement messages share: instrument, quantity, parties, amounts."""

from __future__ import annotations

from schemas.mx.notation import Leaf, Money, Number, Text

QUANTITY = Number(18, 5)
UNITS = Number(18, 17)
RATE = Number(11, 10)
PRICE = Number(18, 13)
MONEY = Money()

# our chain, agent first -> Pty1 to Pty5 of each side (DOMAIN 6.2)
DELIVERER = ("deag", "sell", "decu", "dei1", "dei2")
RECEIVER = ("reag", "buyr", "recu", "rei1", "rei2")

INSTRUMENT = (
    Leaf("FinInstrmId/ISIN", "isin", required=True),
    Leaf("FinInstrmId/OthrId/Id", "local_id.id", Text(35)),
    Leaf("FinInstrmId/OthrId/Tp/Cd", "local_id.scheme", Text(4)),
    Leaf("FinInstrmId/Desc", "name", Text(140)),
)


def quantity(path: str) -> tuple[Leaf, ...]:
    """The choice of units, face amount and amortised value below a path."""
    return (
        Leaf(f"{path}/Unit", "units", UNITS),
        Leaf(f"{path}/FaceAmt", "face", QUANTITY),
        Leaf(f"{path}/AmtsdVal", "amortised", QUANTITY),
    )


def party(path: str, field: str) -> tuple[Leaf, ...]:
    """One party of the chain: by BIC, by its code in a data source scheme, or by name."""
    return (
        Leaf(f"{path}/Id/AnyBIC", f"{field}.bic"),
        Leaf(f"{path}/Id/PrtryId/Id", f"{field}.dss.id", Text(35)),
        Leaf(f"{path}/Id/PrtryId/Issr", f"{field}.dss.issuer", Text(35)),
        Leaf(f"{path}/Id/PrtryId/SchmeNm", f"{field}.dss.scheme", Text(35)),
        Leaf(f"{path}/Id/NmAndAdr/Nm", f"{field}.name", Text(350)),
        Leaf(f"{path}/LEI", f"{field}.lei"),
        Leaf(f"{path}/SfkpgAcct/Id", f"{field}.account", Text(35)),
    )


def side(path: str, chain: tuple[str, ...]) -> tuple[Leaf, ...]:
    """The depository and the chain of one side."""
    rows: tuple[Leaf, ...] = (Leaf(f"{path}/Dpstry/Id/AnyBIC", "pset"),)
    for number, field in enumerate(chain, start=1):
        rows += party(f"{path}/Pty{number}", field)
    return rows


def amount(path: str, field: str, direction: str) -> tuple[Leaf, ...]:
    """An amount and which way the cash goes."""
    return (
        Leaf(f"{path}/Amt@Ccy", field, MONEY),
        Leaf(f"{path}/CdtDbtInd", direction),
    )
