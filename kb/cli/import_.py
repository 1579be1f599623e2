"""`kb import`: take pages in from files, folders, archives and wikis."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.console import home_option, opened, say
from kb.cli.progress import import_bar
from kb.errors import UsageError

if TYPE_CHECKING:
    from kb.library.taking_in import ImportReport

_SHOWN = 20


@click.command("import", epilog="Example: kb import page.txt --page-name Support.Cases.WebHome")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…")
@click.option("--as", "format", metavar="FORMAT", help="Importer to use; else recognised.")
@click.option("--space", "spaces", multiple=True, help="Only this space (glob, repeatable).")
@click.option("--page", "pages", multiple=True, help="Only this page (glob, repeatable).")
@click.option("--exclude", multiple=True, help="Not these pages (glob, repeatable).")
@click.option("--page-name", help="Reference of the page, for a dump that does not say it.")
@click.option("--no-history", is_flag=True, help="Only the present versions.")
@click.option("--no-attachments", is_flag=True, help="No attached files.")
@click.option("--user", help="Log in as this user.")
@click.option("--password-env", metavar="VAR", help="Environment variable with the password.")
@click.option("--cookie-env", metavar="VAR", help="Environment variable with a session cookie.")
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE",
    help="A setting of the importer: rate=5, max_attachment=50MB (repeatable).",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit with 1 where there are problems.")
@home_option
def command(
    sources: tuple[str, ...], home: Path | None, settings: tuple[str, ...], strict: bool,
    no_history: bool, no_attachments: bool, **chosen: Any,
) -> None:  # fmt: skip
    """Import pages with their history from SOURCE: a file, a folder, a .xar, a wiki's URL."""
    with opened(home) as library, import_bar() as progress:
        report = library.import_(
            *sources, history=not no_history, attachments=not no_attachments,
            settings=_settings(settings), progress=progress, **chosen,
        )  # fmt: skip
    summarise(report)
    if strict and report.problems:
        raise SystemExit(1)


def _settings(given: tuple[str, ...]) -> dict[str, str]:
    """`NAME=VALUE` pairs. UsageError where one is not."""
    for pair in given:
        if "=" not in pair:
            raise UsageError(f"--set {pair}: not NAME=VALUE", hint="such as --set rate=5")
    return dict(pair.split("=", 1) for pair in given)


def summarise(report: ImportReport) -> None:
    """Say on stderr what came in, and what a person may want to see to."""
    for error in report.skipped:
        say("skipped", "yellow", error)
    for note in report.notes:
        say("note", "cyan", note)
    problems = report.problems
    for problem in problems[:_SHOWN]:
        say("problem", "yellow", problem)
    if len(problems) > _SHOWN:
        kinds = Counter(problem.code for problem in problems)
        listed = ", ".join(f"{count} {code}" for code, count in kinds.most_common())
        say("problem", "yellow", f"{len(problems)} in all: {listed}; kb stats lists them")
    click.echo(
        f"{report.pages} page(s), {report.changed} new or changed;"
        f" {report.revisions} whole revision(s), {report.attachments} attachment version(s);"
        + (f" {report.gone} page(s) gone;" if report.gone else "")
        + f" {len(problems)} problem(s)",
        err=True,
    )
