"""The importer `markdown`: a tree or any folder of Markdown, with its history in git."""

from __future__ import annotations

from collections.abc import Iterator

from importers.base import Confidence, Options, Source
from importers.markdown.memory import MARK, read_tree
from importers.markdown.places import content_root, files_in, is_page
from kb.model import Item, Known, Sink


class Markdown:
    """Folders of Markdown, those that `kb export markdown` wrote first of all."""

    name = "markdown"

    def recognises(self, source: Source) -> Confidence:
        """Return SURE for an exported tree, LIKELY for a Markdown file or a folder with some."""
        if source.is_url:
            return Confidence.NO
        if source.path.is_file():
            return Confidence.LIKELY if is_page(source.path.name) else Confidence.NO
        if not source.path.is_dir():
            return Confidence.NO
        if read_tree(source.path) is not None and (source.path / MARK).stat().st_size:
            return Confidence.SURE
        found = any(is_page(path) for path in files_in(content_root(source.path)))
        return Confidence.LIKELY if found else Confidence.NO

    def records(self, source: Source, options: Options, known: Known, sink: Sink) -> Iterator[Item]:
        """Yield each page with its lines or revisions, its attachments and its comments.

        Raises InputError where there is no Markdown.
        """
        from importers.markdown.folder import read_folder  # parsers, which no other source needs

        yield from read_folder(source, options, sink)
