"""Parts that a package may bring: importers, exporters and engines, found by entry points.

What this distribution registers in pyproject.toml comes first and cannot be replaced by another
package's. A checkout is read itself, so that it works without being installed, and with what was
added to its pyproject.toml since it was.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution, entry_points
from pathlib import Path
from typing import Any, Final

DISTRIBUTION: Final = "wiki-casebook"


def plugin(group: str, name: str) -> EntryPoint | None:
    """The entry point of that name; None where no installed package has it.

    Other packages are looked at only where this one has none: that reads what each declares.
    """
    return _own(group).get(name) or plugins(group).get(name)


@cache
def plugins(group: str) -> dict[str, EntryPoint]:
    """All entry points of a group by name, this distribution's first, the others by name."""
    others = sorted(entry_points(group=group), key=lambda point: point.name)
    return {**_own(group), **{p.name: p for p in others if p.name not in _own(group)}}


@cache
def _own(group: str) -> dict[str, EntryPoint]:
    checkout = Path(__file__).resolve().parents[1] / "pyproject.toml"
    if checkout.is_file():
        project: dict[str, Any] = tomllib.loads(checkout.read_text("utf-8")).get("project", {})
        if project.get("name") == DISTRIBUTION:
            registered = project["entry-points"].get(group, {})
            return {name: EntryPoint(name, value, group) for name, value in registered.items()}
    try:
        points = distribution(DISTRIBUTION).entry_points.select(group=group)
    except PackageNotFoundError:
        return {}
    return {point.name: point for point in points}
