"""Start a module of ours in a Python of its own, which finds what this one finds and no more.

`python -m` looks into the current folder first, which may be one that was handed over: a `json.py`
in it would run. The other Python takes nothing from environment or folder (`-I`), and is told the
folders that this one looks into; those that are not absolute depend on the current one, and are
left out.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import kb

ROOT: Final = Path(kb.__file__).parents[1]
"""The folder that has the packages; a process of ours that needs a current folder takes it."""
_RUN: Final = (
    "import sys; sys.path[:] = sys.argv[2:]; del sys.argv[2:];"
    " from runpy import run_module; run_module(sys.argv.pop(1), run_name='__main__')"
)


def own_python(module: str) -> list[str]:
    """Return the command that runs a module of ours as its main one."""
    folders = [*(one for one in sys.path if Path(one).is_absolute()), str(ROOT)]
    return [sys.executable, "-I", "-c", _RUN, module, *dict.fromkeys(folders)]
