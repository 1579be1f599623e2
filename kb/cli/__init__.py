"""The command `kb`. Each subcommand is a module of its own, imported when it is called."""

from __future__ import annotations

import os
import sqlite3
import sys
from importlib import import_module

import click

from kb.cli.terminal import guard
from kb.errors import KbError

COMMANDS = {
    "init": "Write a kb.toml with comments.",
    "import": "Import a dump, a folder, a XAR, a saved page or a wiki's URL.",
    "sync": "Import what changed in every source of kb.toml.",
    "run": "Sync, then build.",
    "verify": "Check the archive, alone or against a source.",
    "backup": "Add a backup of the home to a folder.",
    "restore": "Bring a backup back.",
    "cases": "List the cases.",
    "show": "Show a case or a page.",
    "diff": "Show what changed in a page between two versions.",
    "correct": "Put a value right by hand, withhold a case, declare two the same.",
    "profile": "Show, check or propose how pages become cases.",
    "search": "Find cases, in Chinese and English.",
    "build": "Write the static site.",
    "serve": "Serve the site and /api/search from this machine.",
    "export": "Write the records in an open format.",
    "stats": "Say what the archive holds, and every problem.",
}
"""Name → one line of help, so that `kb --help` imports no command."""


class _Lazy(click.Group):
    """A group whose commands are imported from kb.cli.<name> when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"kb.cli.{cmd_name}_").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wiki-casebook", prog_name="kb")
def cli() -> None:
    """Turn an old XWiki's case pages into a searchable knowledge base that lasts.

    Begin with: kb import page.txt && kb search 退款 && kb build
    """


def main() -> None:
    """Run the command; trouble becomes one line on stderr and an exit code."""
    guard()
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        _fail("interrupted", "", 130)
    except KbError as error:
        _fail(str(error), error.hint, error.exit_code)
    except sqlite3.DatabaseError as error:
        _fail(
            f"a database of this home is damaged, or cannot be written: {error}",
            "kb verify says what, kb verify --repair mends it", 1,
        )  # fmt: skip
    except MemoryError:
        _fail("out of memory", "what was finished is kept: run it again with more", 1)
    except BrokenPipeError:  # who reads has enough, as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        from kb.files import hint_for  # a command that goes well need not load it here

        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}", hint_for(error), 1)


def _fail(message: str, hint: str, code: int) -> None:
    from kb.cli.console import say

    say("error", "bold red", message)
    if hint:
        say("hint", "cyan", hint)
    sys.exit(code)
