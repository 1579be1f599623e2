"""What a blame view shows of a page, beside what is known from elsewhere."""

from __future__ import annotations

from kb.model import Snapshot, version_key


def newest_version(stated: str | None, snapshot: Snapshot) -> tuple[int, int] | None:
    """The version that a snapshot shows: as stated, else at least the newest of its lines."""
    found = [version_key(origin.version) for origin in snapshot.origins if origin.version]
    if stated is not None:
        try:
            return version_key(stated)
        except ValueError:
            pass
    return max(found, default=None)


def compared(text: str, snapshot: Snapshot) -> str | None:
    """How a snapshot's lines differ from the text of its version; None where they do not.

    Lines that the view left out are not compared, nor how lines end, nor blanks at their ends,
    nor empty lines after the last.
    """
    shown = {
        number: line.rstrip()
        for number, line in enumerate(snapshot.lines, 1)
        if number not in snapshot.missing
    }
    lines = dict(enumerate((line.rstrip() for line in text.split("\n")), 1))
    numbers = sorted(lines.keys() | shown.keys() - snapshot.missing)
    wrong = [
        n for n in numbers if n not in snapshot.missing and lines.get(n, "") != shown.get(n, "")
    ]
    if not wrong:
        return None
    return f"{len(wrong)} line(s) differ from the text of that version, the first is {wrong[0]}"
