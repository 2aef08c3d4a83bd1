"""The commands that need a database, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.demo_data import demo_files


@dataclass
class Ran:
    """What a command said and how it ended."""

    code: int
    out: bytes
    err: str


def command(database: Any, tmp_path: Path, *args: str) -> Ran:
    """A command in a process of its own, on this database."""
    given = {
        "FINALITY_DSN": database.owner,
        "FINALITY_APP_DSN": database.app,
        "FINALITY_DATA": str(tmp_path),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "gateway.cli", *args],
        capture_output=True,
        env=os.environ | given,
        check=False,
        timeout=60,
    )
    error = ran.stderr.decode()
    assert "Traceback" not in error, error
    return Ran(ran.returncode, ran.stdout, error)


def test_import_names_every_planted_error_and_takes_nothing(database: Any, tmp_path: Path) -> None:
    folder = tmp_path / "static"
    folder.mkdir()
    for name, content in demo_files().items():
        (folder / name).write_bytes(content)
    plant(folder / "instruments.csv", "US0378331005,", "US0378331006,")  # check digit
    plant(folder / "accounts.csv", "AGE-CORE,HARBUS30", "NOBODY,HARBUS30")  # no such portfolio
    plant(folder / "settlement_cycles.csv", "2024-05-28", "2024-05-32")  # no such date
    (folder / "weather.csv").write_text("a,b\n1,2\n")
    for check in (("--check",), ()):
        ran = command(database, tmp_path, "import", str(folder), *check)
        assert ran.code == 1
        for place in (
            "instruments.csv row",
            "column isin",
            "accounts.csv row 2",
            "settlement_cycles.csv row 3 column valid_from",
            "weather.csv",
        ):
            assert place in ran.err, place
    (folder / "weather.csv").unlink()
    for name, content in demo_files().items():
        (folder / name).write_bytes(content)
    ran = command(database, tmp_path, "import", str(folder), "--check")
    assert ran.code == 0
    assert b"would be added" in ran.out
    assert b"\n0 rows stay as they are" in ran.out, "a refused or checked import took something"


def plant(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def test_verify_of_an_empty_database_agrees(database: Any, tmp_path: Path) -> None:
    ran = command(database, tmp_path, "verify")
    assert (ran.code, ran.out) == (0, b"everything agrees\n")


def test_a_database_that_is_not_there_is_said_in_a_line(tmp_path: Path) -> None:
    given = {
        "FINALITY_DSN": "postgresql://nobody@127.0.0.1:1/nothing",
        "FINALITY_DATA": str(tmp_path),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "gateway.cli", "verify"],
        capture_output=True, env=os.environ | given, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 1
    assert len(ran.stderr.decode().strip().splitlines()) == 1


def test_what_is_exported_imports_again_and_changes_nothing(database: Any, tmp_path: Path) -> None:
    example, book, again = (tmp_path / f"{n}.xlsx" for n in ("example", "book", "again"))
    assert command(database, tmp_path, "import", "--template", "--example", str(example)).code == 0
    ran = command(database, tmp_path, "import", str(example))
    assert b"were added" in ran.out, ran.err
    assert command(database, tmp_path, "export", str(book)).code == 0
    assert book.read_bytes() == example.read_bytes()
    ran = command(database, tmp_path, "import", "--check", str(book))
    rows = sum(len(content.splitlines()) - 1 for content in demo_files().values())
    assert ran.out.decode().strip() == f"{rows} rows stay as they are"
    again.write_bytes(book.read_bytes())
    ran = command(database, tmp_path, "export", str(again))
    assert (ran.code, "stands there already" in ran.err) == (2, True)


def test_a_changed_standing_instruction_waits_for_another_person(
    database: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "static"
    folder.mkdir()
    for name, content in demo_files().items():
        (folder / name).write_bytes(content)
    assert command(database, tmp_path, "import", str(folder)).code == 0
    plant(folder / "counterparty_ssi.csv", "DTCY/ID/00009421", "DTCY/ID/00009644")
    ran = command(database, tmp_path, "import", str(folder), "--check")
    assert b"another person would have to approve it" in ran.out
    for _ in range(2):
        ran = command(database, tmp_path, "import", str(folder))
        assert b"nothing was applied: another person must approve" in ran.out
