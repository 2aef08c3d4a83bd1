"""Logs go to stderr: stdout belongs to answers."""

from __future__ import annotations

import sys

import structlog


def to_stderr() -> None:
    """Every log line to stderr, whoever writes it."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
