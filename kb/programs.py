"""Programs and Pythons that we start, without a look at the current folder: it may be handed over.

Windows looks for a program there first, other systems do where PATH has `.` or an empty entry. So
does `python -m` for modules: a `json.py` in it would run. Our other Python takes nothing from
environment or folder (`-I`), and is told the folders that this one looks into; those that are not
absolute depend on the current one, and are left out.
"""

from __future__ import annotations

import os
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


def find_program(name: str) -> str | None:
    """Return the absolute path of a program in the folders of PATH; None where there is none."""
    endings = os.environ.get("PATHEXT", ".EXE").split(os.pathsep) if os.name == "nt" else [""]
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if Path(folder).is_absolute() and Path(folder) != Path.cwd():
            for ending in endings:
                path = Path(folder, f"{name}{ending}")
                if path.is_file() and os.access(path, os.X_OK):
                    return str(path)
    return None


def own_python(module: str) -> list[str]:
    """Return the command that runs a module of ours as its main one."""
    folders = [*(one for one in sys.path if Path(one).is_absolute()), str(ROOT)]
    return [sys.executable, "-I", "-c", _RUN, module, *dict.fromkeys(folders)]
