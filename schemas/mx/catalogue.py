"""The MX messages sent and read here: their versions, and the model source of each one's schema."""

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


def _model(message_id: str) -> Model:
    area, name = message_id[:4], message_id.replace(".", "_")
    if area == "sese":
        lists = ("python_iso20022/enums.py", f"python_iso20022/{area}/enums.py")
        return Model("python-iso20022", f"python_iso20022/{area}/{name}/models.py", lists)
    return Model("pyiso20022", f"pyiso20022/{area}/{name}/{name}.py")


MODELS = {each: _model(each) for each in (*BUILT.values(), *READ, HEADER)}


def message_id(namespace: str) -> str | None:
    """The message a document namespace names, `sese.024.001.12`; None if it names none."""
    last = namespace.rpartition(":")[2]
    return last if _MESSAGE_ID.fullmatch(last) else None
