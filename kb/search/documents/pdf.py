"""The text of PDF files, read by pypdf in a process of its own.

`pip install wiki-casebook[documents]` brings pypdf. A file made to do harm can at most
end that process, whose memory and time are limited.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from io import BytesIO

from kb.programs import ROOT, own_python
from kb.search.documents.office import LONGEST, UnreadableFileError

SECONDS = 20
"""Of computing that a file is worth."""
MEMORY = 1_000_000_000
"""Bytes that reading one may take."""


@cache
def reads_pdf() -> bool:
    """Whether pypdf is installed."""
    return find_spec("pypdf") is not None


def text_of_pdf(raw: bytes) -> str:
    """Read the words of the file, page by page. Raises UnreadableFileError."""
    try:
        done = subprocess.run(
            own_python("kb.search.documents.pdf"),
            input=raw, capture_output=True, timeout=3 * SECONDS, check=False, cwd=ROOT,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise UnreadableFileError("it takes too long to read") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UnreadableFileError(said[-1] if said else "its reader was ended")
    return done.stdout.decode("utf-8", "replace")[:LONGEST]


def _limit() -> None:
    try:
        import resource
    except ImportError:  # no such limits on this system: the time alone is limited
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main() -> None:
    """Read standard input, write what it says to standard output."""
    _limit()
    from pypdf import PdfReader

    written = 0
    for page in PdfReader(BytesIO(sys.stdin.buffer.read())).pages:
        text = page.extract_text()[: LONGEST - written]
        sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
        written += len(text)
        if written >= LONGEST:
            return


if __name__ == "__main__":
    _main()
