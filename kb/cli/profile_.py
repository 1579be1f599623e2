"""`kb profile`: how this wiki's pages become cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path

import click
import msgspec
from rich.text import Text

from kb.archive import Archive, PageView
from kb.cases.learn import propose, survey
from kb.cases.learn.toml import profile_toml
from kb.cases.profile.profile import load_profile, parse_profile, shipped_profiles
from kb.cases.reader.coverage import PageCoverage, coverage, explained
from kb.cases.reader.normalise import tools_of
from kb.cases.reader.selection import DEFAULT, Selection
from kb.cli.console import err, home_option, json_option, out, say, write
from kb.config import find_home
from kb.errors import InputError, UsageError


@click.group(epilog="Example: kb profile learn --out ours.toml")
def command() -> None:
    """Show, check or propose the rules by which pages become cases."""


@command.command(epilog="Example: kb profile show after-sales-zh")
@click.argument("name", required=False)
@home_option
def show(name: str | None, home: Path | None) -> None:
    """Print the profile NAME, or list all profiles and those in use."""
    place = find_home(home)
    if name is None:
        used = place.config.cases.profiles or DEFAULT
        for known in dict.fromkeys([*used, *shipped_profiles()]):
            profile = load_profile(known, place.root)
            mark = "in use" if known in used else ""
            out.print(Text(f"{known:<20} {mark:<7} {profile.description}".rstrip()))
        return
    load_profile(name, place.root)
    shipped = files("kb.cases.profile") / "shipped" / f"{name}.toml"
    path = place.root / name
    write(shipped.read_bytes() if name in shipped_profiles() else path.read_bytes())


@command.command(epilog="Example: kb profile check --page 'Support.*'")
@click.option("--page", "glob", default="*", help="Only pages whose reference fits this glob.")
@click.option("--profile", "names", multiple=True, help="Check this profile instead (repeatable).")
@json_option
@home_option
def check(glob: str, names: tuple[str, ...], home: Path | None, as_json: bool) -> None:
    """Say what the profiles take of each page and what they do not know, with line numbers."""
    place = find_home(home)
    selection = Selection(place.config.cases, place.root)
    forced = tools_of(selection.profiles(names)) if names else None
    found: list[PageCoverage] = []
    with Archive(place.archive) as archive:
        for page in _pages(archive, glob):
            tools = forced or selection.tools(page.id.page)
            found += [one for one in coverage([page], tools) if one.cases]
    if as_json:
        write(msgspec.json.encode([one._asdict() for one in found]) + b"\n")
        return
    for one in found:
        _print_page(one)
    if not found:
        err.print(
            "no page that fits has a case: kb profile learn proposes a profile", soft_wrap=True
        )
        return
    err.print(f"{sum(one.cases for one in found)} case(s) on {len(found)} page(s);"
              f" {explained(found):.1%} of their lines taken", soft_wrap=True)  # fmt: skip


def _print_page(one: PageCoverage) -> None:
    out.print(Text(f"{one.page}: {one.cases} case(s), {one.share:.0%} of {one.lines} lines"))
    for doubt in one.doubts:
        lines = f"{doubt.first}" if doubt.first == doubt.last else f"{doubt.first}-{doubt.last}"
        out.print(Text(f"  {lines:>9}  {doubt.what}"))


@command.command(epilog="Example: kb profile learn --page 'Helpdesk.*' --out helpdesk.toml")
@click.option("--page", "glob", default="*", help="Only pages whose reference fits this glob.")
@click.option("--name", default="learned", show_default=True, help="Name of the new profile.")
@click.option("--out", "dest", type=click.Path(path_type=Path, dir_okay=False), help="File.")
@home_option
def learn(glob: str, name: str, dest: Path | None, home: Path | None) -> None:
    """Read the wiki's pages and propose a profile, for a person to correct."""
    place = find_home(home)
    with Archive(place.archive) as archive:
        pages = ((p.id.page, [line.text for line in p.lines]) for p in _pages(archive, glob))
        found = survey(pages)
        if not found.blocks:
            raise InputError(
                "no headings that repeat with labels below them",
                hint="name pages that hold cases: kb profile learn --page GLOB",
            )
        proposal = propose(found)
        tools = tools_of([parse_profile(profile_toml(proposal, name), name)])
        share = explained(coverage(_pages(archive, glob), tools))
    text = profile_toml(proposal, name, share)
    if dest is None:
        write(text.encode())
    elif dest.exists():
        raise UsageError(f"{dest} exists", hint="choose another name; nothing is overwritten")
    else:
        dest.write_text(text, "utf-8")
    kinds = Counter(field.type for field in proposal.fields)
    say("learned", "green", f"{len(found.blocks)} cases, {sum(kinds.values())} fields,"
        f" {share:.0%} of their lines taken")  # fmt: skip


def _pages(archive: Archive, glob: str) -> Iterator[PageView]:
    keys = [key for key, page, _ in archive.digests() if fnmatchcase(page.page, glob)]
    return (archive.view(key) for key in keys)
