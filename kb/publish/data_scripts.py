"""Data that a page opened from a folder loads as scripts, and that no page of another site can.

From `file://` a page can load data as a script alone. From a server the same would let any page of
any site load it, and read what it calls. So each file makes its call only where the page is opened
from a folder: `location` of a window cannot be put on by what runs there, and `document.all` is the
one object whose type is `undefined`, so that no worker, whose `location` and `document` can be put
on, has one to show. From a server our own scripts fetch a file and read the call (site/data.js).
Sources: the HTML Living Standard (Location, document.all), ECMAScript, annex B.3.6.
"""

from __future__ import annotations

from typing import Final

_ONLY_FROM_A_FOLDER: Final = (
    '(a=>a!==void 0&&typeof a>"t"&&location.protocol=="file:")(document.all)&&'
)


def data_script(function: str, arguments: str) -> bytes:
    """Return the script that calls a function of ours, `kb` and a letter, with these arguments."""
    return f"{_ONLY_FROM_A_FOLDER}{function}({arguments})\n".encode("utf-8", "replace")


def arguments_in(script: bytes) -> bytes:
    """Return the arguments that such a script calls its function with."""
    return script[script.index(b"kb") + 4 : script.rindex(b")")]
