"""Compare and race on real pages: `python bench/pages.py PAGES.jsonl.gz [--oracle DIR]`.

DIR is a built copy of ../shared/oracle (its `target` and `lib`); with it XWiki's own engine runs
in the same call, a warm JVM. All rates are source bytes (UTF-8) per second of CPU time of the
thread that works, the best of N rounds; "prose" are pages without scripts and HTML.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kb.markup import builtin_registry, expand, parse
from kb.markup.parser import inline
from kb.markup.render.plain import plain_text
from kb.markup.render.xhtml import render_xhtml

Page = dict[str, Any]
REGISTRY = builtin_registry()


def rendered(page: Page) -> dict[str, str]:
    """The three outputs that are compared."""
    document = parse(page["source"], page["syntax"])
    without = render_xhtml(document.children)
    expand(document, REGISTRY)
    return {
        "xhtml_without_macros": without,
        "xhtml": render_xhtml(document.children),
        "plain": plain_text(document.children),
    }


def similarity(expected: str, got: str) -> float:
    """How alike two texts are, by their lines of tags and words, 0 to 1."""
    left, right = (re.split(r"(?=<)", text)[:20000] for text in (expected, got))
    return difflib.SequenceMatcher(None, left, right, autojunk=False).quick_ratio()


def compare(pages: list[Page], verbose: bool) -> bool:
    """Print how many pages are equal, and how alike the others are; whether none raised."""
    equal: dict[tuple[str, str], int] = {}
    alike: dict[str, list[float]] = {}
    raised: list[str] = []
    for page in pages:
        try:
            outputs = rendered(page)
        except Exception as error:
            raised.append(f"{page['id']}: {error!r}")
            continue
        for form, got in outputs.items():
            same = got == (page[form] or "")
            for group in ("all", "prose") if page["prose"] else ("all",):
                equal[form, group] = equal.get((form, group), 0) + same
            if not same:
                alike.setdefault(form, []).append(similarity(page[form] or "", got))
                if verbose:
                    print(f"    {form} differs: {page['id']}")
    sizes = {"all": len(pages), "prose": sum(page["prose"] for page in pages)}
    for (form, group), count in sorted(equal.items()):
        share = 100 * count / max(sizes[group], 1)
        print(f"{form:22} {group:6} {count:5} of {sizes[group]:5} equal  {share:6.2f} %")
    for form, ratios in sorted(alike.items()):
        print(f"{form:22} others {sum(ratios) / len(ratios):.3f} alike in the mean")
    print(f"exceptions: {len(raised)}", *raised[:10], sep="\n    ")
    failed = sum(sizes["all"] - count for (_, group), count in equal.items() if group == "all")
    passed = sum(count for (_, group), count in equal.items() if group == "all")
    print(f"{passed} passed, {failed} failed")
    return not raised


def race(name: str, pages: list[Page], render: Callable[[Page], object], rounds: int) -> None:
    """Print a renderer's best rate over all pages."""
    size = sum(len(page["source"].encode()) for page in pages)
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for page in pages:
            render(page)
        best = min(best, time.process_time() - start)
    print(f"{name:34} {size / 1e6 / best:6.2f} MB/s  {len(pages) / best:7.0f} pages/s (CPU)")


def ours(page: Page) -> str:
    """Parse, run macros, print XHTML."""
    return render_xhtml(expand(parse(page["source"], page["syntax"]), REGISTRY).children)


def markdown_readers() -> dict[str, Callable[[Page], object]]:
    """Readers of the same text as Markdown, mistune and markdown-it-py, where installed."""
    readers: dict[str, Callable[[Page], object]] = {}
    try:
        import mistune
    except ImportError:
        pass
    else:
        to_html = mistune.create_markdown(plugins=["table", "strikethrough"])
        readers["mistune, as Markdown"] = lambda page: to_html(page["source"])
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        pass
    else:
        reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
        readers["markdown-it-py, as Markdown"] = lambda page: reader.render(page["source"])
    return readers


def race_oracle(folder: Path, pages: list[Page], rounds: int) -> None:
    """Print the best round of XWiki's engine on the same pages."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for page in pages:
            print(json.dumps({"syntax": page["syntax"], "source": page["source"]}), file=file)
        file.flush()
        classes = f"{folder}/target/oracle-1.jar:{folder}/lib/*"
        command = ["java", "-Xmx3g", "-XX:+UseSerialGC", "-cp", classes, "oracle.Oracle"]
        command += ["--bench", file.name, "xhtml/1.0", str(rounds), "macro"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    rates = re.findall(r"cpu ([\d.]+) s", done.stdout)
    if not rates:
        print(f"XWiki's engine did not run: {done.stderr[-300:]}")
        return
    best = min(map(float, rates))
    size = sum(len(page["source"].encode()) for page in pages)
    rate = f"{size / 1e6 / best:6.2f} MB/s  {len(pages) / best:7.0f} pages/s (CPU)"
    print(f"{'XWiki Rendering, Java, warm':34} {rate}")


def first_page(page: Page) -> None:
    """Print how long a fresh process needs until its first page is rendered."""
    code = (
        "import sys, time\n"
        "from kb.markup import builtin_registry, expand, parse\n"
        "from kb.markup.render.xhtml.printer import render_xhtml\n"
        "source = sys.stdin.read()\n"
        "render_xhtml(expand(parse(source), builtin_registry()).children)\n"
        "print(time.process_time())\n"
    )
    times, walls = [], []
    for _ in range(5):
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code],
            input=page["source"], capture_output=True, text=True, check=True,
        )  # fmt: skip
        walls.append(time.perf_counter() - start)
        times.append(float(done.stdout))
    print(f"first page from process start: {min(times):.3f} s CPU, {min(walls):.3f} s in all")


def main() -> int:
    """Compare, then race."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", type=Path)
    parser.add_argument("--oracle", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    with gzip.open(options.pages, "rt", encoding="utf-8") as file:
        pages: list[Page] = [json.loads(line) for line in file]
    fine = compare(pages, options.verbose)
    prose = [page for page in pages if page["prose"]]
    how = "interpreted" if (inline.__file__ or "").endswith(".py") else "compiled"
    race(f"this project, {how}, prose", prose, ours, options.rounds)
    for name, reader in markdown_readers().items():
        race(f"{name}, prose", prose, reader, options.rounds)
    if options.oracle:
        race_oracle(options.oracle, prose, max(options.rounds, 4))
    first_page(min(prose, key=lambda page: abs(len(page["source"]) - 6000)))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
