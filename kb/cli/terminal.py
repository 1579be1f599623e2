"""What reaches a terminal: characters that it would act on are made visible.

Texts of a wiki may hold escape sequences (CSI, OSC 8 and 52), C1 controls, carriage returns and
marks that turn the direction of writing; a terminal that acts on them shows what nobody wrote, or
puts it on the clipboard. All that the command prints goes through here: its own lines, and what
click, warnings and tracebacks write. The colours of kb/cli/styled.py alone do not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import IO, Any

_ACTING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
    "|\r(?!\n)"
)
"""Controls but for tab and the ends of lines, and marks of direction; lone surrogates, too."""


def visible(text: str) -> str:
    r"""Return the text with each character that a terminal acts on as `\u001b`, as JSON has it."""
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Guarded:
    """A text stream through which nothing reaches the terminal that it would act on."""

    def __init__(self, stream: Any) -> None:
        self.rich_proxied_file = stream
        """The stream itself; by this name rich looks for it."""

    def write(self, text: str) -> int:
        """Write the text, made visible; the number of characters taken."""
        self.rich_proxied_file.write(visible(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write the lines, made visible."""
        self.write("".join(lines))

    @property
    def buffer(self) -> Any:
        """What takes bytes: as they are for a file or another program, visible on a terminal."""
        stream = self.rich_proxied_file
        return _GuardedBytes(stream.buffer) if stream.isatty() else stream.buffer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rich_proxied_file, name)


class _GuardedBytes:
    """The bytes of a text on their way to a terminal."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        """Write the bytes as text, made visible; the number of bytes taken."""
        text = visible(bytes(data).decode("utf-8", "backslashreplace"))
        self._stream.write(text.encode())
        return len(data)

    def writelines(self, lines: Iterable[bytes]) -> None:
        """Write the lines, made visible."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def guard() -> None:
    """Have all that this process prints from now on made visible."""
    sys.stdout = sys.stdout if isinstance(sys.stdout, Guarded) else Guarded(sys.stdout)
    sys.stderr = sys.stderr if isinstance(sys.stderr, Guarded) else Guarded(sys.stderr)
