"""Find the programs that we start: in the absolute folders of PATH alone.

Windows looks into the current folder first, other systems do where PATH has `.` or an empty entry;
what lies in a folder that was handed over must not be taken for a program of this machine.
"""

from __future__ import annotations

import os
from pathlib import Path


def find_program(name: str) -> str | None:
    """Return the program's absolute path; None where there is none."""
    endings = os.environ.get("PATHEXT", ".EXE").split(os.pathsep) if os.name == "nt" else [""]
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if Path(folder).is_absolute() and Path(folder) != Path.cwd():
            for ending in endings:
                path = Path(folder, f"{name}{ending}")
                if path.is_file() and os.access(path, os.X_OK):
                    return str(path)
    return None
