"""How the browser folds characters: the table of kb.search.analysis in pieces by code point."""

from __future__ import annotations

from collections.abc import Iterator

from kb.publish.browser_index.entry import to_json
from kb.search.analysis import browser_table

FOLDS = 16


def fold_files() -> Iterator[tuple[str, bytes]]:
    """The pieces."""
    pieces: list[dict[str, str]] = [{} for _ in range(FOLDS)]
    for source, target in zip(*browser_table(), strict=True):
        pieces[ord(source) % FOLDS][source] = target
    for number, piece in enumerate(pieces):
        row = [number, "".join(piece), "".join(piece.values())]
        yield f"search/f/{number:x}.js", f"kbF({to_json(row)[1:-1]})\n".encode("utf-8", "replace")
