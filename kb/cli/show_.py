"""`kb show`: a case, or a page's source."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.text import Text

from kb.archive import Archive, PageView
from kb.cases.record import Case, to_json
from kb.cases.store.store import CaseStore, up_to_date
from kb.cli.case_text import case_text, event_text
from kb.cli.console import home_option, json_option, out, write
from kb.config import find_home
from kb.errors import UsageError


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
    with up_to_date(find_home(home)) as (archive, store):
        page = _page(archive, name)
        case = store.case(name) if page else store.meant(name) or _removed(archive, store, name)
        if case and page is None and (at or history or blame):
            _case_part(archive, case, at, history=history, as_json=as_json)
        elif page and (case is None or at or history or blame):
            _show_page(archive, page, at, history=history, blame=blame, as_json=as_json)
        elif case:
            write(to_json(case) + b"\n") if as_json else _print(case_text(case))
        else:
            raise UsageError(f"there is no case or page {name!r}", hint=_hint(archive, store, name))


def _removed(archive: Archive, store: CaseStore, name: str) -> Case | None:
    """A case that no page has any more."""
    return next((case for case in store.removed(archive) if case.id == name), None)


def _case_part(
    archive: Archive, case: Case, at: str | None, *, history: bool, as_json: bool
) -> None:
    """A case's events, or its lines with their origins; its whole page for another version."""
    if history:
        for event in case.timeline:
            write(msgspec.json.encode(event) + b"\n") if as_json else _print(event_text(event))
        return
    page = _page(archive, case.source.page)
    assert page is not None
    first, last = (1, None) if at else case.source.lines
    _blame(archive, page, at or case.source.version, (first, last), as_json=as_json)


def _page(archive: Archive, name: str) -> PageView | None:
    """The page of that reference, of the first wiki that has one."""
    keys = (key for key, page, _ in archive.digests() if page.page == name and not page.locale)
    key = next(keys, None)
    return None if key is None else archive.view(key)


def _hint(archive: Archive, store: CaseStore, name: str) -> str:
    pages = [page.page for _, page, _ in archive.digests() if name.lower() in page.page.lower()]
    near = [*store.like(name, 5), *pages[:5]]
    return f"did you mean: {', '.join(near)}" if near else "kb cases lists the cases"


def _show_page(
    archive: Archive, page: PageView, at: str | None, *, history: bool, blame: bool, as_json: bool
) -> None:
    if history:
        _history(archive, page, as_json=as_json)
    elif blame:
        _blame(archive, page, at, as_json=as_json)
    elif at is not None:
        content = archive.content(page.key, at)
        if content is None:
            raise _not_held(page, at)
        _source(content, as_json=as_json)
    else:
        _source(page.source, as_json=as_json)


def _not_held(page: PageView, at: str | None) -> UsageError:
    return UsageError(
        f"{page.id.page} {at or ''}".rstrip() + ": its text is not in the archive",
        hint=f"kb show {page.id.page} --history says which versions are",
    )


def _source(text: str, *, as_json: bool) -> None:
    data = msgspec.json.encode({"source": text}) if as_json else text.encode()
    write(data + b"\n")


def _history(archive: Archive, page: PageView, *, as_json: bool) -> None:
    for revision in archive.revisions(page.key):
        if as_json:
            write(msgspec.json.encode(revision) + b"\n")
            continue
        held = "" if revision.held else "  (only lines of it are known)"
        line = f"{revision.version:>8}  {revision.date or '-':<20}  {revision.author or '-':<24}"
        _print(Text(f"{line} {revision.way or '-':<12} {revision.comment or ''}{held}".rstrip()))
    for file in () if as_json else page.attachments:
        gone = "  (no longer on the page)" if file.gone else ""
        line = f"{file.version:>8}  {file.date or '-':<20}  {file.author or '-':<24}"
        _print(Text(f"{line} {file.way or '-':<12} file {file.name}{gone}"))


def _blame(
    archive: Archive, page: PageView, at: str | None, span: tuple[int, int | None] = (1, None),
    *, as_json: bool,
) -> None:  # fmt: skip
    lines = page.lines if at in (None, page.version) else archive.blame(page.key, at or "")
    lines = lines[span[0] - 1 : span[1]]
    if not lines:
        raise _not_held(page, at)
    width = max(len(line.author or "") for line in lines)
    last = None
    for line in lines:
        if as_json:
            write(msgspec.json.encode(line) + b"\n")
            continue
        who = (line.version, line.author, line.date)
        shown = (
            f"{line.version or '?':>7} {line.author or '':<{width}} {(line.date or '')[:10]:<10}"
        )
        margin = shown if who != last else " " * len(shown)
        last = who
        _print(Text.assemble((f"{margin} {line.number:>5} ", "dim"), line.text))


def _print(text: Text) -> None:
    out.print(text)
