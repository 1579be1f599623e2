"""The wiki as a tree of Markdown files, for several programs that make sites of them."""

from __future__ import annotations

from kb.archive import Archive
from kb.config import Home
from kb.export.formats import Cases, Options, path_of
from kb.export.ledger import Ledger
from kb.export.markdown.nav import Site
from kb.export.markdown.tree import write_tree

__all__ = ["export", "write_tree"]


def export(home: Home, archive: Archive, store: Cases, dest: str, options: Options) -> Ledger:
    """Write the tree to the folder ``dest``, and the report where one is asked for."""
    settings = home.config.site
    site = Site(title=settings.title, language=settings.language, url=settings.url)
    path = path_of(dest, "a tree")
    return write_tree(
        archive, store.cases(), path, options.flavour, site, all_versions=options.all_versions,
        proof=options.report is not None,
    )  # fmt: skip
