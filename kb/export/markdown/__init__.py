"""The wiki as a tree of Markdown files, for several programs that make sites of them."""

from __future__ import annotations

import shutil
from typing import Annotated, Literal

import msgspec

from importers.markdown.memory import FOLDER
from kb.export.markdown.nav import ProjectSettings
from kb.export.markdown.tree_writer import write_tree
from kb.export.protocol import Contents, Exporter, ExportOptions, path_of
from kb.export.report import LossReport

__all__ = ["MarkdownExporter", "TreeOptions", "write_tree"]


class TreeOptions(ExportOptions, frozen=True, kw_only=True):
    """Options of markdown."""

    flavour: Annotated[
        Literal["plain", "mkdocs", "hugo", "obsidian", "docusaurus"],
        msgspec.Meta(description="The program that will read it."),
    ] = "plain"
    all_versions: Annotated[bool, msgspec.Meta(description="Every version of attached files.")] = (
        False
    )


class MarkdownExporter(Exporter[TreeOptions]):
    """A tree that takes over what nothing changed about since the last run."""

    name = "markdown"
    description = "a tree of Markdown for MkDocs, Hugo and others"
    options = TreeOptions
    updates_in_place = True
    wiki_syntax = False

    def export(self, contents: Contents, dest: str, options: TreeOptions) -> LossReport:
        """Write the tree to ``dest``. A public one has no memory of the wiki's source."""
        site = contents.site
        path = path_of(dest, "a tree")
        report = write_tree(
            contents.archive, contents.cases.cases(), path, options.flavour,
            ProjectSettings(title=site.title, language=site.language, url=site.url),
            all_versions=options.all_versions, proof=options.report is not None,
            audience=options.audience,
        )  # fmt: skip
        if options.audience == "public":
            shutil.rmtree(path / FOLDER, ignore_errors=True)
        return report
