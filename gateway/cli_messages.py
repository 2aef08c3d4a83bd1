"""The commands on messages: build, parse, validate, translate. They stand beside the others."""

from __future__ import annotations

import dataclasses
import enum
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli_input import files_of, line, progress_of, read_input

if TYPE_CHECKING:
    from translation import Translation
    from translation.receipt import Entry

messages_app = typer.Typer()


class Standard(enum.StrEnum):
    """The two standards of messages."""

    mt = "mt"
    mx = "mx"


Tolerates = Annotated[
    str | None,
    typer.Option(
        "--tolerates", help="Deviations to mend and tell: dev_decimal dev_date ..., or all."
    ),
]


@messages_app.command()
def build(
    file: Annotated[Path | None, typer.Argument(help="The body as JSON, or - for stdin.")] = None,
    format_: Annotated[str, typer.Option("--format", help="mt541, sese.023, camt.056 ...")] = "",
    envelope: Annotated[
        bool, typer.Option("--envelope", help="MX: with the business header.")
    ] = False,
    formats: Annotated[
        bool, typer.Option("--formats", help="List what can be built instead.")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of the format's body instead.")
    ] = False,
) -> None:
    """Build one message from the JSON of its body and print it."""
    from gateway import messages

    if formats:
        typer.echo(messages.formats())
        return
    if not format_:
        raise typer.BadParameter("name the format with --format; --formats lists them")
    if schema:
        typer.echo(messages.body_schema(format_))
        return
    if file is None:
        raise typer.BadParameter("name the file of the body, or - for stdin")
    sys.stdout.buffer.write(messages.build(read_input(file), format_, envelope))


@messages_app.command()
def parse(
    files: Annotated[
        list[Path], typer.Argument(help="Files of messages or patterns, or - for stdin.")
    ],
    as_json: Annotated[bool, typer.Option("--json")] = False,
    tolerates: Tolerates = None,
) -> None:
    """Read messages and print what they say, field names written out."""
    from gateway import big_files, messages

    known = messages.tolerated(tolerates)
    fine, named = True, files_of(files)
    for file in named:
        if big_files.is_big(file):
            fine = _parse_big(file, as_json) and fine
            continue
        for reading in messages.read_all(read_input(file), known):
            fine = fine and not reading["problems"]
            if as_json:
                typer.echo(json.dumps({"file": str(file), **reading}))
            else:
                typer.echo(_reading(reading, str(file) if len(named) > 1 else ""))
    raise typer.Exit(0 if fine else 1)


def _reading(reading: dict[str, Any], file: str) -> str:
    """A message for a person: its type, its fields by name, what is wrong with it."""
    head = typer.style(reading["type"] or "unreadable", bold=True, fg=_tone(reading))
    lines = [f"{head}  {file}".rstrip()]
    for f in reading["fields"]:
        where = typer.style(f"{f['line']:>4}", dim=True)
        tag = typer.style(f"{f['tag']:<12}", fg=typer.colors.CYAN)
        lines.append(f"  {where}  {tag} {f['name']:<38} {f['value']}")
    lines += [
        typer.style(
            f"  ~ line {d['line']} {d['path']} {d['rule']}: {d['message']}", fg=typer.colors.YELLOW
        )
        for d in reading["deviations"]
    ]
    lines += [
        typer.style(f"  ! {p['path']} {p['rule']}: {p['message']}", fg=typer.colors.RED)
        for p in reading["problems"]
    ]
    return "\n".join(lines)


def _tone(reading: dict[str, Any]) -> str:
    return typer.colors.RED if reading["problems"] else typer.colors.GREEN


def _parse_big(file: Path, as_json: bool) -> bool:
    """Print a big file while it is read; whether nothing was wrong with it."""
    from gateway import big_files, messages

    fine = True
    with progress_of(file) as opened:
        for row in big_files.rows(opened, messages.known_schemas()):
            fine = fine and "problem" not in row
            sys.stdout.write((json.dumps(row) if as_json else big_files.text(row)) + "\n")
    return fine


