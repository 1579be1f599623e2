r"""RCS edit scripts: `dL N` takes N lines out from line L on, `aL N` puts N lines in after L.

L counts the lines of the text that the script is applied to, whatever was done before. A script
stands for reading the older version from the newer one. Texts that fit into memory are edited
there; those of attached files, which may not, in unnamed temporary files.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from importers.xar.xml_errors import BadXmlError
from kb.history import matching_blocks

_COMMAND = re.compile(r"([ad])(\d{1,9}) (\d{1,9})\s*")
_KEEPING = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_CHUNK = 1 << 18
_COMMAND_BYTES = re.compile(rb"([ad])(\d{1,9}) (\d{1,9})\s*")
_COMMAND_LENGTH = 64


def apply_script(text: str, script: str) -> str:
    r"""Apply the script to the text. BadXmlError: bad-delta, where it does not fit.

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
    """Return a script that makes ``older`` of ``newer``; None where none does so exactly."""
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


def spooled(pieces: Iterable[str]) -> IO[bytes]:
    """Write the text to a temporary file, positioned at its beginning."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.writelines(piece.encode() for piece in pieces)
    file.seek(0)
    return file


def starts_whole(file: IO[bytes]) -> bool:
    """Tell whether the file holds a version and not a script; leave it at its beginning."""
    start = file.read(_COMMAND_LENGTH)
    file.seek(0)
    return start.lstrip().startswith(b"<")


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the file's bytes from its beginning."""
    file.seek(0)
    yield from iter(lambda: file.read(_CHUNK), b"")


def patched(newer: IO[bytes], script: IO[bytes]) -> IO[bytes]:
    """Apply the script to the newer text, file to file. BadXmlError: bad-delta.

    Lines end at line feeds here: base64 holds no other line end.
    """
    newer.seek(0)
    older = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    at = 0
    while line := script.readline(_COMMAND_LENGTH):
        command = _COMMAND_BYTES.fullmatch(line)
        if command is None:
            raise BadXmlError("bad-delta", f"no edit command: {line[:40]!r}")
        number, count = int(command[2]), int(command[3])
        start = number - 1 if command[1] == b"d" else number
        if start < at:
            raise BadXmlError("bad-delta", f"{command[0]!r} goes back")
        _pass_lines(newer, start - at, older)
        at = start
        if command[1] == b"d":
            _pass_lines(newer, count, None)
            at += count
        else:
            _pass_lines(script, count, older)
    shutil.copyfileobj(newer, older, _CHUNK)
    older.seek(0)
    return older


def _pass_lines(source: IO[bytes], count: int, into: IO[bytes] | None) -> None:
    """Copy ``count`` lines, or skip them; a last one without a line feed is given one."""
    begun = False
    while count:
        piece = source.readline(_CHUNK)
        if not piece and not begun:
            raise BadXmlError("bad-delta", "it speaks of lines that are not there")
        if into is not None:
            into.write(piece or b"\n")
        begun = bool(piece) and not piece.endswith(b"\n")
        count -= not begun
