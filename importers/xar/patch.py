r"""RCS edit scripts: `dL N` takes N lines out from line L on, `aL N` puts N lines in after L.

L counts the lines of the text that the script is applied to, whatever was done before. A script
stands for reading the older version from the newer one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from importers.xar.errors import BadXmlError
from kb.history import matching_blocks

_COMMAND = re.compile(r"([ad])(\d{1,9}) (\d{1,9})\s*")
_KEEPING = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def apply_script(text: str, script: str) -> str:
    r"""What the script makes of the text. BadXmlError where it does not fit.

    Lines end at `\n`, `\r` and `\r\n`, as the wiki's server counts them, and keep their ends.
    """
    if "\r" not in text and "\r" not in script:
        return "\n".join(_apply(text.split("\n"), script.split("\n")))
    lines = _KEEPING.findall(text)
    last = len(lines) - 1
    if lines and not lines[last].endswith(("\r", "\n")):
        lines[last] += "\n"
        result = _apply(lines, _KEEPING.findall(script))
        if result and result[-1] is lines[last]:
            result[-1] = result[-1][:-1]
        return "".join(result)
    return "".join(_apply(lines, _KEEPING.findall(script)))


def _apply(lines: list[str], script: list[str]) -> list[str]:
    result: list[str] = []
    at = here = 0
    while here < len(script) and script[here].strip():
        command = _COMMAND.fullmatch(script[here])
        here += 1
        if command is None:
            raise BadXmlError("bad-delta", f"no edit command: {script[here - 1][:60]!r}")
        line, count = int(command[2]), int(command[3])
        start = line - 1 if command[1] == "d" else line
        end = start + count if command[1] == "d" else start
        if start < at or end > len(lines):
            raise BadXmlError("bad-delta", f"{command[0].strip()!r} on {len(lines)} lines")
        result += lines[at:start]
        at = end
        if command[1] == "a":
            if here + count > len(script):
                raise BadXmlError("bad-delta", f"{command[0].strip()!r} breaks off")
            result += script[here : here + count]
            here += count
    return result + lines[at:]


def script_between(newer: str, older: str) -> str | None:
    """A script that makes ``older`` of ``newer``; None where no script can, exactly."""
    if "\r" in newer or "\r" in older:
        return None
    script = _script(newer.split("\n"), older.split("\n"))
    return script if apply_script(newer, script) == older else None


def _script(newer: Sequence[str], older: Sequence[str]) -> str:
    parts: list[str] = []
    a = b = 0
    for block in [*matching_blocks(newer, older), (len(newer), len(older), 0)]:
        start, other, length = block
        if start > a:
            parts.append(f"d{a + 1} {start - a}\n")
        if other > b:
            parts.append(f"a{start} {other - b}\n")
            parts += [f"{line}\n" for line in older[b:other]]
        a, b = start + length, other + length
    return "".join(parts)
