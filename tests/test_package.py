"""What is shipped: the wheel, the lock file, the shape of the source."""

from __future__ import annotations

import ast
import os
import re
import statistics
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [path for name in ("kb", "importers") for path in sorted((ROOT / name).rglob("*.py"))]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    done = subprocess.run([*build, str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.whl"))


def test_the_wheel_works_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    """Installed elsewhere and run from /, it imports, lists and builds like the checkout."""
    installed = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(installed), str(wheel)], check=True)
    environment = {**os.environ, "PYTHONPATH": str(installed)}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd="/", env=environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("-c", "import kb; print(kb.__file__)").startswith(str(installed))
    home = ["--home", str(tmp_path / "home")]
    run("-m", "kb", "import", str(ROOT / "demo"), *home)
    assert '"page": 2' in run("-m", "kb", "stats", "--json", *home)
    assert "njhx_case#9_20230412" in run("-m", "kb", "search", "重复扣费", "--json", *home)
    assert run("-m", "kb", "export", "jsonl", "-", *home).count("\n") == 8
    run("-m", "kb", "build", *home)
    assert (tmp_path / "home" / "build" / "internal" / "index.html").is_file()


def test_the_wheel_holds_templates_site_and_profiles(wheel: Path) -> None:
    """What is no Python travels too, each file once."""
    names = zipfile.ZipFile(wheel).namelist()
    assert len(names) == len(set(names))
    for folder in ("templates", "site"):
        shipped = {
            n.removeprefix(f"kb/_assets/{folder}/") for n in names if f"_assets/{folder}/" in n
        }
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        assert shipped == {path.relative_to(ROOT / folder).as_posix() for path in files}


def test_data_folders_hold_no_python() -> None:
    """`site` is a standard module's name: a Python file in it would shadow that."""
    assert not [*(ROOT / "site").rglob("*.py"), *(ROOT / "templates").rglob("*.py")]


def test_the_lock_file_has_hashes_and_names_no_registry() -> None:
    """Every package is pinned with hashes; nothing says where it came from."""
    text = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = re.findall(r"^\S+==\S+.*\\$", text, re.MULTILINE)
    assert len(pinned) > 30
    assert text.count("--hash=sha256:") > len(pinned)
    assert "://" not in text
    assert not re.search(r"^(-i|--index-url|--extra-index-url|-f|--find-links)", text, re.MULTILINE)


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def test_files_and_functions_stay_small() -> None:
    """Files hold one concept, at most 500 lines of it; functions: p90 20 lines, none over 50."""
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    assert [str(p) for p, n in lengths.items() if n > 500] == []
    sizes = {}
    for path in SOURCES:
        for node in functions(ast.parse(path.read_text("utf-8"))):
            sizes[f"{path}:{node.name}"] = (node.end_lineno or 0) - node.lineno + 1
    assert [name for name, size in sizes.items() if size > 50] == []
    assert statistics.quantiles(sizes.values(), n=10)[-1] <= 20


def test_public_names_are_documented() -> None:
    """At least nine of ten public functions, classes and modules say what they do."""
    bare, total = [], 0
    for path in SOURCES:
        tree = ast.parse(path.read_text("utf-8"))
        public = [n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)] + functions(tree)
        for node in [n for n in public if not n.name.startswith("_")]:
            total += 1
            if not ast.get_docstring(node):
                bare.append(f"{path.name}:{node.name}")
    assert len(bare) <= total * 0.1, bare


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_starts_fast_because_it_imports_little(arguments: list[str]) -> None:
    """`kb --help` must answer within 0.3 s: it may not import the heavy libraries."""
    probe = (
        "import sys; sys.argv = ['kb', *%r]\n"
        "from kb.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('lxml', 'httpx', 'jinja2', 'tantivy', 'rich', 'bs4', 'whoosh')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe % arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("[]")
