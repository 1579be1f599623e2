"""What commands share: the terminal, the common options, a home brought up to date."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.text import Text

F = TypeVar("F", bound=Callable[..., Any])

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False)


def say(kind: str, style: str, message: object) -> None:
    """Print a line to stderr. `Text` keeps a wiki's brackets from being read as markup."""
    err.print(Text.assemble((f"{kind}: ", style), str(message)), soft_wrap=True)


def write(data: bytes) -> None:
    """Write result bytes to stdout, past any translation of line ends or encoding."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def home_option(function: F) -> F:
    """`--home DIR`, on every command."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder to work in (default: nearest kb.toml upwards, else here).",
    )(function)


def json_option(function: F) -> F:
    """`--json`, on commands that have a result."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)
