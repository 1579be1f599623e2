"""The importer `markdown`: a tree or any folder of Markdown, with its history in git."""

from __future__ import annotations

from collections.abc import Iterator

from importers.base import Confidence, Options, Source
from importers.markdown.memory import KnownTree, read_tree
from importers.markdown.places import content_root, is_page, passed_over
from kb.foreign_folder import ForeignFolder
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
        tree = ForeignFolder(source.path)
        if isinstance(read_tree(tree), KnownTree):
            return Confidence.SURE
        found = ForeignFolder(content_root(tree)).walk(passed_over)
        pages = any(isinstance(path, str) and is_page(path) for path in found)
        return Confidence.LIKELY if pages else Confidence.NO

    def records(self, source: Source, options: Options, known: Known, sink: Sink) -> Iterator[Item]:
        """Yield each page with its lines or revisions, its attachments and its comments.

        Raises InputError where there is no Markdown.
        """
        from importers.markdown.folder import read_folder  # parsers, which no other source needs

        yield from read_folder(source, options, sink)
