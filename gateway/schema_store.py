"""Where schema text comes from: an imported file, else the installed model packages, kept on disk.

Packages are found and read as data; nothing of theirs is ever imported. The operator's own files
lie in the folder `xsd` of the data folder, named by message id.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Literal

from schemas.mx.catalogue import MODELS, Model, models
from schemas.mx.compiler import Schemas, xsd

COMPILER = "2"  # part of the cache key: raise it when the compiler writes something else


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where the schema of one message comes from here, or why there is none."""

    message_id: str
    source: Literal["file", "cache", "package", "none"]
    detail: str


def installed_schemas(data: Path | None = None, *, explain: bool = True) -> Schemas:
    """Schemas from the installed packages, kept under the data folder when there is one."""
    if data is None:
        return Schemas(SchemaStore().load, explain=explain)
    return Schemas(SchemaStore(data / "schemas", data / "xsd").load, explain=explain)


class SchemaStore:
    """Schema text by message id: `imported` files win, generated text is kept in `cache`."""

    def __init__(self, cache: Path | None = None, imported: Path | None = None) -> None:
        self._cache = cache
        self._imported = imported

    def load(self, message_id: str) -> str | None:
        """The XSD text, or None where neither a file nor a package has this version."""
        official = self._official(message_id)
        if official is not None:
            return official.read_text("utf-8")
        model = next((each for each in models(message_id) if _is_there(each)), None)
        if model is None:
            return None
        kept = self._kept(message_id, model)
        if kept is not None and kept.is_file():
            return kept.read_text("utf-8")
        try:
            text = generate(model)
        except (ValueError, KeyError):  # `schemas doctor` tells which, and why
            return None
        if kept is not None:
            _write_whole(kept, text)
        return text

    def states(self) -> list[SchemaState]:
        """The state of every message of the catalogue, for a person to look at."""
        return [self._state(message_id, model) for message_id, model in MODELS.items()]

    def _state(self, message_id: str, model: Model) -> SchemaState:
        official = self._official(message_id)
        if official is not None:
            return SchemaState(message_id, "file", str(official))
        version = _version(model.package)
        if version is None:
            return SchemaState(message_id, "none", f"{model.package} is not installed")
        kept = self._kept(message_id, model)
        if kept is not None and kept.is_file():
            return SchemaState(message_id, "cache", f"{model.package} {version}")
        return SchemaState(message_id, "package", f"{model.package} {version}")

    def _official(self, message_id: str) -> Path | None:
        if self._imported is None or not _is_message_id(message_id):
            return None
        path = self._imported / f"{message_id}.xsd"
        return path if path.is_file() else None

    def _kept(self, message_id: str, model: Model) -> Path | None:
        if self._cache is None:
            return None
        name = f"{message_id}-{model.package}-{_version(model.package)}-{COMPILER}.xsd"
        return self._cache / name


def generate(model: Model) -> str:
    """The XSD of a model, compiled from the files of its installed package."""
    texts = _sources(model.package, (model.path, *model.code_lists))
    return xsd(texts[model.path], [texts[path] for path in model.code_lists if path in texts])


def _is_there(model: Model) -> bool:
    """Whether the package is installed and has this message."""
    if _version(model.package) is None:
        return False
    return Path(str(distribution(model.package).locate_file(model.path))).is_file()


def _sources(package: str, paths: tuple[str, ...]) -> Mapping[str, str]:
    """The files of a package by path; an area without code lists of its own has no file for them."""
    found = distribution(package)
    files = {path: Path(str(found.locate_file(path))) for path in paths}
    return {path: file.read_text("utf-8") for path, file in files.items() if file.is_file()}


def _version(package: str) -> str | None:
    try:
        return distribution(package).version
    except PackageNotFoundError:
        return None


def _is_message_id(text: str) -> bool:
    """Message ids come out of received bytes and go into a file name here."""
    return text.replace(".", "").isalnum() and text.isascii()


def _write_whole(path: Path, text: str) -> None:
    """Written beside and renamed, so that another process never reads half a schema."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(text, "utf-8")
    part.replace(path)
