"""The MX messages: the versions sent and read here, and where the model of any lies."""

from __future__ import annotations

import re
from dataclasses import dataclass

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
HEADER = "head.001.001.02"

_MESSAGE_ID = re.compile(r"[a-z]{4}\.\d{3}\.\d{3}\.\d{2}")

# format as the rest of the house says it -> the version built here (DOMAIN 6.2, SCHEMAS 1.2)
BUILT = {
    "sese.020": "sese.020.001.07",
    "sese.023": "sese.023.001.11",
    "pacs.008": "pacs.008.001.08",
    "pacs.009": "pacs.009.001.08",
}
READ = (
    "sese.024.001.12",
    "sese.025.001.11",
    "sese.026.001.10",
    "sese.027.001.07",
    "sese.031.001.09",
    "pacs.002.001.10",
    "camt.054.001.08",
)


@dataclass(frozen=True, slots=True)
class Model:
    """Files of an installed package, by their path in it: a model and the code lists it uses."""

    package: str
    path: str
    code_lists: tuple[str, ...] = ()


# areas of ISO 20022 whose messages are checked, and the packages that model them, the better first
_PAYMENTS = ("pyiso20022", "python-iso20022")
_SECURITIES = ("python-iso20022", "pyiso20022")
AREAS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("head", "pacs", "pain", "camt", "admi", "remt"), _PAYMENTS),
    **dict.fromkeys(("sese", "semt", "seev", "colr", "auth", "setr", "reda"), _SECURITIES),
}


def models(message_id: str) -> tuple[Model, ...]:
    """Where the model of a message may lie, the better package first; () outside the areas."""
    if not _MESSAGE_ID.fullmatch(message_id):
        return ()
    return tuple(_model(message_id, package) for package in AREAS.get(message_id[:4], ()))


def _model(message_id: str, package: str) -> Model:
    area, name = message_id[:4], message_id.replace(".", "_")
    if package == "python-iso20022":
        folder = f"python_iso20022/{area}/{name}"
        lists = (
            "python_iso20022/enums.py",
            f"python_iso20022/{area}/enums.py",
            f"{folder}/enums.py",
        )
        return Model(package, f"{folder}/models.py", lists)
    return Model(package, f"pyiso20022/{area}/{name}/{name}.py")


MODELS = {each: models(each)[0] for each in (*BUILT.values(), *READ, HEADER)}


def message_id(namespace: str) -> str | None:
    """The message a document namespace names, `sese.024.001.12`; None if it names none."""
    last = namespace.rpartition(":")[2]
    return last if _MESSAGE_ID.fullmatch(last) else None
