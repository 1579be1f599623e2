"""Every page is valid HTML: by our own strict reader always, by the Nu checker in the long run."""

# ruff: noqa: E501
from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from kb.archive import LineView, PageView
from kb.model import PageId
from kb.publish.site_build.site_builder import build
from kb.publish.wiki_text.tidy import tidy
from tests.conftest import ROOT
from tests.site.conftest import SITE, Command
from tests.site.samples import Sample, page
from tests.site.test_links import broken
from tests.site.validity import wrong_with_page

NU = ROOT / "build" / "tools" / "nu"
TIDIED = {
    "<h5>a</h5><h6>b</h6><h1>c</h1>": "<h3>a</h3><h4>b</h4><h3>c</h3>",
    "<dl><dd>x</dd></dl><dl><dt>y</dt></dl>": "<dl><dt></dt><dd>x</dd></dl><dl><dt>y</dt><dd></dd></dl>",
    '<img src="a.png"><img alt="x">': '<img alt="" src="a.png">',
    "<table><tbody><tr> </tr><tr><td>x</td></tr></tbody></table>": "<table><tbody><tr><td>x</td></tr></tbody></table>",
    '<table><tbody><tr><td rowspan="9">x</td></tr></tbody></table>': '<table><tbody><tr><td rowspan="1">x</td></tr></tbody></table>',
    '<a href="http://x.org/[a]|%zz" rel="noopener">x</a>': '<a href="http://x.org/%5Ba%5D%7C%25zz" rel="noopener">x</a>',
    '<a href="http://x.org/?a=1&amp;b=ä#c#d">x</a>': '<a href="http://x.org/?a=1&amp;b=ä#c%23d">x</a>',
    '<a href="http:///x" rel="noopener">x</a>': '<a class="wiki-nowhere" role="link" aria-disabled="true">x</a>',
    '&lt;a href="<a href="http://x.org">x</a>"': '&lt;a href="<a href="http://x.org">x</a>"',
    '<a href="../a/b~20c.html#t1-x">x</a>': '<a href="../a/b~20c.html#t1-x">x</a>',
}  # fmt: skip
WIKI = """====== six ======
= one =
;; a
: b
[[x>>http://a b/]] [[y>>http://x/|]] http://x/a|b [[z>>mailto:a b@c]]
{{html}}<h6>x</h6><a href="http://">x</a><img src="javascript:1"><main><tt>x</tt></main>
<table><tr><td rowspan="4" colspan="3000">x</td></tr><tr></tr></table><p id="a b" dir="up">x</p>{{/html}}
|=a|(% rowspan="7" %)b
|c"""


@pytest.mark.parametrize("html", TIDIED)
def test_rendered_text_is_tidied(html: str) -> None:
    """Each flaw of rendered wiki text becomes what the HTML standard demands."""
    assert tidy(html) == TIDIED[html]


def test_every_kind_of_page_is_valid(site: Path, tmp_path: Path) -> None:
    """The strict reader finds nothing wrong on any kind of page, odd wiki text included."""
    build(Sample(all_pages=[page(), of("Odd.Page", WIKI)]), tmp_path / "out", SITE, tmp_path / "m")
    assert wrong(site) == {}
    assert wrong(tmp_path / "out") == {}


@pytest.mark.parametrize(
    "part",
    [
        "<p><div>x</div></p>", "<h1>a</h1><h3>b</h3>", "<input id='q'>", "<img src='x'>",
        "<b id='x'></b><i id='x'></i>", "<table aria-labelledby='no'></table>", "<p>x",
        "<p onclick='x'>x</p>", "<a href='a b'>x</a>", "<ul>x</ul>",
    ],
)  # fmt: skip
def test_the_reader_notices(part: str) -> None:
    """The strict reader itself notices each kind of flaw."""
    start = '<!doctype html>\n<html lang="en"><head><title>x</title></head><body>'
    assert wrong_with_page(f"{start}<h1>x</h1></body></html>") == []
    assert wrong_with_page(f"{start}{part}</body></html>") != []


def wrong(site: Path) -> dict[str, list[str]]:
    """What the strict reader says of a site's pages."""
    found = {str(path): wrong_with_page(path.read_text("utf-8")) for path in site.rglob("*.html")}
    return {path: said for path, said in found.items() if said}


def of(name: str, source: str, syntax: str = "xwiki/2.1") -> PageView:
    """A page with that source and nothing else."""
    lines = tuple(
        LineView(n, line, None, None, None) for n, line in enumerate(source.split("\n"), 1)
    )
    return msgspec.structs.replace(
        page(), id=PageId("xwiki", name), lines=lines, tags=(), syntax=syntax, attachments=(),
        digest=name.encode(),
    )  # fmt: skip


@pytest.fixture(scope="session")
def nu() -> Callable[[Path], list[str]]:
    """The Nu checker (npm's vnu-jar): errors of all pages below a folder."""
    jar = NU / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    if shutil.which("java") is None:
        pytest.skip("no java on this machine: `make prove` installs one")
    if not jar.exists():
        if shutil.which("npm") is None:
            pytest.skip("no npm on this machine: `make prove` installs it")
        NU.mkdir(parents=True, exist_ok=True)
        command = [
            "npm",
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--prefix",
            str(NU),
            "vnu-jar",
        ]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"no package index here: {done.stderr.decode()[-200:]}")

    def errors(folder: Path) -> list[str]:
        command = ["java", "-jar", str(jar), "--skip-non-html", "--errors-only", "--format", "json",
                   "--exit-zero-always", str(folder)]  # fmt: skip
        done = subprocess.run(command, capture_output=True, check=True)
        said = json.loads(done.stderr)["messages"]
        return [f"{m['url']}:{m.get('lastLine')}: {m['message']}" for m in said]

    return errors


@pytest.fixture(scope="module")
def real_home(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    """The demo's pages and all page files of the corpus, imported."""
    folder = tmp_path_factory.mktemp("home")
    with tarfile.open(shared / "corpus" / "xml.tar.gz") as archive:
        archive.extractall(folder / "pages", filter="data")
    return folder


def real_pages(shared: Path) -> Iterator[PageView]:
    """The corpus's sources, each once more without a wiki around it."""
    with gzip.open(shared / "corpus" / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            yield of(f"Corpus.P{number}", row["source"], row["syntax"])


@pytest.mark.prove
def test_the_demo_and_thousands_of_real_pages_are_valid_and_whole(
    nu: Callable[[Path], list[str]], kb: Command, real_home: Path, tmp_path: Path
) -> None:
    """The site of the demo and the corpus has no error by the strict reader or the Nu checker."""
    kb("import", ROOT / "demo", real_home / "pages")
    kb("build")
    site = tmp_path / "build" / "internal"
    assert wrong(site) == {}
    assert broken(site) == []
    assert nu(site) == []


@pytest.mark.prove
def test_pages_without_their_wiki_are_valid_and_whole(
    nu: Callable[[Path], list[str]], shared: Path, tmp_path: Path
) -> None:
    """Nor has a site of the corpus's sources by themselves."""
    build(Sample(all_pages=list(real_pages(shared))), tmp_path / "out", SITE, tmp_path / "m")
    assert wrong(tmp_path / "out") == {}
    assert broken(tmp_path / "out") == []
    assert nu(tmp_path / "out") == []
