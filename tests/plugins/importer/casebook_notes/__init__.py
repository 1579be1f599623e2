"""An importer of `.notes` files: pages below lines `== Space.Page ==`, one version of each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from importers.base import Confidence, Options, Source
from importers.selection import wanted
from kb.errors import InputError
from kb.model import Item, Known, PageId, PageSeen, Revision, Sink

_HEADING = re.compile(r"== (\S+) ==\n", re.ASCII)


class Notes:
    """Pages of a notes file, each with the text up to the next heading."""

    name = "notes"

    def recognises(self, source: Source) -> Confidence:
        """By the ending, and a first line that is a heading."""
        if not source.location.endswith(".notes"):
            return Confidence.NO
        begins = _HEADING.match(source.peek().decode("utf-8", "replace"))
        return Confidence.SURE if begins else Confidence.MAYBE

    def records(self, source: Source, options: Options, known: Known, sink: Sink) -> Iterator[Item]:
        """Each page with its only version. InputError where there is no heading."""
        text = source.path.read_text("utf-8", "replace")
        names, texts = _HEADING.findall(text), _HEADING.split(text)[2::2]
        if not names:
            raise InputError(f"{source.location}: no heading", hint="== Space.Page == opens a page")
        for name, content in zip(names, texts, strict=True):
            if not wanted(name, options):
                continue
            page = PageId(options.wiki, name)
            yield PageSeen(id=page, history="latest", version="1.1", syntax="xwiki/2.1")
            if "1.1" not in known.versions(page):
                yield Revision(version="1.1", content=content)
