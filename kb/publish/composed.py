"""Which pages show others."""

from __future__ import annotations

import re

_MACROS = re.compile(r"\{\{(?:include|display|children|documents|documentTree)\b")


def takes_others(source: str) -> bool:
    """Whether what a page shows may depend on other pages."""
    return _MACROS.search(source) is not None
