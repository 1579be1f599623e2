"""`kb profile`: how this wiki's pages become cases."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from kb.cases.reader.coverage import PageCoverage, taken_share
from kb.cli.console import err, home_option, json_option, opened, out, say, write
from kb.cli.styled import Styled
from kb.errors import UsageError
from kb.files import write_new
from kb.library.library import Library


@click.group(epilog="Example: kb profile learn --out ours.toml")
def command() -> None:
    """Show, check or propose the rules by which pages become cases."""


@command.command(epilog="Example: kb profile show after-sales-zh")
@click.argument("name", required=False)
@home_option
def show(name: str | None, home: Path | None) -> None:
    """Print the profile NAME, or list all profiles and those in use."""
    with opened(home) as library:
        if name is not None:
            write(library.profile(name).text.encode())
            return
        for one in library.profiles():
            mark = "in use" if one.in_use else ""
            out.print(Styled(f"{one.name:<20} {mark:<7} {one.description}".rstrip()))


@command.command(epilog="Example: kb profile check --page 'Support.*'")
@click.option("--page", "glob", default="*", help="Only pages whose reference fits this glob.")
@click.option("--profile", "names", multiple=True, help="Check this profile instead (repeatable).")
@click.option("--lines", is_flag=True, help="Print each line with the rule that took it.")
@json_option
@home_option
def check(glob: str, names: tuple[str, ...], home: Path | None, lines: bool, as_json: bool) -> None:
    """Say what the profiles take of each page and what they do not know, with line numbers."""
    with opened(home) as library:
        if lines:
            _print_lines(library, glob, as_json=as_json)
            return
        found = library.check_profiles(glob, profiles=names)
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
              f" {taken_share(found):.1%} of their lines taken", soft_wrap=True)  # fmt: skip


def _print_lines(library: Library, glob: str, *, as_json: bool) -> None:
    """Each line of the pages' cases: its number, the rule that took it, what it is, its text."""
    for page in library.pages(glob):
        for one in library.taken_lines(page.reference):
            text = page.view.lines[one.line - 1].text
            if as_json:
                row = {"page": page.reference, "text": text, **one._asdict()}
                write(msgspec.json.encode(row) + b"\n")
            else:
                out.print(Styled(f"{one.line:>6}  {one.rule:<18} {one.kind.value:<12} {text}"))


def _print_page(one: PageCoverage) -> None:
    out.print(Styled(f"{one.page}: {one.cases} case(s), {one.share:.0%} of {one.lines} lines"))
    for doubt in one.doubts:
        lines = f"{doubt.first}" if doubt.first == doubt.last else f"{doubt.first}-{doubt.last}"
        out.print(Styled(f"  {lines:>9}  {doubt.what}"))


@command.command(epilog="Example: kb profile learn --page 'Helpdesk.*' --out helpdesk.toml")
@click.option("--page", "glob", default="*", help="Only pages whose reference fits this glob.")
@click.option("--name", default="learned", show_default=True, help="Name of the new profile.")
@click.option("--out", "dest", type=click.Path(path_type=Path, dir_okay=False), help="File.")
@home_option
def learn(glob: str, name: str, dest: Path | None, home: Path | None) -> None:
    """Read the wiki's pages and propose a profile, for a person to correct."""
    with opened(home) as library:
        found = library.learn_profile(glob, name=name)
    if dest is None:
        write(found.text.encode())
    elif not write_new(dest, found.text.encode()):
        raise UsageError(f"{dest} exists", hint="choose another name; nothing is overwritten")
    say("learned", "green", f"{found.cases} cases, {found.fields} fields,"
        f" {found.share:.0%} of their lines taken")  # fmt: skip
