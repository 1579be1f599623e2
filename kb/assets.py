"""Templates and site files: the only place that knows where they are."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from kb.errors import InputError


def assets(kind: Literal["templates", "site"]) -> Traversable:
    """The folder of that kind: inside an installed wheel, else beside the checkout's package.

    InputError where neither is there: the installation is broken.
    """
    installed = files("kb") / "_assets" / kind
    if installed.is_dir():
        return installed
    checkout = Path(__file__).resolve().parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / kind).is_dir():
        return checkout / kind
    raise InputError(f"{kind}/ is not part of this installation", hint="install kb again")
