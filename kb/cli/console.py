"""What commands share: the terminal, the common options, a home brought up to date."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

if TYPE_CHECKING:
    from kb.cli.styled import Console
    from kb.library.library import Library

    out: Console
    err: Console
else:

    def __getattr__(name):
        """`out` and `err`, made when first asked for: a command that needs none starts sooner."""
        if name not in ("out", "err"):
            raise AttributeError(name)
        from kb.cli.styled import Console

        wide = name == "out"
        made = Console(stderr=not wide, highlight=False, soft_wrap=wide)
        return globals().setdefault(name, made)


def say(kind: str, style: str, message: object) -> None:
    """Print a line to stderr. `Styled` keeps a wiki's brackets from being read as markup."""
    if not sys.stderr.isatty():
        sys.stderr.write(f"{kind}: {message}\n")
        return
    from kb.cli.console import err
    from kb.cli.styled import Styled

    err.print(Styled.assemble((f"{kind}: ", style), str(message)), soft_wrap=True)


def count(number: int, what: str) -> str:
    """`1 case`, `4 cases`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def write(data: bytes) -> None:
    """Write result bytes to stdout, past any translation of line ends or encoding."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def opened(home: Path | None) -> Library:
    """The library that a command works with."""
    from kb.config import find_home
    from kb.library.library import Library

    return Library(find_home(home))


def home_option(function: F) -> F:
    """`--home DIR`, on every command."""
    return click.option(
        "--home", type=click.Path(path_type=Path, file_okay=False),
        help="Folder to work in (default: nearest kb.toml upwards, else here).",
    )(function)  # fmt: skip


def json_option(function: F) -> F:
    """`--json`, on commands that have a result."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)
