"""Which axis and code of MT548 each status element of sese.024, 027 and 031 says (DOMAIN 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from schemas.answer import Axis

_MATCHING = {"Mtchd": "MACH", "Umtchd": "NMAT"}

# where a message has statuses: element -> (axis, its choices by code)
SESE_024: Mapping[str, tuple[Axis, Mapping[str, str]]] = {
    "PrcgSts": (
        "IPRC",
        {
            "AckdAccptd": "PACK",
            "PdgPrcg": "PPRC",
            "Rjctd": "REJT",
            "Rpr": "REPR",
            "Canc": "CAND",
            "PdgCxl": "CANP",
            "CxlReqd": "CPRC",
            "ModReqd": "MODC",
        },
    ),
    "IfrrdMtchgSts": ("INMH", _MATCHING),
    "MtchgSts": ("MTCH", _MATCHING),
    "SttlmSts": ("SETT", {"Pdg": "PEND", "Flng": "PENF"}),
}
SESE_027: Mapping[str, tuple[Axis, Mapping[str, str]]] = {
    "PrcgSts": (
        "CPRC",
        {
            "PdgCxl": "CANP",
            "Canc": "CAND",
            "Dnd": "DEND",
            "Rjctd": "REJT",
            "AckdAccptd": "PACK",
            "Rpr": "REPR",
        },
    ),
}
SESE_031: Mapping[str, tuple[Axis, Mapping[str, str]]] = {
    "PrcgSts": (
        "TPRC",
        {
            "AckdAccptd": "PACK",
            "Rjctd": "REJT",
            "Cmpltd": "COMP",
            "Dnd": "DEND",
            "Pdg": "PEND",
        },
    ),
}
NO_REASON = "NORE"


@dataclass(frozen=True, slots=True)
class Advice:
    """Where one status message says whom it speaks of, what of, and the details it repeats."""

    about: Literal["instruction", "cancellation", "condition"]
    related: str
    references: str
    details: str
    account: str
    statuses: Mapping[str, tuple[Axis, Mapping[str, str]]]


ADVICES = {
    "sese.024": Advice(
        "instruction", "TxId/AcctOwnrTxId", "TxId", "TxDtls", "TxDtls/SfkpgAcct/Id", SESE_024
    ),
    "sese.027": Advice(
        "cancellation", "CxlReqRef", "TxId", "TxDtls", "TxDtls/SfkpgAcct/Id", SESE_027
    ),
    "sese.031": Advice("condition", "ReqRef", "ReqDtls/Ref", "ReqDtls", "SfkpgAcct/Id", SESE_031),
}
