"""The story's pace: paused it stands, faster it is shorter, skipping it does not wait, it never goes back."""

from __future__ import annotations

import asyncio

import pytest

from gateway.demo_keys import steer
from gateway.story import Story
from schemas.problem import Refused


def story() -> Story:
    return Story(["one", "two", "three"])


async def soon(told: Story, screen_seconds: float) -> bool:
    """Whether so much of it has been shown within a third of a second."""
    try:
        await asyncio.wait_for(told.wait_until(screen_seconds), 0.3)
    except TimeoutError:
        return False
    return True


async def test_a_paused_story_stands_still() -> None:
    told = story()
    told.pause(True)
    assert not await soon(told, 0.0)
    told.pause(False)
    assert await soon(told, 0.05)


async def test_four_times_the_speed_shows_four_times_as_much() -> None:
    told = story()
    assert not await soon(told, 0.7)
    told = story()
    told.hasten(4)
    assert await soon(told, 0.7)


async def test_on_the_way_to_a_later_scene_nothing_waits() -> None:
    told = story()
    told.pause(True)
    told.skip(2)
    assert await soon(told, 1_000)
    told.scene = 2
    assert not await soon(told, 1_000)


@pytest.mark.parametrize("scene", [-1, 0, 1, 3])
def test_only_a_later_scene_can_be_skipped_to(scene: int) -> None:
    told = story()
    told.scene = 1
    with pytest.raises(Refused):
        told.skip(scene)


def test_a_speed_that_is_not_offered_is_refused() -> None:
    with pytest.raises(Refused):
        story().hasten(0)


def test_keys_steer_as_the_buttons_do() -> None:
    told = story()
    steer(told, " ")
    assert told.paused
    steer(told, "2")
    assert told.speed == 2
    steer(told, "n")
    assert told.skipping
    assert not told.paused


@pytest.mark.parametrize("key", ["", "x", "3", "\x1b"])
def test_other_keys_do_nothing(key: str) -> None:
    told = story()
    before = told.frame()
    steer(told, key)
    assert told.frame() == before


def test_there_is_no_next_scene_after_the_last() -> None:
    told = story()
    told.scene = 2
    steer(told, "n")
    assert not told.skipping


async def test_a_story_that_is_broken_off_waits_for_nothing() -> None:
    told = story()
    told.pause(True)
    told.over = True
    assert await soon(told, 1_000)
