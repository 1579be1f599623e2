"""Commands run in a folder that was handed over: no module or program of it is run."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.programs import own_python

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "demo"
MODULES = (
    "json", "numpy", "kb", "pypdf", "sitecustomize", "usercustomize", "lxml", "click", "rich",
    "tantivy", "whoosh", "dulwich", "msgspec", "sqlite3", "re", "fnmatch", "tempfile", "zoneinfo",
    "importers", "runpy", "contextlib", "encodings", "tomllib", "jinja2", "yaml", "nh3", "Stemmer",
    "multiprocessing", "concurrent", "subprocess", "zipfile", "filelock", "urllib3", "typing",
)  # fmt: skip
PROGRAMS = ("git", "python", "python3", "sh", "less", "pager", "stty")
COMMANDS = (
    ("--help",), ("--version",), ("init", "new"), ("import", str(DEMO)), ("import", "."),
    ("sync",), ("pages",), ("cases",), ("stats",), ("search", "枪"), ("search", "文字", "--json"),
    ("show", "Notes"), ("build", "--audience", "internal"), ("export", "jsonl", "-"),
    ("export", "csv", "out.csv"), ("export", "sqlite", "out.db"), ("export", "git", "out-git"),
    ("export", "markdown", "out-md"), ("export", "mediawiki", "out.xml"),
    ("export", "xar", "out.xar"), ("verify",), ("profile", "show"), ("profile", "check"),
    ("export", "git", "out-git"), ("import", "out-md"),
)  # fmt: skip


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder full of modules and programs that leave a mark, and a page with a PDF."""
    folder = tmp_path / "handed over"
    folder.mkdir()
    said = f"open({str(tmp_path / 'mark')!r}, 'a').write(__file__ + chr(10))\n"
    for name in MODULES:
        (folder / f"{name}.py").write_text(said)
    (folder / "kb-1.0.dist-info").mkdir()
    (folder / "kb-1.0.dist-info" / "METADATA").write_text("Name: kb\nVersion: 1.0\n")
    (folder / "kb-1.0.dist-info" / "entry_points.txt").write_text(
        "".join(
            f"[wiki_casebook.{group}]\nevil = tomllib:Evil\n"
            for group in ("importers", "exporters", "engines")
        )
    )
    for name in PROGRAMS:
        (folder / name).write_text(f"#!/bin/sh\necho {name} >>'{tmp_path / 'mark'}'\n")
        (folder / name).chmod(0o755)
    (folder / "Notes.md").write_text("# Notes\n\n[a](Notes_files/a.pdf)\n")
    (folder / "Notes_files").mkdir()
    (folder / "Notes_files" / "a.pdf").write_bytes(_pdf(b"(wenzi 12345) Tj"))
    return folder


def _pdf(text: bytes) -> bytes:
    stream = b"BT /F1 12 Tf 72 720 Td " + text + b" ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )  # fmt: skip
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 6\n0000000000 65535 f \n"
    return made + head + rows + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(made)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `kb` as its script does, which stands in a folder of its own, with `.` in PATH."""
    script = folder.parent / "bin" / "kb"
    script.parent.mkdir(exist_ok=True)
    script.write_text("import sys\nfrom kb.cli import main\nsys.exit(main())\n")
    path = os.pathsep.join((".", "", os.environ["PATH"]))
    return subprocess.run(
        [sys.executable, str(script), *arguments], cwd=folder, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": path, "PAGER": "less"},
    )  # fmt: skip


def _marks(folder: Path) -> Iterator[str]:
    mark = folder.parent / "mark"
    yield from mark.read_text().splitlines() if mark.exists() else ()


def test_no_command_runs_what_lies_in_the_folder(hostile: Path) -> None:
    """Each command in turn leaves no mark; those that matter do what they are for."""
    done = {}
    for command in COMMANDS:
        done[command] = run(hostile, *command)
        assert list(_marks(hostile)) == [], command
    failed = [(c, d.stderr) for c, d in done.items() if d.returncode not in (0, 2, 3)]
    assert not failed
    pytest.importorskip("pypdf")
    found = run(hostile, "search", "wenzi")
    assert "Notes" in found.stdout, found.stderr
    assert list(_marks(hostile)) == []


def test_another_python_of_ours_takes_nothing_from_its_folder(hostile: Path) -> None:
    """Neither from the current folder nor from where the environment points."""
    environment = {**os.environ, "PYTHONPATH": str(hostile), "PYTHONSTARTUP": "json.py"}
    command = own_python("kb.search.documents.pdf")
    done = subprocess.run(
        command, cwd=hostile, env=environment, input=b"no pdf", capture_output=True
    )
    assert done.returncode
    assert list(_marks(hostile)) == []


def test_as_a_module_later_imports_are_not_from_the_folder(hostile: Path) -> None:
    """`python -P -m kb` takes nothing; without `-P` nothing but what Python itself takes first."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-P", "-m", "kb", "import", "Notes.md"]
    subprocess.run(command, cwd=hostile, env=environment, check=True)
    assert list(_marks(hostile)) == []
    for name in ("kb", "contextlib", "re", "runpy", "encodings", "typing"):
        (hostile / f"{name}.py").unlink()
    command = [sys.executable, "-m", "kb", "search", "wenzi"]
    subprocess.run(command, cwd=hostile, env=environment, check=True)
    assert list(_marks(hostile)) == []


RUNS = {
    "kb/archive/writer_process.py": {"subprocess"},  # own_python
    "kb/export/git/repository.py": {"subprocess"},  # find_program, in a folder of ours
    "kb/pool.py": {"multiprocessing", "ctypes"},  # forked, so that nothing is looked for
    "kb/search/documents/pdf.py": {"subprocess"},  # own_python
    "kb/files.py": {"ctypes"},  # the system's own library
    "kb/publish/browser_index/full.py": {"np.load"},  # arrays alone, of a file of this process
}
"""Modules that start processes, or read what could run, and with what."""
_MODULES = frozenset(
    ("subprocess", "multiprocessing", "pickle", "marshal", "shelve", "ctypes", "runpy", "pty",
     "webbrowser", "code", "imp", "dill", "joblib", "cffi")
)  # fmt: skip
_CALLS = frozenset(
    ("eval", "exec", "compile", "os.system", "os.popen", "os.execv", "os.execvp", "os.spawnv",
     "os.startfile", "shutil.which", "yaml.load", "yaml.unsafe_load", "np.load", "__import__",
     "pickle.loads", "asyncio.create_subprocess_exec", "click.launch", "click.edit",
     "click.echo_via_pager")
)  # fmt: skip


def _runs(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (n.name for n in names if n.name.partition(".")[0] in _MODULES)
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in _MODULES:
                yield module
            case ast.Call(func=func) if ast.unparse(func) in _CALLS:
                yield ast.unparse(func)


def test_what_could_run_is_known() -> None:
    """A module that starts a process, or reads pickles and their like, is named above with why."""
    found = {}
    for room in ("kb", "importers"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if runs := set(_runs(path.read_text("utf-8"))):
                found[path.relative_to(ROOT).as_posix()] = runs
    assert found == RUNS


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="takes root")
def test_settings_of_another_user_above_the_folder_are_not_taken(tmp_path: Path) -> None:
    """A kb.toml that somebody put above where one works is named, and no command obeys it."""
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "kb.toml").write_text("[search]\n")
    os.chown(tmp_path / "kb.toml", 12345, 12345)
    done = subprocess.run(
        [sys.executable, "-m", "kb", "stats"], cwd=inner, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "settings of another user" in done.stderr
    assert not (inner / ".kb").exists()
