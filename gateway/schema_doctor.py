"""`finality schemas`: which schemas there are, importing official ones, whether all can be used."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.schema_store import COMPILER, SchemaState, SchemaStore, version_of
from schemas.mx.catalogue import BUILT, HEADER, PACKAGES, READ
from schemas.problem import Problem, Refused

NEEDED = frozenset({*BUILT.values(), *READ, HEADER})


def rows(data: Path, wanted: str = "") -> list[SchemaState]:
    """The messages whose id begins so: id, source, detail."""
    return [state for state in SchemaStore.of(data).states() if state.message_id.startswith(wanted)]


def take(data: Path, named: list[Path]) -> list[str]:
    """Import files, folders and patterns; Refused naming each that is no schema, and nothing is kept."""
    files = [file for each in named for file in _files(each)]
    if not files:
        words = "there is no .xsd file there"
        raise Refused("empty", [Problem(str(each), "empty", words) for each in named])
    return SchemaStore.of(data).take(files)


def _files(named: Path) -> Iterator[Path]:
    if named.is_dir():
        yield from sorted(named.rglob("*.xsd"))
    elif named.is_file() or not glob.has_magic(str(named)):
        yield named
    else:
        yield from (Path(each) for each in sorted(glob.glob(str(named), recursive=True)))


def examine(data: Path, everything: bool) -> dict[str, Any]:
    """What is installed, kept and imported, and what cannot be used, with the reason.

    What this version builds and reads, and what was imported, is compiled; with `everything` all is.
    """
    store = SchemaStore.of(data)
    states = store.states()
    known = {state.message_id for state in states} | NEEDED
    looked = known if everything else NEEDED | set(store.imported())
    faults = {each: fault for each in sorted(looked) if (fault := store.fault(each))}
    return {
        "packages": {package.name: version_of(package) for package in PACKAGES},
        "compiler": COMPILER,
        "folder": str(data),
        "messages": len(states),
        "sources": dict(Counter(state.source for state in store.states())),
        "compiled": len(looked) - len(faults),
        "faults": faults,
    }


def text(found: dict[str, Any]) -> str:
    """The examination for a person."""
    lines = [
        f"{name:<18} {version or 'not installed: its messages have no schema'}"
        for name, version in found["packages"].items()
    ]
    sources = ", ".join(f"{count} from {name}" for name, count in found["sources"].items())
    lines.append(f"{'messages':<18} {found['messages']} ({sources})")
    lines.append(f"{'data folder':<18} {found['folder']}")
    lines.append(f"{'compiled now':<18} {found['compiled']}")
    lines += [f"  ! {message_id}: {fault}" for message_id, fault in found["faults"].items()]
    lines.append("all is well" if not found["faults"] else f"{len(found['faults'])} cannot be used")
    return "\n".join(lines)
