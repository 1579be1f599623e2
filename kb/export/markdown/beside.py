"""What a page has that is no text: its objects and its class, as a file of data in the tree."""

from __future__ import annotations

import msgspec

from importers.markdown.memory import OBJECTS, Beside
from kb.archive import Archive, PageView
from kb.export.ledger import Entry
from kb.export.secrets import without_secrets


def beside_path(page_path: str) -> str:
    """Where the data of the page at a path of the content folder stands in the tree.

    No builder publishes it there: objects have more in them than readers were meant to see.
    """
    return f"{OBJECTS}/{page_path.removesuffix('.md')}.json"


def beside_of(archive: Archive, page: PageView) -> tuple[bytes | None, list[Entry]]:
    """The data as JSON, None where there is none, and what of it was left out."""
    class_ = archive.class_(page.key)
    if not page.objects and class_ is None:
        return None, []
    objects = [without_secrets(thing) for thing in page.objects]
    lost = [
        Entry("property", page.id.page, thing.class_name, "dropped", "a password's hash or a key")
        for thing, kept in zip(page.objects, objects, strict=True)
        if kept is not thing
    ]
    found = Beside(reference=page.id.page, locale=page.id.locale, objects=objects, class_=class_)
    return msgspec.json.format(msgspec.json.encode(found)) + b"\n", lost
