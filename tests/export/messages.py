"""What the engine behind the corpus's plain texts says in place of a macro that it lacks."""

from __future__ import annotations

import re

_MESSAGES = (
    re.compile(r"Unknown macro: \S+?\. Click on this message for details\."),
    re.compile(
        r"The \[[^\]]*\] macro is not in the list of registered macros\. Verify the spelling or"
        r" contact your administrator\."
    ),
)


def without_messages(plain: str) -> str:
    """The text without them: an export shows the macro's source instead."""
    for message in _MESSAGES:
        plain = message.sub(" ", plain)
    return plain
