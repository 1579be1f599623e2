"""`kb search`: find cases."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import click

from kb.cli.console import home_option, json_option, opened, say, write
from kb.cli.terminal import visible

if TYPE_CHECKING:
    from kb.search.asking.hits import Highlight, Hit, Hits

SORTS = ("relevance", "newest", "oldest", "number")


@click.command(
    context_settings={"ignore_unknown_options": True},  # so that -word needs no quotes
    epilog='Example: kb search "重复扣费 status:resolved after:2020-04"',
)
@click.argument("query", nargs=-1)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--page", type=click.IntRange(1, 10_000), default=1, help="Of the results.")
@click.option("--sort", type=click.Choice(SORTS), default="relevance", show_default=True)
@click.option("--like", "like_id", help="What resembles the case of this id, in place of QUERY.")
@click.option("--explain", is_flag=True, help="Say what gave each result its score.")
@click.option("--old", is_flag=True, help="In what pages once said and say no longer.")
@click.option("--facets", is_flag=True, help="Count stations, speakers, … of all results.")
@json_option
@home_option
def command(
    query: tuple[str, ...], home: Path | None, limit: int, page: int, like_id: str | None,
    as_json: bool, **chosen: Any,
) -> None:  # fmt: skip
    """Find cases that have all the words, in Chinese and English.

    Words side by side in quotes, -without, OR, (brackets), begin*, *6730, field:value,
    after:2020-04, before:, on:. A run of four or more digits is found inside any number.
    """
    if bool(query) == bool(like_id):
        raise click.UsageError("say what to find: words, or --like with a case's id")
    offset = limit * (page - 1)
    with opened(home) as library:
        if like_id:
            hits = library.like(like_id, limit=limit)
        else:
            hits = library.search(" ".join(query), limit=limit, offset=offset, **chosen)
    if as_json:
        from kb.search.asking.hits import to_json

        write(to_json(hits))
        return
    for note in hits.notes:
        say("note", "cyan", note)
    for hit in hits.hits:
        _show(hit)
    _show_facets(hits.facets)
    _close(hits, offset)


def _close(hits: Hits, offset: int) -> None:
    """Say how many there are, on stderr."""
    if not hits.total:
        say("note", "cyan", f"nothing found for {hits.query}")
    for suggestion in hits.suggestions:
        say("try", "cyan", suggestion)
    if hits.total > len(hits.hits):
        first, last = offset + 1, offset + len(hits.hits)
        say("note", "cyan", f"{first} to {last} of {hits.total}; more with --page or --limit")


def _show(hit: Hit) -> None:
    """One result: its id and status, then where the words stand."""
    from kb.search.asking.hits import iso_day

    document = hit.document
    status = dict(document.names).get("status", "")
    facts = "  ".join(filter(None, (iso_day(document.day), status)))
    problem = next((t.text for t in document.texts if t.name == "problem"), "")
    _print(_styled(document.id, "1;36") + (f"  {_styled(facts, '2')}" if facts else ""))
    if problem and not any(h.name == "problem" for h in hit.highlights):
        _print(f"    {_clean(problem.splitlines()[0][:120])}")
    for highlight in hit.highlights:
        _print(f"    {_styled(highlight.label or highlight.name, '2')}: {_marked(highlight)}")
    if hit.why:
        parts = "  ".join(f"{part} {score:.2f}" for part, score in hit.why)
        _print(f"    {_styled(f'{hit.score:.2f} = {parts}', '2')}")


def _marked(highlight: Highlight) -> str:
    """The text with its spans made bold: whole, on a terminal no more than two lines of it."""
    text, first = highlight.text, highlight.spans[0][0]
    begin, stop = _seen(text, first) if sys.stdout.isatty() else (0, len(text))
    parts, at = ["…" if begin else ""], begin
    for start, end in highlight.spans:
        if end <= stop:
            parts += [_clean(text[at:start]), _styled(text[start:end], "1;33")]
            at = end
    parts += [_clean(text[at:stop]), "…" if stop < len(text) else ""]
    return "".join(parts).strip()


def _seen(text: str, first: int) -> tuple[int, int]:
    """What of ``text`` fits into two lines, with something before ``first``."""
    from rich.cells import cell_len

    from kb.search.asking.highlight import whole

    columns = 2 * get_terminal_size().columns - 24
    begin, stop = first, first
    while begin > 0 and cell_len(text[begin:first]) < columns // 4:
        begin -= 1
    columns -= cell_len(text[begin:first])
    while stop < len(text) and columns > 0:
        columns -= cell_len(text[stop])
        stop += 1
    return whole(text, begin, stop)


def _show_facets(facets: Mapping[str, Mapping[str, int]]) -> None:
    for name, values in facets.items():
        most = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:10]
        _print(f"{_styled(name, '2')}: " + ", ".join(f"{_clean(value)} ({n})" for value, n in most))


def _styled(text: str, code: str) -> str:
    """With terminal colours where stdout is a terminal that wants them."""
    text = _clean(text)
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return f"\x1b[{code}m{text}\x1b[0m" if coloured else text


def _clean(text: str) -> str:
    """On one line, with what a terminal would act on made visible."""
    return visible(" ".join(re.split(r"[\r\n\t]+", text)))


def _print(line: str) -> None:
    stream = getattr(sys.stdout, "rich_proxied_file", sys.stdout)  # for the colours
    stream.buffer.write(line.encode("utf-8", "replace") + b"\n")
    stream.buffer.flush()
