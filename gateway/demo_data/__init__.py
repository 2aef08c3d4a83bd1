"""The demo's static data: kept as a folder of CSV files like anyone's, taken in as a workbook."""

from __future__ import annotations

from importlib.resources import files


def demo_files() -> dict[str, bytes]:
    """The files by name."""
    folder = files("gateway") / "demo_data"
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.name.endswith(".csv")}
