"""Our message tables beside the grammar's facts: where the two differ, line by line.

Both are brought to the same lines: a sequence, or a run of neighbouring places for one tag number.
Neighbours are compared as a run because a table may write several places whose order nobody
published as one that repeats.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from schemas.mt.message import ANY, Field, Item
from schemas.mt.message import Sequence as Block

ANY_QUALIFIER = frozenset({"any"})
# a wallet instead of an account, in option D: published, and not in the grammar
NOT_THERE = frozenset({"BCAW"})


class Place(NamedTuple):
    """A place for a field: tags, qualifiers (or any), whether it must be there, may repeat."""

    tags: frozenset[str]
    qualifiers: frozenset[str]
    required: bool
    repeats: bool


class Run(NamedTuple):
    """Neighbouring places of one tag number."""

    number: str
    places: tuple[Place, ...]


class Part(NamedTuple):
    """A sequence and what stands in it."""

    id: str
    block: str
    required: bool
    repeats: bool
    lines: tuple[Run | Part, ...]


def ours(items: Sequence[Item]) -> tuple[Run | Part, ...]:
    """The lines of a table of ours."""
    found: list[Place | Part] = []
    for item in items:
        if isinstance(item, Field):
            if item.tags != (ANY,):
                qualifiers = frozenset(item.qualifiers) - NOT_THERE or ANY_QUALIFIER
                found.append(Place(frozenset(item.tags), qualifiers, item.required, item.repeats))
        else:
            assert isinstance(item, Block)
            found.append(Part(item.id, item.block, item.required, item.repeats, ours(item.items)))
    return tuple(_runs(found))


def theirs(items: list[dict[str, Any]]) -> tuple[Run | Part, ...]:
    """The lines of a message tree of the grammar."""
    found: list[Place | Part] = []
    for item in items:
        if "seq" in item:
            block, lines = item["block"] or "", theirs(item["items"])
            found.append(Part(item["seq"], block, item["use"] == "M", item["rep"], lines))
        elif "val" not in item:
            named = item.get("q") or item.get("q_any")
            named = [named] if isinstance(named, str) else named
            found.append(
                Place(
                    frozenset(map(str, item["tags"])),
                    frozenset(named) if named else ANY_QUALIFIER,
                    item["use"] == "M",
                    item["rep"],
                )
            )
    return tuple(_runs(found))


def _runs(found: list[Place | Part]) -> Iterator[Run | Part]:
    for number, group in groupby(
        found, key=lambda line: None if isinstance(line, Part) else min(line.tags)[:2]
    ):
        if number is None:
            yield from (line for line in group if isinstance(line, Part))
        else:
            yield Run(number, tuple(place for place in group if isinstance(place, Place)))


def differences(
    here: Sequence[Run | Part], there: Sequence[Run | Part], path: str = ""
) -> Iterator[str]:
    """What one says otherwise than the other, each as `path what: ours, theirs`."""
    names_here, names_there = [_name(line) for line in here], [_name(line) for line in there]
    if names_here != names_there:
        yield f"{path or 'message'} order: {' '.join(names_here)}, {' '.join(names_there)}"
        return
    for mine, other in zip(here, there, strict=True):
        if isinstance(mine, Part) and isinstance(other, Part):
            below = f"{path}/{mine.id}".strip("/")
            for what in ("required", "repeats"):
                if getattr(mine, what) != getattr(other, what):
                    yield f"{below} {what}: {getattr(mine, what)}, {getattr(other, what)}"
            yield from differences(mine.lines, other.lines, below)
        elif isinstance(mine, Run) and isinstance(other, Run):
            yield from _of_run(mine, other, f"{path}/{mine.number}".strip("/"))


def _name(line: Run | Part) -> str:
    return line.number if isinstance(line, Run) else f"{line.id}:{line.block or '-'}"


def _of_run(mine: Run, other: Run, path: str) -> Iterator[str]:
    if mine == other:
        return
    if len(mine.places) == len(other.places):
        together = len(mine.places) > 1 and len({p.qualifiers for p in other.places}) == 1
        if together and _qualifiers(mine) != _qualifiers(other):
            yield f"{path} qualifiers: {_say(_qualifiers(mine))}, {_say(_qualifiers(other))}"
        for index, (a, b) in enumerate(zip(mine.places, other.places, strict=True)):
            for what in Place._fields:
                if what == "qualifiers" and together:
                    continue  # known for all the places together only
                if getattr(a, what) != getattr(b, what):
                    yield f"{path}[{index}] {what}: {_say(getattr(a, what))}, {_say(getattr(b, what))}"
        return
    for what, a, b in (
        ("tags", _tags(mine), _tags(other)),
        ("qualifiers", _qualifiers(mine), _qualifiers(other)),
        ("at least", _least(mine), _least(other)),
    ):
        if a != b:
            yield f"{path} {what}: {_say(a)}, {_say(b)}"
    if _most(mine) < _most(other):
        yield f"{path} at most: {_most(mine)}, {_most(other)}"


def _say(value: object) -> str:
    return "/".join(sorted(value)) if isinstance(value, frozenset) else str(value)


def _tags(run: Run) -> frozenset[str]:
    return frozenset().union(*(place.tags for place in run.places))


def _qualifiers(run: Run) -> frozenset[str]:
    named = frozenset().union(*(place.qualifiers for place in run.places))
    return ANY_QUALIFIER if named & ANY_QUALIFIER else named


def _least(run: Run) -> int:
    return sum(place.required for place in run.places)


def _most(run: Run) -> float:
    return float("inf") if any(p.repeats for p in run.places) else len(run.places)


def tags(items: list[dict[str, Any]]) -> Iterator[str]:
    """Every tag of a message tree of the grammar."""
    for item in items:
        yield from tags(item.get("items", []))
        yield from map(str, item.get("tags", ()))
