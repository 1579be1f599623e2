"""Compile the parser and its renderers with mypyc: `python tools/compile_markup.py [FOLDER]`.

FOLDER (build/compiled by default) gets a copy of the package `kb` with the compiled modules in
it; with FOLDER first on PYTHONPATH they are used instead of the source, which stays as it is.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_NAMES = """
    tree/nodes tree/ids tree/compare
    parser/params parser/link_references parser/macro_syntax parser/builder parser/state
    parser/lookahead parser/links parser/inline parser/blocks parser/document
    macros/registry macros/expand macros/boxes macros/code macros/late
    macros/html_tree macros/html_clean macros/html
    render/plain render/xhtml/attributes render/xhtml/links render/xhtml/printer
    render/xwiki/escape render/xwiki/writer render/xwiki/inline
    render/xwiki/printer render/xwiki/exact_inline render/xwiki/exact
    render/html/writer
"""
MODULES = _NAMES.split()

SETUP = """
from setuptools import setup
from mypyc.build import mypycify

modules = {modules!r}
compiled = mypycify(["--ignore-missing-imports", *modules], opt_level="3", debug_level="0")
setup(name="kb", packages=[], ext_modules=compiled)
"""


def compile_into(folder: Path) -> int:
    """Copy the package, compile its modules in place, and return how many were compiled."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ignored = shutil.ignore_patterns("__pycache__", "*.so")
    shutil.copytree(ROOT / "kb", folder / "kb", ignore=ignored)
    modules = [f"kb/markup/{name}.py" for name in MODULES]
    (folder / "setup.py").write_text(SETUP.format(modules=modules), encoding="utf-8")
    command = [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"]
    subprocess.run(command, cwd=folder, check=True)
    return len(list((folder / "kb" / "markup").rglob("*.so"))) + len(
        list((folder / "kb" / "markup").rglob("*.pyd"))
    )


def main() -> int:
    """Compile, and print where the result is."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "compiled"
    count = compile_into(folder)
    print(f"{count} modules compiled; use them with PYTHONPATH={folder}")
    return 0 if count >= len(MODULES) else 1


if __name__ == "__main__":
    sys.exit(main())
