"""What commands are given to read, and the line they say about it."""

from __future__ import annotations

import glob
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

import typer


def line(text: str) -> None:
    """One line to the person, on stderr."""
    typer.echo(text, err=True)


def progress_of(file: Path) -> AbstractContextManager[BinaryIO]:
    """A file opened for reading, with a bar of its progress where somebody looks."""
    import rich.progress
    from rich.console import Console

    console = Console(stderr=True)
    return rich.progress.open(
        file, "rb", console=console, transient=True, disable=not console.is_terminal
    )


def files_of(names: list[Path]) -> list[Path]:
    """The files that are named: as they are, or by pattern (`inbox/**/*.fin`).

    A pattern that no file meets is wrong use, and so is a folder.
    """
    found: list[Path] = []
    for name in names:
        if name.is_dir():
            line(f"{name} is a folder: name its files by pattern, such as {name / '*'}")
            raise typer.Exit(2)
        if glob.has_magic(str(name)) and not name.exists():
            matching = glob.glob(str(name), recursive=True)
            inside = sorted(each for each in map(Path, matching) if each.is_file())
        else:
            inside = [name]
        if not inside:
            line(f"{name}: no file there")
            raise typer.Exit(2)
        found += inside
    return found


def read_input(file: Path) -> bytes:
    """The bytes of a file or of stdin; a missing file is wrong use."""
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        line(f"{file}: {error.strerror}")
        raise typer.Exit(2) from error
