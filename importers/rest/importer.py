"""The importer `rest`: a wiki, a space or a page by its URL."""

from __future__ import annotations

from collections.abc import Iterator

from importers.base import Confidence, Options, Source
from kb.errors import InputError
from kb.model import Item, Known, Sink


class Rest:
    """Importer of a living XWiki, over HTTP."""

    name = "rest"

    def recognises(self, source: Source) -> Confidence:
        """Return LIKELY for any URL."""
        return Confidence.LIKELY if source.is_url else Confidence.NO

    def records(self, source: Source, options: Options, known: Known, sink: Sink) -> Iterator[Item]:
        """Yield pages that are new or changed since the last run, and those that have gone.

        UsageError for an invalid URL or setting; RemoteError where the server cannot be reached,
        refuses the login, or fails too often: what came before is kept.
        """
        if not source.is_url:
            raise InputError(f"{source.location}: not a URL", hint="such as https://wiki.example")
        # Requests, which no other source needs, are imported here.
        from importers.rest.url_source import read_wikis_of

        yield from read_wikis_of(source, self.name, options, known, sink)
