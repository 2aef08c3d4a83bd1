"""The MX messages: which versions are built and read here, and the model source of each one's schema."""

from __future__ import annotations

import re
from dataclasses import dataclass

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
HEADER = "head.001.001.02"
AREAS = (
    "head", "pacs", "pain", "camt", "sese", "semt", "seev", "colr", "auth", "admi", "setr", "remt",
    "reda",
)  # fmt: skip

_MESSAGE_ID = re.compile(r"[a-z]{4}\.\d{3}\.\d{3}\.\d{2}", re.ASCII)
_FOLDER = re.compile(r"[a-z]{4}_\d{3}_\d{3}_\d{2}", re.ASCII)

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
class Package:
    """An installed distribution that holds models: the folder of its areas, the file of a model."""

    name: str
    folder: str
    file: str  # in the folder of a message, whose name is put for {}

    def area(self, area: str) -> str:
        """Where the messages of an area lie."""
        return f"{self.folder}/{area}"

    def model(self, message_id: str) -> str:
        """Where the model of a message lies, if the package has it."""
        name = message_id.replace(".", "_")
        return f"{self.area(message_id[:4])}/{name}/{self.file.format(name)}"


# In the order they are asked: the first has every version of payments and sound headers, the other
# one version each of nearly everything (SCHEMAS 1).
PACKAGES = (
    Package("pyiso20022", "pyiso20022", "{}.py"),
    Package("python-iso20022", "python_iso20022", "models.py"),
)


def of_folder(name: str) -> str | None:
    """The message whose model lies in a folder of this name; None if it is no message's."""
    return name.replace("_", ".") if _FOLDER.fullmatch(name) else None


def is_message_id(text: str) -> bool:
    """Whether this names a version of a message, `sese.024.001.12`."""
    return _MESSAGE_ID.fullmatch(text) is not None


def message_id(namespace: str) -> str | None:
    """The message a document namespace names, `sese.024.001.12`; None if it names none."""
    last = namespace.rpartition(":")[2]
    return last if is_message_id(last) else None
