"""Keys of local authentication out of the settings."""

from __future__ import annotations

from pathlib import Path

import pydantic
import pytest

from gateway import lau
from gateway.config import LauKey, Settings
from schemas.problem import Refused
from schemas.static_rows import LinkRow

LEFT, RIGHT = "Left-half-of-key", "Right-half-of-it"


def test_a_key_is_put_together_from_a_setting_and_a_file(tmp_path: Path):
    (tmp_path / "right").write_text(RIGHT + "\n")
    given = LauKey.model_validate({"left": LEFT, "right_file": tmp_path / "right"})
    (found,) = lau.load({"quay": [given]})["quay"]
    assert found.secret == (LEFT + RIGHT).encode()
    assert found.name == "quay 1"
    assert LEFT not in repr(given) and LEFT not in repr(Settings(lau_keys={"quay": [given]}))


@pytest.mark.parametrize("content", [None, "short", "\u00e4" * 16])
def test_a_half_that_cannot_be_used_is_named_and_not_shown(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / "left").write_text(content)
    given = LauKey.model_validate({"left_file": tmp_path / "left", "right": RIGHT})
    with pytest.raises(Refused, match=r"quay 1.*16 ") as caught:
        lau.load({"quay": [given]})
    assert RIGHT not in str(caught.value)
    assert content is None or content not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [{"left": LEFT}, {"left": LEFT, "left_file": "x", "right": RIGHT}, {"right_file": "x"},
     {"left": LEFT, "right": RIGHT, "until": "2026-11-24T10:00:00"}],
)  # fmt: skip
def test_one_of_each_half_is_needed_and_a_time_has_its_offset(given):
    with pytest.raises(pydantic.ValidationError) as caught:
        LauKey.model_validate(given)
    assert LEFT not in str(caught.value)


@pytest.mark.parametrize(
    "transport, format_, adapter",
    [("mqtt", "fin", "fin"), ("mqtt", "mx", "xml"), ("directory", "fin", "file"),
     ("directory", "mx", "xml")],
)  # fmt: skip
def test_the_transport_and_what_it_carries_say_where_the_authentication_stands(
    transport, format_, adapter
):
    row = LinkRow(name="quay", transport=transport, format=format_, lau="gone")
    found = lau.of_link(row, {})
    assert found is not None and (found.adapter, found.keys) == (adapter, ())
    assert lau.of_link(row.model_copy(update={"lau": None}), {}) is None
