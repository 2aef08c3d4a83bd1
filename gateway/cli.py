"""The command line. Heavy parts are imported by the command that needs them, so that --help stays fast.

Exit codes: 0 fine, 1 the answer is no, 2 wrong use. Wrong input never shows a traceback.
"""

from __future__ import annotations

import asyncio
import dataclasses
import enum
import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from gateway.cli_input import line
from gateway.cli_messages import messages_app

if TYPE_CHECKING:
    from gateway.config import Settings

T = TypeVar("T")
app = typer.Typer(
    name="finality",
    help="Financial messaging gateway and settlement engine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(messages_app)
keys_app = typer.Typer(help="API keys: who may do what.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")
users_app = typer.Typer(help="People: who may sign in.", no_args_is_help=True)
app.add_typer(users_app, name="users")
schemas_app = typer.Typer(help="Schemas of ISO 20022 messages.", no_args_is_help=True)
app.add_typer(schemas_app, name="schemas")


class Measured(enum.StrEnum):
    """What the bench measures."""

    messages = "messages"
    line = "line"


Data = Annotated[Path | None, typer.Option("--data", help="Data folder (FINALITY_DATA).")]


def main() -> None:
    """Run a command; refusals are one clear line on stderr."""
    from schemas.problem import Refused
    from store.account import ServiceUnavailable

    try:
        sys.exit(app(standalone_mode=False))  # a typer.Exit comes back as its code
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Refused as refused:
        for problem in refused.problems:
            line(f"{problem.path}: {problem.rule}: {problem.message}")
        if not refused.problems:
            line(str(refused))
        sys.exit(1)
    except ServiceUnavailable as why:
        line(str(why))
        sys.exit(1)
    except Exception as wrong:
        if hasattr(wrong, "format_message"):  # click's usage errors, without importing click
            if said := wrong.format_message():
                line(f"Error: {said}")
            sys.exit(2)
        if is_outage(wrong):
            line(f"the database or the broker cannot be used: {wrong}")
            sys.exit(1)
        raise


def is_outage(wrong: Exception) -> bool:
    """Whether somebody else's server, not our code, is why it failed."""
    import asyncpg

    return isinstance(wrong, OSError | asyncpg.PostgresError | asyncpg.InterfaceError)


def run_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run on uvloop where there is one, logs on stderr."""
    from gateway import logs

    logs.to_stderr()
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


def settings_for(data: Path | None, **fixed: Any) -> Settings:
    """The settings, with the data folder of the command line and what the command fixes."""
    import pydantic
    import pydantic_settings

    from gateway.config import Settings, Unusable

    given = fixed if data is None else fixed | {"data": data}
    try:
        return Settings(**given)
    except pydantic.ValidationError as error:
        for e in error.errors(include_url=False):
            name = "_".join(str(part) for part in e["loc"]).upper()
            unknown = e["type"] == "extra_forbidden"
            line(f"FINALITY_{name}: {'there is no such setting' if unknown else e['msg']}")
        raise typer.Exit(2) from error
    except pydantic_settings.SettingsError as error:  # a table that is no JSON
        line(f"FINALITY: {error}")
        raise typer.Exit(2) from error
    except Unusable as error:
        line(f"FINALITY_CONFIG: {error}")
        raise typer.Exit(2) from error


@app.command()
def demo(
    instructions: Annotated[int, typer.Option(help="How many securities instructions.")] = 400,
    seed: Annotated[int, typer.Option(help="Same seed, same day.")] = 7,
    once: Annotated[
        bool, typer.Option("--once", help="One settlement cycle, then report.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    data: Data = None,
) -> None:
    """Everything on this machine: gateway, network, custodians, bank, and a stream of trades."""
    from gateway import demo as play
    from gateway import demo_report

    if once:
        settings = settings_for(data, environment="DEMO", http_port=0)
        report = run_loop(play.once(instructions, seed, settings, data is not None, quiet=as_json))
        typer.echo(json.dumps(report) if as_json else demo_report.summary(report))
        raise typer.Exit(0 if demo_report.holds(report) else 1)
    run_loop(play.stream(instructions, seed, settings_for(data, environment="DEMO")))


@app.command()
def serve(
    workers: Annotated[int, typer.Option(min=1, max=16, help="Gateway processes.")] = 1,
    data: Data = None,
) -> None:
    """The gateway alone."""
    from gateway import app as wiring

    run_loop(wiring.serve(settings_for(data), workers))


@app.command()
def simulate(
    which: Annotated[str, typer.Argument(help="swift, custodian, bank or all")],
    config: Annotated[Path | None, typer.Option(help="Who plays what (JSON).")] = None,
    seed: int = 7,
    clock: Annotated[str, typer.Option(help="real or virtual")] = "real",
    data: Data = None,
) -> None:
    """The other side alone: network, custodian or bank."""
    from gateway.simulate import run_one

    if which not in ("swift", "custodian", "bank", "all"):
        line(f"{which!r} is none of swift, custodian, bank, all")
        raise typer.Exit(2)
    raise typer.Exit(run_one(which, config, seed, clock, settings_for(data)))


@app.command()
def migrate(data: Data = None) -> None:
    """Bring the database to the version of this code."""
    from gateway import app as wiring

    typer.echo(run_loop(wiring.migrate(settings_for(data))))


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="A workbook (.xlsx) or a folder of CSV files.")],
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is wrong and what would change.")
    ] = False,
    template: Annotated[
        bool, typer.Option("--template", help="Write an empty workbook there, explained.")
    ] = False,
    example: Annotated[
        bool, typer.Option("--example", help="With --template: filled with the demo's data.")
    ] = False,
    data: Data = None,
) -> None:
    """Take in static data; every error by sheet or file, row and column, nothing half applied."""
    from gateway import app as wiring
    from gateway import workbook

    if template:
        write_new(source, workbook.demo_book() if example else workbook.write(()))
        return
    if example:
        line("--example goes with --template")
        raise typer.Exit(2)
    report = run_loop(wiring.import_static(settings_for(data), source, check))
    typer.echo(report)


@app.command()
def export(
    book: Annotated[Path, typer.Argument(help="The workbook (.xlsx) to write.")],
    data: Data = None,
) -> None:
    """Write all static data as a workbook; imported again it changes nothing."""
    from gateway import app as wiring

    write_new(book, run_loop(wiring.export_static(settings_for(data))))


def write_new(file: Path, content: bytes) -> None:
    """Write a file that is not there yet; what stands there is somebody's work."""
    try:
        with file.open("xb") as out:
            out.write(content)
    except FileExistsError as error:
        line(f"{file}: stands there already; name a new file")
        raise typer.Exit(2) from error
    except OSError as error:
        line(f"{file}: {error.strerror}")
        raise typer.Exit(2) from error
    typer.echo(f"{file} written")


@app.command()
def verify(
    simulators: Annotated[
        Path | None, typer.Option(help="Folder of the simulators' journals.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    data: Data = None,
) -> None:
    """Walk the chain, the books, the inbox and the simulators' journals; say what is wrong and where."""
    from gateway import app as wiring

    findings = run_loop(wiring.verify(settings_for(data), simulators))
    if as_json:
        typer.echo(json.dumps(findings))
    else:
        for finding in findings:
            typer.echo(f"{finding['check']}: {finding['where']}: {finding['what']}")
        typer.echo(f"{len(findings)} faults" if findings else "everything agrees")
    raise typer.Exit(1 if findings else 0)


@app.command()
def bench(
    seconds: Annotated[float, typer.Option(help="Length of one round.")] = 6.0,
    rounds: Annotated[int, typer.Option(help="Alternations of ceiling and line.")] = 5,
    memory: Annotated[int, typer.Option(help="Instructions for the memory figure.")] = 100_000,
    desk: Annotated[int, typer.Option(help="Instructions behind the desk's pages.")] = 100_000,
    only: Annotated[
        Measured | None, typer.Option(help="One part; both if nothing is said.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="An object for each part.")] = False,
) -> None:
    """Messages beside their yardsticks, then the whole line against this machine's own ceiling."""
    from gateway import bench as measure
    from gateway import bench_desk, bench_messages

    if only is not Measured.line:
        bench_messages.main(as_json)
    if only is not Measured.messages:
        run_loop(measure.run(seconds, rounds, memory, as_json, bench_desk.measure, desk))


@schemas_app.command("list")
def schemas_list(
    begins: Annotated[str, typer.Argument(help="Only ids that begin so: sese, pacs.008.")] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
    data: Data = None,
) -> None:
    """Every message with a schema, and where it comes from."""
    from gateway import schema_doctor

    states = schema_doctor.rows(settings_for(data).data, begins)
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(state) for state in states]))
        return
    for state in states:
        typer.echo(f"{state.message_id}  {state.source:<8} {state.detail}")
    typer.echo(f"{len(states)} messages")


@schemas_app.command("import")
def schemas_import(
    files: Annotated[list[Path], typer.Argument(help="Official XSD files, folders, patterns.")],
    data: Data = None,
) -> None:
    """Use official files instead of the compiled schemas; all of them, or none if one is no schema."""
    from gateway import schema_doctor

    taken = schema_doctor.take(settings_for(data).data, files)
    typer.echo("\n".join((*taken, f"{len(taken)} schemas imported")))


@schemas_app.command("doctor")
def schemas_doctor(
    everything: Annotated[
        bool, typer.Option("--all", help="Compile every schema: half a minute the first time.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    data: Data = None,
) -> None:
    """Whether every schema can be used; exit 1 if one cannot."""
    from gateway import schema_doctor

    found = schema_doctor.examine(settings_for(data).data, everything)
    typer.echo(json.dumps(found) if as_json else schema_doctor.text(found))
    raise typer.Exit(1 if found["faults"] else 0)


@keys_app.command("add")
def keys_add(
    name: str,
    roles: Annotated[str, typer.Option(help="viewer,maker,checker,link,auditor,config")] = "viewer",
    person: Annotated[
        str | None, typer.Option(help="Whose key it is; checker is never maker.")
    ] = None,
    data: Data = None,
) -> None:
    """Make a key and print it once."""
    from gateway import app as wiring

    typer.echo(run_loop(wiring.add_key(settings_for(data), name, person or name, roles.split(","))))


@keys_app.command("list")
def keys_list(data: Data = None) -> None:
    """The keys, without their secrets."""
    from gateway import app as wiring

    typer.echo(run_loop(wiring.list_keys(settings_for(data))))


@keys_app.command("disable")
def keys_disable(prefix: str, data: Data = None) -> None:
    """No longer let this key in."""
    from gateway import app as wiring

    typer.echo(run_loop(wiring.disable_key(settings_for(data), prefix)))


@users_app.command("add")
def users_add(
    login: str,
    name: Annotated[str | None, typer.Option(help="Full name; without it the login.")] = None,
    roles: Annotated[
        str, typer.Option(help="Only while nobody decides about rights: security, maker, ...")
    ] = "",
    data: Data = None,
) -> None:
    """Add a person and print the password to give them; they must change it at once."""
    from gateway import app as wiring

    wanted = [role.strip() for role in roles.split(",") if role.strip()]
    typer.echo(run_loop(wiring.add_person(settings_for(data), login, name or login, wanted)))


@users_app.command("list")
def users_list(data: Data = None) -> None:
    """Everybody, with their rights."""
    from gateway import app as wiring

    typer.echo(run_loop(wiring.list_people(settings_for(data))))


@users_app.command("disable")
def users_disable(login: str, data: Data = None) -> None:
    """Let a person in no more, by any door."""
    change_person("disable", login, data)


@users_app.command("enable")
def users_enable(login: str, data: Data = None) -> None:
    """Let a disabled person in again, with the rights they had."""
    change_person("enable", login, data)


@users_app.command("reset")
def users_reset(login: str, data: Data = None) -> None:
    """Print a new password to give a person; their sessions end and every lock comes off."""
    change_person("reset", login, data)


def change_person(deed: str, login: str, data: Path | None) -> None:
    """One deed on one person."""
    from gateway import app as wiring

    typer.echo(run_loop(wiring.change_person(settings_for(data), deed, login)))


if __name__ == "__main__":
    main()
