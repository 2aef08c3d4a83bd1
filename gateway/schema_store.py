"""Where schema text comes from: an imported file, else the installed model packages, kept on disk.

Packages are found and read as data; nothing of theirs is ever imported. The operator's own files
lie in the folder `xsd` of the data folder, named by message id.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Literal

from lxml import etree

from schemas.mx import catalogue
from schemas.mx.catalogue import PACKAGES, Package
from schemas.mx.compiler import Schemas, compiled
from schemas.mx.model_source import code_lists, xsd
from schemas.problem import Problem, Refused

COMPILER = "3"  # part of the cache key: raise it when the compiler writes something else
IMPORT_MAX = 16 * 1024 * 1024  # bytes of one file; the longest official one has two million

Source = Literal["file", "cache", "package", "none"]


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where the schema of one message comes from here, or why there is none."""

    message_id: str
    source: Source
    detail: str


def installed_schemas(
    data: Path | None = None, *, explain: bool = True, keep: bool = True
) -> Schemas:
    """Schemas of the files imported into the data folder and of the installed packages.

    What is generated is kept there too, unless `keep` is off: asking then writes nothing.
    """
    if data is None:
        return Schemas(SchemaStore().load, explain=explain)
    return Schemas(SchemaStore.of(data, keep=keep).load, explain=explain)


class SchemaStore:
    """Schema text by message id: `imported` files win, generated text is kept in `cache`."""

    def __init__(self, cache: Path | None = None, imported: Path | None = None) -> None:
        self._cache = cache
        self._imported = imported

    @classmethod
    def of(cls, data: Path, *, keep: bool = True) -> SchemaStore:
        """The store of a data folder."""
        return cls(data / "schemas" if keep else None, data / "xsd")

    def load(self, message_id: str) -> str | None:
        """The XSD text, or None where neither a file nor a package has this version."""
        official = self._official(message_id)
        if official is not None:
            return official.read_text("utf-8")
        package = package_of(message_id)
        if package is None:
            return None
        kept = self._kept(message_id, package)
        if kept is None:
            return generate(message_id)
        if not kept.is_file():
            _write_whole(kept, generate(message_id))
        return kept.read_text("utf-8")

    def states(self) -> list[SchemaState]:
        """The state of every message of the catalogue and of every imported file, by message."""
        known = listed() | set(self.imported())
        return [self.state(message_id) for message_id in sorted(known)]

    def state(self, message_id: str) -> SchemaState:
        """Where the schema of one message comes from."""
        official = self._official(message_id)
        if official is not None:
            return SchemaState(message_id, "file", str(official))
        package = package_of(message_id)
        if package is None:
            words = "in no installed package: import the official file"
            return SchemaState(message_id, "none", words)
        kept = self._kept(message_id, package)
        found: Source = "cache" if kept is not None and kept.is_file() else "package"
        return SchemaState(message_id, found, f"{package.name} {version_of(package)}")

    def imported(self) -> list[str]:
        """The messages whose official files were imported."""
        if self._imported is None or not self._imported.is_dir():
            return []
        names = (path.stem for path in self._imported.glob("*.xsd"))
        return sorted(name for name in names if catalogue.is_message_id(name))

    def fault(self, message_id: str) -> str | None:
        """Why the schema of a message cannot be used, None when it can."""
        try:
            text = self.load(message_id)
            if text is None:
                return "there is no schema of it"
            compiled(text)
        except (ValueError, OSError, SyntaxError) as error:
            return str(error) or type(error).__name__
        return None

    def take(self, files: list[Path]) -> list[str]:
        """Keep these official files; the messages they are of. Refused with every fault, nothing kept."""
        assert self._imported is not None
        problems: list[Problem] = []
        found: dict[str, tuple[Path, str]] = {}
        for file in files:
            try:
                message_id, text = _official_text(file)
            except ValueError as error:
                problems.append(Problem(str(file), "not_a_schema", str(error)))
                continue
            other = found.setdefault(message_id, (file, text))
            if other[1] != text:
                words = f"{message_id} is in {other[0]} too, with another content: name one of them"
                problems.append(Problem(str(file), "twice", words))
        if problems:
            raise Refused("not_schemas", problems)
        for message_id, (_, text) in found.items():
            _write_whole(self._imported / f"{message_id}.xsd", text)
        return sorted(found)

    def _official(self, message_id: str) -> Path | None:
        if self._imported is None or not catalogue.is_message_id(message_id):
            return None
        path = self._imported / f"{message_id}.xsd"
        return path if path.is_file() else None

    def _kept(self, message_id: str, package: Package) -> Path | None:
        if self._cache is None:
            return None
        return self._cache / f"{message_id}-{package.name}-{version_of(package)}-{COMPILER}.xsd"


