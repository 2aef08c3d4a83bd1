"""docs/demo-day.md, written from the table of the story; `make demo-day` writes it, with its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.demo_scenes import LAST, SCENES, Scene

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "demo-day.md"
HEAD = """\
# The demo day

`make demo` tells this story, in about five minutes, on two business days of a virtual clock; times are
New York's. It plays against a network, two custodians and a bank that are programs of their own, with a
background of other trades. The desk opens each scene's page by itself until you go elsewhere. The bar on the
screen pauses, changes speed and skips to a later scene; so do `space`, `1`, `2`, `4` and `n` in the terminal.
After the last scene the demo goes on by itself, one business day after another. This page and its pictures
are made by `make demo-day`.
"""


def picture(scene: Scene) -> Path:
    """Where a scene's picture is kept."""
    return DOCS / "demo-day" / f"{SCENES.index(scene) + 1}.png"


def page() -> str:
    """The page's text."""
    return HEAD + "".join(_scene(scene) for scene in SCENES)


def _scene(scene: Scene) -> str:
    number = SCENES.index(scene) + 1
    where = picture(scene).relative_to(DOCS)
    return "\n".join(
        (f"\n## {number}. {scene.title}\n", *_steps(scene), "", f"![{scene.title}]({where})", "")
    )


def _steps(scene: Scene) -> Iterator[str]:
    for step in scene.steps:
        day = "Tuesday" if step.at.date() == LAST.date() else "Monday"
        facts = ", ".join(label for label, _ in step.facts)
        counted = f" The screen counts: {facts}." if facts else ""
        yield f"- **{day} {step.at:%H:%M}** {step.look}{counted}"
