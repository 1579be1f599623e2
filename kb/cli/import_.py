"""`kb import`: take pages in from files, folders, archives and wikis."""

from __future__ import annotations

from pathlib import Path

import click

from kb.archive import Archive
from kb.cli.console import home_option
from kb.cli.sources import importers_of, options_of, summarise, take
from kb.config import find_home
from kb.errors import InputError, UsageError


@click.command("import", epilog="Example: kb import page.txt --page-name Support.Cases.WebHome")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…")
@click.option("--as", "format_name", metavar="FORMAT", help="Importer to use; else recognised.")
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
    sources: tuple[str, ...],
    format_name: str | None,
    home: Path | None,
    settings: tuple[str, ...],
    strict: bool,
    no_history: bool,
    no_attachments: bool,
    **chosen: object,
) -> None:
    """Import pages with their history from SOURCE: a file, a folder, a .xar, a wiki's URL."""
    place = find_home(home)
    options = options_of(
        place, history=not no_history, attachments=not no_attachments,
        settings=_settings(settings), **chosen,
    )  # fmt: skip
    if options.page_name and len(sources) > 1:
        raise UsageError("--page-name names one page", hint="import one source at a time")
    found = [pair for source in sources for pair in importers_of(source, format_name)]
    if not found:
        raise InputError("nothing here is a wiki's page, dump or export")
    with Archive(place.archive, create=True) as archive:
        done = [take(archive, source, importer, options) for source, importer in found]
    summarise(done)
    if strict and any(report.problems for report, _ in done):
        raise SystemExit(1)


def _settings(given: tuple[str, ...]) -> dict[str, str]:
    """`NAME=VALUE` pairs. UsageError where one is not."""
    for pair in given:
        if "=" not in pair:
            raise UsageError(f"--set {pair}: not NAME=VALUE", hint="such as --set rate=5")
    return dict(pair.split("=", 1) for pair in given)
