"""Named places where a test may kill the process: FINALITY_FAILPOINT=name:nth. Costs a dict lookup."""

from __future__ import annotations

import os
import signal

NAMES = (
    "before_store",  # inbound bytes are here, nothing is stored
    "after_store",  # stored and committed, not acknowledged
    "after_ack",  # acknowledged, not processed
    "mid_journal",  # inside the lane transaction, books half written
    "after_commit",  # lane transaction committed, nobody told
    "after_sending",  # the attempt is recorded, not sent
    "after_send",  # sent, not recorded as taken
)


def _armed() -> tuple[str, int]:
    name, _, nth = os.environ.get("FINALITY_FAILPOINT", "").partition(":")
    if name and name not in NAMES:
        raise ValueError(f"FINALITY_FAILPOINT {name!r} is none of {', '.join(NAMES)}")
    return name, int(nth or 1)


_name, _left = _armed()


def reach(name: str) -> None:
    """Die here by SIGKILL when this point is armed and its turn has come."""
    global _left
    if name != _name:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
