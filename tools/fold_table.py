"""Derive kb/text/simplified.txt from OpenCC's table of characters."""

from __future__ import annotations

import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "kb" / "text" / "simplified.txt"
WIDTH = 40
HEADER = """\
# Traditional characters and the simplified ones that they are searched as.
# Derived by tools/fold_table.py from data/dictionary/TSCharacters.txt of Open Chinese Convert
# (OpenCC) {version}, https://github.com/BYVoid/OpenCC, Copyright its authors, Apache License 2.0.
# Changes: the first simplified form only, chains followed to their end, comments left out.
# A line: traditional characters, tab, as many simplified ones.
"""


def pairs(table: str) -> dict[str, str]:
    """Traditional → simplified, one character each, so that folding twice changes nothing."""
    found: dict[str, str] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            source, _, targets = line.partition("\t")
            first = targets.split(" ")[0]
            if len(source) == len(first) == 1 and source != first:
                found[source] = first
    return {source: _end(found, source) for source in sorted(found)}


def _end(table: dict[str, str], source: str) -> str:
    seen = {source}
    target = table[source]
    while target in table and target not in seen:
        seen.add(target)
        target = table[target]
    return target


def main(source: Path, version: str) -> int:
    """Write the derived file."""
    table = list(pairs(source.read_text("utf-8")).items())
    lines = [HEADER.format(version=version)]
    for start in range(0, len(table), WIDTH):
        row = table[start : start + WIDTH]
        lines.append("".join(a for a, _ in row) + "\t" + "".join(b for _, b in row) + "\n")
    TARGET.write_text("".join(lines), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
