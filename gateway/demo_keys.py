"""The story's pace by keys in the terminal: space pauses, 1 2 4 are speeds, n is the next scene."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import termios
import tty
from collections.abc import Iterator

from gateway.story import Story
from schemas.problem import Refused


@contextlib.contextmanager
def steered_by_keys(story: Story) -> Iterator[None]:
    """Listen to the terminal while the story is told; without one nothing is different."""
    if not sys.stdin.isatty():
        yield
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    loop = asyncio.get_running_loop()
    sys.stdout.write("space: pause, 1 2 4: speed, n: next scene\n")
    tty.setcbreak(terminal)
    loop.add_reader(terminal, lambda: steer(story, os.read(terminal, 1).decode("latin-1")))
    try:
        yield
    finally:
        loop.remove_reader(terminal)
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def steer(story: Story, key: str) -> None:
    """Do what this key says; any other, and the next after the last scene, does nothing."""
    if key == " ":
        story.pause(not story.paused)
    elif key == "n":
        with contextlib.suppress(Refused):
            story.skip(story.scene + 1)
    elif key in {"1", "2", "4"}:
        story.hasten(int(key))
