"""Values of payments and cash statements."""

from __future__ import annotations

from collections.abc import Mapping

from translation.converters import Converter

CONVERTERS: Mapping[str, Converter] = {}
