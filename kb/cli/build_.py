"""`kb build`: write the static site."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kb.cases.store.store import up_to_date
from kb.cli.console import count, err, home_option, say
from kb.cli.inside import public_pages
from kb.config import Home, find_home
from kb.errors import UsageError
from kb.publish.browser_index.folding import fold_files
from kb.publish.build import Changes, Guard, Report, build
from kb.publish.bundle import site_assets
from kb.publish.leak_check import check
from kb.publish.render import Audience, Site, own_texts
from kb.redact.key import key_of
from kb.redact.material import ArchiveMaterial
from kb.redact.public import PublicMaterial

_LISTED = 20


@click.command("build", epilog="Example: kb build --out /srv/www/cases")
@click.option(
    "--audience",
    type=click.Choice(["internal", "public"]),
    default="internal",
    show_default=True,
    help="Who will read it: internal shows all, public has what is personal replaced.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder: new, empty or of an earlier build (default: build/AUDIENCE).",
)
@click.option("--yes", is_flag=True, help="Don't ask before a public build is put in place.")
@home_option
def command(audience: Audience, out: Path | None, yes: bool, home: Path | None) -> None:
    """Write a static site with search: every case and every source page."""
    place = find_home(home)
    target = out or place.build / audience
    with up_to_date(place) as (archive, store):
        material = ArchiveMaterial(archive, store)
        if audience == "public":
            public = PublicMaterial(material, public_pages(place, archive), key_of(place))
            report = _public(place, public, target, yes=yes)
        else:
            say("note", "cyan", "an internal site: personal data is shown (see --audience public)")
            report = build(material, target, site_of(place, audience), memory_of(place))
    tell(report)


def tell(report: Report) -> None:
    """Say what was built and how to look at it."""
    say(
        "built", "green",
        f"{report.out}: {count(report.cases, 'case')}, {count(report.pages, 'page')}; "
        f"{count(report.written, 'file')} written, {report.removed} removed",
    )  # fmt: skip
    if report.pages and not report.cases:
        say(
            "note",
            "cyan",
            "no page holds a case that was recognised; kb profile learn proposes how",
        )
    say("open", "cyan", report.out / "index.html")


def site_of(place: Home, audience: Audience) -> Site:
    """What kb.toml says of the site."""
    config = place.config.site
    url = (config.url or "").rstrip("/") or None
    return Site(title=config.title, language=config.language, url=url, audience=audience)


def memory_of(place: Home) -> Path:
    """Where one build tells the next what it did."""
    return place.root / ".kb" / "site"


def _public(place: Home, public: PublicMaterial, out: Path, *, yes: bool) -> Report:
    """The public site: redacted, searched for leaks, and approved."""
    site = site_of(place, "public")
    constant = [path for files in (site_assets(), fold_files()) for path, _ in files]
    texts = [*own_texts(), site.title]

    def look(staged: Path, changes: Changes) -> None:
        check(staged, public.protected, texts, constant)
        _approve(changes, yes=yes)

    guard: Guard = look
    return build(public, out, site, memory_of(place), guard)


def _approve(changes: Changes, *, yes: bool) -> None:
    for word, ids in zip(
        ("new", "changed", "gone"), (changes.new, changes.changed, changes.gone), strict=True
    ):
        if ids:
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
