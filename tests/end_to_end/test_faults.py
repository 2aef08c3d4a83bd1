from __future__ import annotations

import pytest

from tests import faults
from tests.fault_harness import FAILPOINTS, PROCESSES


@pytest.mark.faults
@pytest.mark.slow
async def test_a_kill_of_everything_and_at_every_point_loses_and_doubles_nothing():
    done, found, counts = await faults.run(1, seed=7, in_flight=40)
    assert {kill.target for kill in done} == {*PROCESSES, *FAILPOINTS}
    # a point is reached by work alone, which may have been the last there was
    assert all(kill.in_flight for kill in done if kill.target in PROCESSES)
    assert any(kill.in_flight for kill in done if kill.target in FAILPOINTS)
    assert counts["accepted"] == counts["sent"]
    assert found == []
