"""The demo as a person runs it: each of its processes killed, then Ctrl-C, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.broker import free_port
from store.account import temporary_data

WAIT_SECONDS = 60.0
CHILDREN = {"PostgreSQL": "postgres", "broker": "nats-server", "simulators": "simulators.all"}


class Demo:
    """A running `finality demo`."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("FINALITY_")}
        with (data / "stderr").open("wb") as stderr:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "gateway.cli", "demo",
                    "--data", str(data), "--instructions", "40",
                ],
                env=environment | {"FINALITY_HTTP_PORT": str(self.port)},
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )  # fmt: skip

    def now(self) -> str:
        """Its business time; empty while it cannot say."""
        said = self.ask("/v1/clock")
        return str(said["now"]) if said else ""

    def knows(self, reference: str) -> bool:
        """Whether it has an instruction of this reference."""
        return bool((self.ask(f"/v1/instructions?reference={reference}") or {}).get("instructions"))

    def ask(self, path: str) -> Any:
        """What it answers; None while it cannot."""
        try:
            key = json.loads((self.data / "keys.json").read_text())["anna"]
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {key}"}
            )
            with urllib.request.urlopen(request, timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def moves_on(self) -> None:
        """Wait until its clock has moved twice."""
        for _ in range(2):
            before = self.now()
            self.until(lambda before=before: (at := self.now()) != "" and at > before)

    def until(self, what: Callable[[], Any]) -> None:
        end = time.monotonic() + WAIT_SECONDS
        while not what():
            assert self.process.poll() is None, (self.data / "stderr").read_text()[-3000:]
            assert time.monotonic() < end, (self.data / "stderr").read_text()[-3000:]
            time.sleep(0.1)

    def children(self) -> dict[int, str]:
        """Its direct children by pid."""
        pid = self.process.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return {
            int(child): Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            for child in listed
        }

    def child(self, name: str) -> int:
        """The pid of the one child of this name."""
        [pid] = [pid for pid, line in self.children().items() if CHILDREN[name] in line]
        return pid


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with temporary_data() as data:
        running = Demo(data)
        try:
            running.moves_on()
            yield running
        finally:
            running.process.kill()
            running.process.wait()


@pytest.mark.faults
@pytest.mark.parametrize("name", CHILDREN)
def test_the_demo_plays_on_when_a_process_of_its_dies(demo: Demo, name: str) -> None:
    killed = demo.child(name)
    os.kill(killed, signal.SIGKILL)
    demo.moves_on()
    assert demo.child(name) != killed


@pytest.mark.faults
def test_ctrl_c_leaves_no_process(demo: Demo) -> None:
    pids = demo.children()
    assert len(pids) == len(CHILDREN)
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(30) == 0
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


@pytest.mark.faults
def test_a_demo_killed_in_its_story_goes_on_with_it() -> None:
    with temporary_data() as data:
        first = Demo(data)
        second = None
        try:
            first.until(lambda: first.knows("STORY-MSFT-1"))
            first.moves_on()
            before = first.now()
            first.process.kill()
            first.process.wait()
            second = Demo(data)
            second.until(lambda: second.now() >= before)
            second.until(lambda: second.knows("STORY-NVDA"))
            second.process.send_signal(signal.SIGINT)
            assert second.process.wait(30) == 0
        finally:
            for running in (first, *([second] if second else [])):
                running.process.kill()
                running.process.wait()
        assert faults(data) == ""


def faults(data: Path) -> str:
    """What `finality verify` finds in a data folder nobody works in."""
    ran = subprocess.run(
        [sys.executable, "-m", "gateway.cli", "verify", "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr
