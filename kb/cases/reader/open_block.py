"""The element that text goes on with, and the text after a mark."""

from __future__ import annotations

from kb.cases.lines.display import Shown
from kb.cases.reader.draft import Kind, Place

_FORMATS = ("**", "//", "__", "--", "^^", ",,", "##")


class Open:
    """A turn, section, problem, field or unclassified stretch while its lines come in."""

    def __init__(self, kind: Kind, label: str | None, first: int, text: str) -> None:
        self.kind = kind
        self.label = label
        self.place = Place(first, first)
        self._lines = [text]

    def add(self, number: int, text: str) -> None:
        """Go on with a line; a blank one counts once another follows."""
        self._lines.append(text)
        if text.strip():
            self.place = Place(self.place.first, number)

    @property
    def is_empty(self) -> bool:
        """True while it has no text."""
        return not any(line.strip() for line in self._lines)

    @property
    def one_line(self) -> bool:
        """True while all its text stands on the line of its label."""
        return bool(self._lines[0]) and not any(line.strip() for line in self._lines[1:])

    def text(self) -> str:
        r"""All lines, outer space and a leading `\\` off."""
        whole = "\n".join(self._lines).strip()
        while whole.startswith("\\\\"):
            whole = whole[2:].lstrip()
        return whole


def after_mark(line: Shown, index: int, end: int | None = None) -> str:
    """Source after the mark that ends before ``index`` of what is shown, up to ``end``.

    A format that was opened within the mark and closes right after it goes with the mark.
    """
    while index and line.text[index - 1].isspace():
        index -= 1
    start = line.raw_end(index)
    text = line.raw[start:end].strip()
    for mark in _FORMATS:
        if text.startswith(mark) and line.raw.count(mark, 0, start) % 2:
            text = text[len(mark) :].lstrip()
    if text.startswith("(%%)") and "(%" in line.raw[:start]:
        text = text[4:].lstrip()
    return text
