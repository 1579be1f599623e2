"""Run targets guided by coverage: `python -m tests.fuzz.run SECONDS TARGET…` (all by default).

Each target runs in a process of its own, begins with its corpus, and stops at its first finding,
which is written to build/fuzz/TARGET. docs/fuzzing.md says what to do with it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_HANG = 60
"""Seconds after which a target that has not come back counts as hanging."""


def _dictionary(tokens: tuple[str, ...]) -> str:
    quoted = ("".join(f"\\x{byte:02x}" for byte in token.encode()) for token in tokens)
    return "".join(f'"{token}"\n' for token in quoted)


def fuzz(name: str, seconds: int) -> None:
    """Run one target in this process; does not come back."""
    import atheris

    with atheris.instrument_imports(include=["kb", "importers"]):
        from tests.fuzz.target import CORPUS, MEMORY
        from tests.fuzz.targets import TARGETS

        target = TARGETS[name]
        for path in target.corpus():  # imports what is imported where it is needed
            target(path.read_bytes())
    found = ROOT / "build" / "fuzz" / name
    found.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as new, tempfile.NamedTemporaryFile("w") as words:
        words.write(_dictionary(target.tokens))
        words.flush()
        options = [
            f"-max_total_time={seconds}", f"-timeout={_HANG}", f"-rss_limit_mb={MEMORY}",
            f"-dict={words.name}", f"-artifact_prefix={found}/", "-max_len=4096",
            "-print_final_stats=1",
        ]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, new, str(CORPUS / name)], target)
        atheris.Fuzz()


def minimised(data: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """Take out of an input that fails what it fails without: halves, quarters, bytes in the end."""
    size = len(data) // 2
    while size:
        at, before = 0, len(data)
        while at < len(data):
            less = data[:at] + data[at + size :]
            data, at = (less, at) if fails(less) else (data, at + size)
        size = size // 2 if size > 1 or len(data) == before else 1
    return data


def minimise(name: str, path: Path) -> None:
    """Write a smaller input with the same kind of finding beside the file."""
    from tests.fuzz.targets import TARGETS

    def kind(data: bytes) -> str | None:
        try:
            TARGETS[name](data)
        except BaseException as error:
            return type(error).__name__
        return None

    data = path.read_bytes()
    found = kind(data)
    small = minimised(data, lambda less: kind(less) == found)
    path.with_suffix(".small").write_bytes(small)
    print(f"{found}: {len(data)} to {len(small)} bytes: {small!r}")


def main(seconds: int, names: list[str]) -> int:
    """Run targets one after the other; the number of those with findings."""
    failed = []
    for name in names:
        print(f"== {name}, {seconds} s", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "tests.fuzz.run", "--one", name, str(seconds)]
        if subprocess.call(command):
            failed.append(name)
    print(f"targets with findings: {', '.join(failed) or 'none'}", file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        fuzz(sys.argv[2], int(sys.argv[3]))
    if sys.argv[1] == "--minimise":
        minimise(sys.argv[2], Path(sys.argv[3]))
        sys.exit()
    from tests.fuzz.targets import TARGETS

    sys.exit(main(int(sys.argv[1]), sys.argv[2:] or list(TARGETS)))
