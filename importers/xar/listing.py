"""package.xml: what a XAR says of itself, read as carelessly as it is written."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from importers.xar.errors import BadXmlError
from importers.xar.events import Events
from kb.references import join_reference, split_reference


class Listed(msgspec.Struct, frozen=True):
    """A `<file>` of the list."""

    text: str
    """Reference of a page; other writers put the entry's path."""
    locale: str

    @property
    def reference(self) -> str:
        """The text as a reference, escaped as everywhere here."""
        return join_reference(split_reference(self.text))


def read_listing(chunks: Iterable[bytes]) -> list[Listed]:
    """The files listed. BadXmlError where it is no package description.

    The infos are not asked for: some writers leave them empty and put their content beside.
    """
    events = Events(chunks)
    start = events.next()
    while not isinstance(start, tuple):
        start = events.next()
    if start[0] != "package":
        raise BadXmlError("bad-package-list", f"its root is <{start[0][:40]}>, not <package>")
    root = events.tree(start)
    events.finish()
    files = root.find("files")
    return [
        Listed(node.text.strip(), node.attributes.get("language", ""))
        for node in (files.children if files else [])
        if node.tag == "file" and node.text.strip()
    ]
