"""What a site's pages cost: to make, to make again, to hold in memory, to load.

    python bench/site_pages.py [--cases 10000] [--records CASES.jsonl] [--pages PAGES.jsonl.gz]

Cases are made up, or those of `kb export jsonl`, repeated under other ids until there are enough.
Times are of the processor, the children's included, so that other work beside changes little;
a rate "over two cores" is twice that of one CPU-second. With `--pages` a site of those wiki pages
is built cold, beside their parsing alone.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import os
import resource
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from subprocess import run
from urllib.parse import unquote

import msgspec

from bench.made_cases import cases as made_cases
from kb.archive import LineView, PageView
from kb.cases.record import Case, from_json, to_json
from kb.markup import builtin_registry, expand, parse
from kb.markup.render.xhtml import render_xhtml
from kb.model import PageId
from kb.pool import Load, pooled
from kb.publish.pages.case_page import case_writer
from kb.publish.renderer import Renderer, SiteSettings
from kb.publish.site_build.site_builder import CASES_BATCH, CASES_PAY, build
from kb.publish.site_build.site_folder import SiteFolder
from kb.publish.site_catalogue import Catalogue, case_facts
from kb.redact.material import MaterialPage

SITE = SiteSettings(title="Casebook", language="zh", url=None, audience="internal")


def _given(page: PageView) -> PageView:
    return page


class Lines:
    """Material whose cases are the lines of a file, and whose pages are given."""

    def __init__(self, path: Path | None, pages: Iterable[PageView] = ()) -> None:
        self._path = path
        self._pages = list(pages)

    def records(self) -> Iterator[bytes]:
        if self._path:
            with self._path.open("rb") as lines:
                yield from (line.rstrip(b"\n") for line in lines)

    def pages(self) -> Iterator[MaterialPage]:
        for page in self._pages:
            yield MaterialPage(id=page.id, digest=page.digest, read=partial(_given, page))

    def blob(self, sha256: str) -> bytes:
        raise KeyError(sha256)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--records", type=Path, help="JSON lines of real cases, to be repeated")
    parser.add_argument("--pages", type=Path, help="wiki pages: JSON lines with source and syntax")
    parser.add_argument("--only-build", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = chosen.only_build or Path(name)
        lines = folder / "cases.jsonl"
        if chosen.only_build:
            build(Lines(lines), folder / "site", SITE, folder / "memory")
            return
        write(lines, chosen.cases, chosen.records)
        rate_of_pages(lines, folder)
        builds(lines, folder)
        weights(folder / "site")
        if chosen.pages:
            beside_the_parser(chosen.pages, folder)


def write(path: Path, count: int, real: Path | None) -> None:
    """A file of ``count`` cases."""
    with path.open("wb") as out:
        out.writelines(to_json(case) + b"\n" for case in _cases(count, real))


def _cases(count: int, real: Path | None) -> Iterator[Case]:
    if real is None:
        yield from made_cases(count)
        return
    known = [from_json(line) for line in real.read_bytes().splitlines()]
    for number, case in enumerate(islice(cycle(known), count)):
        yield msgspec.structs.replace(case, id=f"{case.id}~{number}", related=())


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds that ``work`` took, in its children too."""
    gc.collect()
    before = os.times()
    work()
    return sum(os.times()[:4]) - sum(before[:4])


def rate_of_pages(lines: Path, folder: Path) -> None:
    """Case pages alone, written to disk by as many processes as there are cores."""
    records = list(Lines(lines).records())
    catalogue = Catalogue((case_facts(from_json(r), b"") for r in records), ())
    tree = SiteFolder(folder / "alone")
    tree.prepare_empty()

    def work() -> None:
        writer = case_writer(catalogue, Renderer(SITE), tree.write)
        load = Load(tasks=len(records), pays=CASES_PAY, batch=CASES_BATCH)
        deque(pooled(writer, records, load), maxlen=0)

    rate = len(records) / cpu(work)
    print(f"case pages, bodies rendered too: {2 * rate:.0f}/s over two cores")


def builds(lines: Path, folder: Path) -> None:
    """Cold, with nothing changed, with one case changed; the most memory of a cold one."""
    command = [sys.executable, "-m", "bench.site_pages", "--only-build", str(folder)]
    print(f"cold build: {cpu(lambda: run(command, check=True)):.1f} CPU-s", end="")
    print(f", {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB at most")
    same = median(cpu(lambda: _build(lines, folder)) for _ in range(3))
    print(f"build with nothing changed: {same:.2f} CPU-s beside start-up")
    rows = lines.read_bytes().splitlines(keepends=True)
    took = []
    for number in (len(rows) // 2, len(rows) // 3, len(rows) // 5):
        case = from_json(rows[number])
        changed = msgspec.structs.replace(case, problem=f"{case.problem} 补充说明 {number}")
        rows[number] = to_json(changed) + b"\n"
        lines.write_bytes(b"".join(rows))
        took.append(cpu(lambda: _build(lines, folder)))
    print(f"build with one case changed: {median(took):.2f} CPU-s beside start-up")


def _build(lines: Path, folder: Path) -> None:
    build(Lines(lines), folder / "site", SITE, folder / "memory")


def weights(site: Path) -> None:
    """What a reader loads for a case page: gzipped bytes and requests, without pictures."""
    shared = [site / "assets" / name for name in ("site.css", "ui.js")]
    common = sum(len(gzip.compress(path.read_bytes(), 6)) for path in shared)
    sizes = sorted(
        (len(gzip.compress(path.read_bytes(), 6)), path) for path in (site / "case").rglob("*.html")
    )
    name = unquote(sizes[-1][1].name)
    print(
        f"case page: {(median(s for s, _ in sizes) + common) / 1000:.1f} kB gzipped in the middle,"
        f" {(sizes[-1][0] + common) / 1000:.1f} kB at most ({name}); style and script"
        f" {common / 1000:.1f} kB of it; {1 + len(shared)} requests"
    )


def beside_the_parser(path: Path, folder: Path) -> None:
    """A cold build of wiki pages, and the parser alone (macros and XHTML too) on the same."""
    pages = list(_wiki_pages(path))
    size = sum(len(page.source.encode()) for page in pages) / 1e6

    registry = builtin_registry()

    def parsed() -> None:
        for page in pages:
            tree = expand(parse(page.source, page.syntax or "xwiki/2.1"), registry)
            render_xhtml(tree.children)

    alone = cpu(parsed)
    started = time.monotonic()
    whole = cpu(lambda: build(Lines(None, pages), folder / "wiki", SITE, folder / "wiki-memory"))
    wall = time.monotonic() - started
    print(
        f"{len(pages)} wiki pages: parsed {size / alone:.2f} MB per CPU-s, built cold"
        f" {size / whole:.2f} MB per CPU-s, {size / wall:.2f} MB a second:"
        f" {alone / whole:.2f} of the parser's rate by CPU, {alone / wall:.2f} by the clock"
    )


def _wiki_pages(path: Path) -> Iterator[PageView]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            yield PageView(
                key=number, id=PageId("w", f"Corpus.P{number}"), history="latest",
                title=f"P{number}", syntax=row["syntax"], default_locale=None, version=None,
                parent=None, hidden=None, creator=None, created=None, modified=None, url=None,
                gone=None, renamed_to=None, digest=str(number).encode(),
                lines=tuple(
                    LineView(n, text, None, None, None)
                    for n, text in enumerate(row["source"].split("\n"), 1)
                ),
                attachments=(), comments=(), objects=(), tags=(),
            )  # fmt: skip


if __name__ == "__main__":
    main()
