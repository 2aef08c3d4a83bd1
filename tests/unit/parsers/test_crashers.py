"""What fuzzing found once never goes wrong again, and a short seeded run finds nothing new."""

from __future__ import annotations

import gzip

import pytest

from tests import fuzz

SEED = 20261123
SECONDS = 60.0  # none of these is about speed: a slow machine must not make them fail


@pytest.fixture(autouse=True)
def _watched():
    with fuzz.watched():
        yield


@pytest.mark.parametrize("file", sorted(fuzz.CRASHERS.glob("*.gz")), ids=lambda file: file.stem)
def test_a_crasher_is_read_or_refused(file):
    assert fuzz.crash_of(gzip.decompress(file.read_bytes()), SECONDS) is None


def test_a_short_run_of_mutants_is_read_or_refused():
    found = [
        (fuzz.crash_of(raw, SECONDS), raw[:100])
        for raw, _ in zip(fuzz.small(SEED), range(150), strict=False)
    ]
    assert [wrong for wrong in found if wrong[0] is not None] == []
