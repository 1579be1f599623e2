"""Templates and site files: the only place that knows where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from kb.errors import InputError


def assets(kind: Literal["templates", "site"]) -> Path:
    """The folder of that kind: inside an installed wheel, else beside the checkout's package.

    InputError where neither is there: the installation is broken.
    """
    package = Path(__file__).resolve().parent
    installed = package / "_assets" / kind
    if installed.is_dir():
        return installed
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / kind).is_dir():
        return checkout / kind
    raise InputError(f"{kind}/ is not part of this installation", hint="install kb again")
