"""Every example of docs/messages.md says what it does."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/messages.md").read_text()
CONSOLE = [
    (found[1], found[2])
    for block in re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
    for found in re.finditer(r"\$ (.*)\n((?:(?!\$ ).*\n)*)", block)
]


@pytest.mark.parametrize(("command", "said"), CONSOLE, ids=[command[:40] for command, _ in CONSOLE])
def test_a_command_says_what_stands_there(command: str, said: str) -> None:
    bin_ = Path(sys.executable).parent
    ran = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env=os.environ | {"PATH": f"{bin_}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.rstrip() == said.rstrip(), ran.stderr


def test_the_python_examples_do_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    examples = "\n".join(re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, {}, "messages.md", "messages.md", 0)
    said: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert said == []
