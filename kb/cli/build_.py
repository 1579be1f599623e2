"""`kb build`: write the static site."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cases.store import up_to_date
from kb.cli.console import home_option, say
from kb.config import find_home
from kb.errors import UsageError
from kb.publish.build import build
from kb.publish.material import ArchiveMaterial
from kb.publish.render import Audience, Site


@click.command("build", epilog="Example: kb build --out /srv/www/cases")
@click.option(
    "--audience",
    type=click.Choice(["internal", "public"]),
    default="internal",
    show_default=True,
    help="Who will read it: internal shows all.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder (default: build/AUDIENCE).")
@click.option("--yes", is_flag=True, help="Don't ask before a public build is put in place.")
@home_option
def command(audience: Audience, out: Path | None, yes: bool, home: Path | None) -> None:
    """Write a static site with search: every case and every source page."""
    place = find_home(home)
    config = place.config.site
    if audience == "public":
        raise UsageError("a public site cannot be built yet", hint="build the internal one")
    site = Site(
        title=config.title, language=config.language, url=(config.url or "").rstrip("/") or None,
        audience=audience,
    )  # fmt: skip
    if audience == "internal" and out is None:
        say("note", "cyan", "building for internal readers: personal data is shown")
    with up_to_date(place) as (archive, store):
        report = build(
            ArchiveMaterial(archive, store), out or place.build / audience, site,
            place.root / ".kb" / "site",
        )  # fmt: skip
    say(
        "built",
        "green",
        f"{report.out}: {report.cases} cases, {report.pages} pages; "
        f"{report.written} files written, {report.removed} removed",
    )
