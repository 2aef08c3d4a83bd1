"""A LIVE gateway sends nothing to or from a BIC of test and training."""

from __future__ import annotations

from typing import Any

import pytest
from test_http import RVP, serving


async def test_a_test_bic_stops_the_message_and_says_what_to_do(
    database: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINALITY_ENVIRONMENT", "LIVE")
    async with serving(database.owner, database.app, tmp_path) as api:
        status, made = await api.post("/v1/instructions", RVP)
        assert status == 201, made
        await api.running.core.idle()
        [found] = (await api.get("/v1/exceptions"))["exceptions"]
        assert (found["code"], "test_bic" in found["text"]) == ("unbuildable", True)
        assert "correct the static data" in found["text"]
        async with api.running.core.pool.acquire() as db:
            assert await db.fetchval("select count(*) from outbox") == 0
