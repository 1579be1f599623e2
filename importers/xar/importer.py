"""The importer `xar`: XAR files, folders and tars of page XML, and single page XML files."""

from __future__ import annotations

from collections.abc import Iterator

from importers.base import Confidence, Options, Source
from kb.model import Item, Known, Sink


class Xar:
    """XWiki's own export format, in all its versions."""

    name = "xar"

    def recognises(self, source: Source) -> Confidence:
        """Return SURE for a .xar zip and for page XML, less for other zips, folders and tars."""
        if source.is_url:
            return Confidence.NO
        from importers.xar.source import how_sure

        return how_sure(source)

    def records(self, source: Source, options: Options, known: Known, sink: Sink) -> Iterator[Item]:
        """Yield all pages of the source. InputError where it is no zip, or holds no page."""
        from importers.xar.source import read_any  # parsers, which no other source needs

        yield from read_any(source, options, sink)
