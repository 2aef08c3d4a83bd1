"""The house rules that a machine can hold: imports, locks, paths, sizes."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {
    "schemas": set(),
    "parsers": {"schemas"},
    "builders": {"schemas"},
    "translation": {"schemas", "parsers", "builders"},
    "settlement": {"schemas"},
    "ledger": {"schemas"},
    "reconciliation": {"schemas"},
    "reporting": {"schemas"},
    "store": {"schemas"},
    "simulators": set(),
    "gateway": {
        "schemas",
        "parsers",
        "builders",
        "translation",
        "settlement",
        "ledger",
        "reporting",
        "store",
    },
}
PURE = ("schemas", "parsers", "builders", "translation", "settlement", "ledger", "reporting")
SHELL_MODULES = {
    "asyncio",
    "socket",
    "subprocess",
    "asyncpg",
    "aiohttp",
    "aiomqtt",
    "random",
    "time",
}


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def tracked() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [ROOT / n for n in names.split("\0") if n and (ROOT / n).is_file()]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_its_row_allows(package):
    allowed = PACKAGES[package] | {package}
    for path in sources(package):
        ours = imports(path) & PACKAGES.keys()
        assert ours <= allowed, f"{path.relative_to(ROOT)} imports {ours - allowed}"


@pytest.mark.parametrize("package", PURE)
def test_the_core_does_no_io_and_knows_no_time(package):
    for path in sources(package):
        assert not imports(path) & SHELL_MODULES, path.relative_to(ROOT)
        text = path.read_text()
        assert "datetime.now(" not in text, path.relative_to(ROOT)
        assert "date.today(" not in text, path.relative_to(ROOT)


def test_no_group_of_a_pattern_is_possessive():
    """Python before 3.11.5 matches `(?:...)*+` wrongly; `(?>(?:...)*)` means the same everywhere."""
    for package in PACKAGES:
        for path in sources(package):
            found = re.search(r"\)[*+?]\+", path.read_text())
            assert found is None, path.relative_to(ROOT)


def test_no_module_is_a_drawer():
    names = {p.stem for package in PACKAGES for p in sources(package)}
    assert not names & {"utils", "helpers", "common", "base", "misc"}


def test_no_lock_names_a_registry():
    for path in tracked():
        if "lock" in path.name or "requirements" in path.name:
            assert "://" not in path.read_text(), path.relative_to(ROOT)


def test_no_tracked_file_knows_a_machine():
    homes = tuple("/" + name + "/" for name in ("work", "root", "farm"))
    for path in tracked():
        if path.suffix in {".png", ".fin"}:
            continue
        text = path.read_text(errors="replace")
        for home in homes:
            assert f'"{home}' not in text, f"{path.relative_to(ROOT)} names {home}"


def test_the_wheel_names_its_packages():
    listed = (ROOT / "pyproject.toml").read_text()
    for package in PACKAGES:
        assert f'"{package}*"' in listed
    assert '"tests*"' not in listed
