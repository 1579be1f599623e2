"""What no command foresaw of the system is one line with what to do, and never a traceback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import click
import pytest

from kb import cli


def raising(error: BaseException) -> Callable[..., None]:
    def command(**_: object) -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "out of memory"),
        (OSError(28, "No space left on device", "/data/x"), "/data/x: No space left on device"),
        (OSError(24, "Too many open files"), "ulimit -n"),
        (PermissionError(13, "Permission denied", "/data/y"), "choose another place"),
    ],
)
def test_trouble_of_the_system_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    error: BaseException, said: str,
) -> None:  # fmt: skip
    """Memory, room, open files, permission: the message names it, the exit code is 1."""
    monkeypatch.setattr(cli, "cli", click.Command("kb", callback=raising(error)))
    monkeypatch.setattr(sys, "argv", ["kb"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert said in capsys.readouterr().err


def test_a_reader_that_has_enough_is_no_trouble() -> None:
    """`kb … | head` ends without a word."""
    noisy = "from kb import cli; import click, sys; sys.argv = ['kb']\n"
    noisy += (
        "cli.cli = click.Command('kb', callback=lambda: [print('x' * 99) for _ in range(9999)])"
    )
    done = subprocess.run(
        f"{sys.executable} -c \"{noisy}\ncli.main()\" | head -1",
        shell=True, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "x" * 99 + "\n"
    assert done.stderr == ""
