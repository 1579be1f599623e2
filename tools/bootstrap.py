"""Make the virtual environment from the lock file. Standard library only."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main(target: Path) -> int:
    """Create ``target``, install the locked packages with their hashes, then the project itself."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        print(f"Python 3.11 to 3.13 is needed, this is {sys.version.split()[0]};", file=sys.stderr)
        print("name another with: make PYTHON=python3.12 …", file=sys.stderr)
        return 2
    python = target / "bin" / "python"
    if not python.exists():
        print(f"making {target}")
        venv.create(target, with_pip=True, clear=target.exists())
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True)
    editable = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    subprocess.run([*pip, *editable], check=True)
    # Modules compiled once, as an installed wheel has them: every command starts sooner by that.
    compiled = [str(python), "-m", "compileall", "-q", "kb", "importers"]
    subprocess.run(compiled, cwd=ROOT, check=True)
    (target / ".installed").touch()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
