"""`kb build`: write the static site."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from kb.cli.console import count, err, home_option, opened, say
from kb.cli.inside import tell_held, tell_inside
from kb.errors import UsageError
from kb.library.library import Library
from kb.publish.site_build.site_builder import BuildReport, SiteChanges

_LISTED = 20

audience_option = click.option(
    "--audience", type=click.Choice(["internal", "public"]), default="internal", show_default=True,
    help="Who will read it: internal shows all, public has what is personal replaced.",
)  # fmt: skip


@click.command("build", epilog="Example: kb build --out /srv/www/cases")
@audience_option
@click.option(
    "--out", type=click.Path(path_type=Path),
    help="Folder: new, empty or of an earlier build (default: build/AUDIENCE).",
)  # fmt: skip
@click.option("--yes", is_flag=True, help="Don't ask before a public build is put in place.")
@click.option("--check", is_flag=True, help="Read every file that is there; mend what differs.")
@home_option
def command(audience: str, out: Path | None, yes: bool, check: bool, home: Path | None) -> None:
    """Write a static site with search: every case and every source page."""
    with opened(home) as library:
        build(library, audience, out, yes=yes, check=check)


def build(
    library: Library, audience: Any, out: Path | None, *, yes: bool, check: bool = False
) -> None:
    """Build, ask about what is public, and say how to look at it."""
    if audience == "internal":
        say("note", "cyan", "an internal site: personal data is shown (see --audience public)")
    else:
        tell_inside(library.public_pages())
    approve = partial(_approve, yes=yes)
    _tell(library.build(out, audience=audience, approve=approve, check=check))


def _tell(report: BuildReport) -> None:
    tell_held(report.held)
    say(
        "built", "green",
        f"{report.out}: {count(report.cases, 'case')}, {count(report.pages, 'page')}; "
        f"{count(report.written, 'file')} written, {report.removed} removed"
        + (f", {report.mended} of them mended" if report.mended else ""),
    )  # fmt: skip
    if report.pages and not report.cases:
        note = "no page holds a case that was recognised; kb profile learn proposes how"
        say("note", "cyan", note)
    say("open", "cyan", report.out / "index.html")


def _approve(changes: SiteChanges, *, yes: bool) -> None:
    """Show what a public site changes, and have somebody agree to it."""
    for word in ("new", "changed", "gone"):
        if ids := getattr(changes, word):
            more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
            say(word, "cyan", f"{len(ids)} cases: " + ", ".join(ids[:_LISTED]) + more)
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            "a public site is put in place only when somebody agrees; nothing was changed",
            hint="look at the cases named above, then run it again with --yes",
        )
    if not click.confirm("Put this in place?", err=True):
        err.print("nothing was changed")
        raise click.Abort
