"""`kb show`: a case, or a page's source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from kb.archive import LineView
from kb.cases.record import Case, to_json
from kb.cli.case_text import case_text, event_text
from kb.cli.console import home_option, json_option, opened, out, write
from kb.cli.styled import Styled
from kb.library.library import Library
from kb.library.pages import Page


@click.command(epilog="Example: kb show szds_case#46_20200410")
@click.argument("name", metavar="CASE|PAGE")
@click.option("--at", metavar="VERSION", help="The page as it was in this version.")
@click.option("--history", is_flag=True, help="The page's versions, or the case's life.")
@click.option("--blame", is_flag=True, help="Each line with its version and author.")
@json_option
@home_option
def command(
    name: str, home: Path | None, at: str | None, history: bool, blame: bool, as_json: bool
) -> None:
    """Show a case by its id or a part no other has, or a page by its reference."""
    with opened(home) as library:
        case, page = library.look_up(name)
        if case and page is None and (at or history or blame):
            _case_part(library, case, at, history=history, as_json=as_json)
        elif page and (case is None or at or history or blame):
            _show_page(page, at, history=history, blame=blame, as_json=as_json)
        elif case:
            write(to_json(case) + b"\n") if as_json else out.print(case_text(case))


def _case_part(
    library: Library, case: Case, at: str | None, *, history: bool, as_json: bool
) -> None:
    """A case's events, or its lines with their origins; its whole page for another version."""
    if history:
        for event in case.timeline:
            write(msgspec.json.encode(event) + b"\n") if as_json else out.print(event_text(event))
        return
    page = library.page(case.source.page, locale=case.source.locale, wiki=case.source.wiki)
    lines = page.blame(at or case.source.version)
    first, last = (1, None) if at else case.source.lines
    _print_lines(lines[first - 1 : last], as_json=as_json)


def _show_page(page: Page, at: str | None, *, history: bool, blame: bool, as_json: bool) -> None:
    if history:
        _history(page, as_json=as_json)
    elif blame:
        _print_lines(page.blame(at), as_json=as_json)
    else:
        text = page.text if at is None else page.at(at)
        write((msgspec.json.encode({"source": text}) if as_json else text.encode()) + b"\n")


def _history(page: Page, *, as_json: bool) -> None:
    for revision in page.history():
        if as_json:
            write(msgspec.json.encode(revision) + b"\n")
            continue
        held = "" if revision.held else "  (only lines of it are known)"
        line = f"{revision.version:>8}  {revision.date or '-':<20}  {revision.author or '-':<24}"
        out.print(
            Styled(f"{line} {revision.way or '-':<12} {revision.comment or ''}{held}".rstrip())
        )
    for file in () if as_json else page.attachments:
        gone = "  (no longer on the page)" if file.gone else ""
        line = f"{file.version:>8}  {file.date or '-':<20}  {file.author or '-':<24}"
        out.print(Styled(f"{line} {file.way or '-':<12} file {file.name}{gone}"))


def _print_lines(lines: Sequence[LineView], *, as_json: bool) -> None:
    """Each line with its version, author and day, which are printed once for a run of lines."""
    width = max((len(line.author or "") for line in lines), default=0)
    last = None
    for line in lines:
        if as_json:
            write(msgspec.json.encode(line) + b"\n")
            continue
        who = (line.version, line.author, line.date)
        told = f"{line.version or '?':>7} {line.author or '':<{width}} {(line.date or '')[:10]:<10}"
        margin = told if who != last else " " * len(told)
        last = who
        out.print(Styled.assemble((f"{margin} {line.number:>5} ", "dim"), line.text))
