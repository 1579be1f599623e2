"""How far an import is, as a bar on stderr where that is a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kb.library.progress import OnProgress, Progress


@contextmanager
def import_bar() -> Iterator[OnProgress | None]:
    """What a library is given as ``progress``: None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from kb.cli.console import err

    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    started = time.monotonic()
    # not redirected: rich would read colours and links out of what others print
    plain: dict[str, Any] = {"redirect_stdout": False, "redirect_stderr": False}
    with Bar(*columns, console=err, transient=True, **plain) as bar:
        task = bar.add_task("Importing", total=None, done="")

        def show(now: Progress) -> None:
            rate = now.revisions / max(time.monotonic() - started, 0.001)
            done = f"{now.pages} pages, {now.revisions} versions, {_size(now.size)}, {rate:.0f}/s"
            bar.update(task, completed=now.pages, total=now.expected, done=done)

        yield show


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GB"