@messages_app.command()
def validate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files of messages or patterns, or - for stdin."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    schema_only: Annotated[bool, typer.Option("--schema-only")] = False,
    rules: Annotated[
        bool, typer.Option("--rules", help="List every rule with its source instead.")
    ] = False,
    tolerates: Tolerates = None,
) -> None:
    """Check messages, saying what would be right; exit 1 if any is invalid."""
    from gateway import messages

    if rules:
        typer.echo(messages.rules(as_json))
        return
    if not files:
        raise typer.BadParameter("name at least one file, or - for stdin, or ask for --rules")
    count, errors = 0, False
    for f in _findings(
        files, schema_only, messages.tolerated(tolerates)
    ):  # printed as they come: there may be a million
        if as_json:
            sys.stdout.write((", " if count else "[") + json.dumps(f))
        else:
            typer.echo(_said(f))
        count, errors = count + 1, errors or f["severity"] == "error"
    if as_json:
        typer.echo("]" if count else "[]")
    else:
        typer.echo(f"{count} finding{'s' if count > 1 else ''}" if count else "valid")
    raise typer.Exit(1 if errors else 0)


def _said(f: dict[str, Any]) -> str:
    """A finding for a person: where, which rule, what is wrong, what would be right."""
    tone = {"error": typer.colors.RED, "warning": typer.colors.YELLOW}.get(f["severity"])
    where = typer.style(f"{f['file']}:{f['line']}:{f['column']}", bold=True)
    rule = typer.style(f"{f['severity']} {f['rule']}", fg=tone)
    nak = f"  (a network answers {f['nak']})" if f["nak"] else ""
    lines = [f"{where}: {rule}: {f['path']}: {f['message']}{nak}"]
    if f["value"]:
        lines.append(f"    found  {f['value'].splitlines()[0][:100]}")
    if f["right"]:
        lines.append(f"    right  {f['right']}")
    return "\n".join(lines)


def _findings(
    files: list[Path], schema_only: bool, tolerates: frozenset[str]
) -> Iterator[dict[str, Any]]:
    """What is wrong with the messages of these files, big ones while they are read."""
    from gateway import big_files, messages

    for file in files_of(files):
        if not schema_only and big_files.is_big(file):
            with progress_of(file) as opened:
                for finding in big_files.findings(opened, messages.known_schemas()):
                    yield {"file": str(file), **finding}
        else:
            for finding in messages.judged(read_input(file), schema_only, tolerates):
                yield {"file": str(file), **finding}


@messages_app.command()
def translate(
    files: Annotated[
        list[Path], typer.Argument(help="Files of messages or patterns, or - for stdin.")
    ],
    to: Annotated[
        Standard | None, typer.Option("--to", help="mt or mx; the other one if nothing is said.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With the whole receipt.")] = False,
    receipt: Annotated[
        bool, typer.Option("--receipt", help="Tell every element on stderr, not only losses.")
    ] = False,
) -> None:
    """Translate between FIN and ISO 20022, losses told on stderr; exit 1 if a result is invalid."""
    from gateway import messages

    made = [
        each
        for file in files_of(files)
        for each in messages.translate_all(read_input(file), to.value if to else None)
    ]
    if as_json:
        typer.echo(json.dumps([messages.translated(each) for each in made]))
    for each in () if as_json else made:
        sys.stdout.buffer.write(each.raw if each.raw.endswith(b"\n") else each.raw + b"\r\n")
        told = each.receipt.entries if receipt else each.receipt.losses
        for entry in told:
            line(_told(entry))
        line(_summary(each))
        for finding in each.findings:
            line(_said({"file": each.target, **dataclasses.asdict(finding)}))
    raise typer.Exit(0 if all(each.valid for each in made) else 1)


TONES = {
    "kept": typer.colors.GREEN,
    "converted": typer.colors.GREEN,
    "truncated": typer.colors.YELLOW,
    "defaulted": typer.colors.CYAN,
    "dropped": typer.colors.RED,
}


def _told(entry: Entry) -> str:
    """One line of a receipt: what became of an element, and why."""
    outcome = typer.style(f"{entry.outcome:<10}", fg=TONES[entry.outcome])
    to = f" -> {entry.target}" if entry.target else ""
    words = f"  ({entry.words})" if entry.words else ""
    value = " ".join(entry.value.split())[:60]
    return f"{outcome}{entry.source} {value}{to}{words}"


def _summary(made: Translation) -> str:
    counts = ", ".join(f"{count} {outcome}" for outcome, count in made.receipt.counts.items())
    verdict = "valid" if made.valid else "not valid"
    head = f"{made.source} -> {made.target}: {made.receipt.elements} elements"
    return f"{head}: {counts}; the result is {verdict}"
