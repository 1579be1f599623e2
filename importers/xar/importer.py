"""The importer of XAR files, folders and tars of page XML, and single page XML files."""

from __future__ import annotations

from collections.abc import Iterator

from importers.base import Confidence, Options, Source
from kb.model import Item, Known, Sink


class Xar:
    """XWiki's own export format, in all its versions."""

    name = "xar"

    def recognises(self, source: Source) -> Confidence:
        """SURE of a zip called .xar and of page XML, less of other zips, of folders, of tars."""
        if source.is_url:
            return Confidence.NO
        from importers.xar.reading import how_sure

        return how_sure(source)

    def records(self, source: Source, options: Options, known: Known, sink: Sink) -> Iterator[Item]:
        """All pages of the file or folder. InputError where it is no zip, or holds no page."""
        from importers.xar.reading import read_any  # parsers, which no other source needs

        yield from read_any(source, options, sink)
