"""Every kind of proposal there is."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.handlers.right_changes import RIGHTS
from gateway.handlers.static_changes import STATIC
from gateway.proposals import Kind

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (STATIC, RIGHTS)}