def listed() -> set[str]:
    """Every message the installed packages have a model of, of the areas used here."""
    return {message_id for package in PACKAGES for message_id in _of_package(package)}


def _of_package(package: Package) -> Iterator[str]:
    if version_of(package) is None:
        return
    for area in catalogue.AREAS:
        folder = _located(package, package.area(area))
        for each in folder.iterdir() if folder.is_dir() else ():
            message_id = catalogue.of_folder(each.name)
            if message_id is not None and _located(package, package.model(message_id)).is_file():
                yield message_id


def package_of(message_id: str) -> Package | None:
    """The installed package whose model a message's schema is compiled from."""
    if not catalogue.is_message_id(message_id) or message_id[:4] not in catalogue.AREAS:
        return None
    for package in PACKAGES:
        if version_of(package) and _located(package, package.model(message_id)).is_file():
            return package
    return None


def generate(message_id: str) -> str:
    """The XSD of a message, compiled from the files of its installed package; KeyError if none has it."""
    package = package_of(message_id)
    if package is None:
        raise KeyError(message_id)
    model = _located(package, package.model(message_id)).read_text("utf-8")
    modules = (f"{name.replace('.', '/')}.py" for name in code_lists(model))
    return xsd(model, [_located(package, path).read_text("utf-8") for path in modules])


@cache
def version_of(package: Package) -> str | None:
    """The version of a package that is installed."""
    try:
        return distribution(package.name).version
    except PackageNotFoundError:
        return None


@cache
def _root_of(package: Package) -> Path:
    return Path(str(distribution(package.name).locate_file("")))


def _located(package: Package, path: str) -> Path:
    return _root_of(package) / path


def _official_text(file: Path) -> tuple[str, str]:
    """(message, text) of a file somebody says is an official schema; ValueError with what it is not."""
    try:
        raw = file.read_bytes() if file.stat().st_size <= IMPORT_MAX else b""
    except OSError as error:
        raise ValueError(error.strerror or "cannot be read") from None
    if not raw:
        raise ValueError(f"it is empty, or longer than {IMPORT_MAX} bytes")
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise ValueError("it declares a document type or entities, which no official file does")
    try:
        text = raw.decode("utf-8-sig")
        root = etree.fromstring(text.partition("?>")[2].encode() if text[:5] == "<?xml" else raw)
    except (UnicodeDecodeError, etree.XMLSyntaxError) as error:
        raise ValueError(f"it is no XML in UTF-8: {error}") from None
    if etree.QName(root).localname != "schema":
        raise ValueError(f"it is no schema but {etree.QName(root).localname}")
    namespace = root.get("targetNamespace", "")
    message_id = catalogue.message_id(namespace)
    if message_id is None or namespace != catalogue.NAMESPACE + message_id:
        raise ValueError(f"its target namespace names no ISO 20022 message: {namespace or 'none'}")
    plain = etree.tostring(root, encoding="unicode", with_tail=False)
    compiled(plain)
    return message_id, plain


def _write_whole(path: Path, text: str) -> None:
    """Written beside and renamed, so that another process never reads half a schema."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(text, "utf-8")
    part.replace(path)
