"""Pagefind 1.6.0 on the case pages of a site: what `browser_search.py` measures beside ours.

npm brings it (with its binary for this machine) into build/peers. It indexes the pages' `main`,
and answers on a page of its own: ours do not let WebAssembly run.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import urllib.parse
from pathlib import Path

from kb.publish.paths import decode

VERSION = "1.6.0"
_HOME = Path(__file__).parents[1] / "build" / "peers"
_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>Pagefind</title>
<script type="module">
const asked = new URLSearchParams(location.search).get("q");
const pagefind = await import("./pagefind/pagefind.js");
window.ask = async (text, limit) => {
  const { results } = await pagefind.search(text);
  const pages = await Promise.all(results.slice(0, limit).map((result) => result.data()));
  return pages.map((page) => page.url);
};
await ask(asked, 10);
performance.mark("kb-answered");
document.documentElement.dataset.answered = asked;
</script></html>"""


def installed() -> Path:
    """The program, fetched by npm where it is not there yet."""
    program = _HOME / "node_modules" / ".bin" / "pagefind"
    if not program.exists():
        _HOME.mkdir(parents=True, exist_ok=True)
        npm = shutil.which("npm")
        if npm is None:
            sys.exit("npm is needed to fetch Pagefind")
        subprocess.run([npm, "install", "--prefix", _HOME, f"pagefind@{VERSION}"], check=True)
    return program


def index(site: Path, folder: Path) -> tuple[float, float] | None:
    """Index the site's cases into ``folder``, with a page that asks.

    CPU seconds, and MB at most of the largest process so far; None where it does not come to its
    end, as where memory is short: at 50,000 cases it wants more than 20 GB.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(
        [installed(), "--site", site.absolute(), "--glob", "case/**/*.html", "--root-selector",
         "main", "--output-path", folder.absolute() / "pagefind"],
        check=False, stdout=subprocess.DEVNULL, env={**os.environ, "CI": "1"},
    )  # fmt: skip
    if ended.returncode:
        return None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    (folder / "index.html").write_text(_PAGE, "utf-8")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, after.ru_maxrss / 1024


def case_of(url: str) -> str:
    """The case whose page this is."""
    name = urllib.parse.unquote(url).rpartition("/")[2]
    return decode(name.removesuffix(".html"))
