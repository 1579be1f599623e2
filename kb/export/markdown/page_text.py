"""The text of a page in Markdown, with the memory of where its lines come from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from importers.markdown.memory import BlockLines, Memory, line_digest, runs_of
from kb.archive import PageView
from kb.errors import page_trouble
from kb.export.tree_links import SiteResolver, TreeResolver, places_in, tree_of
from kb.markup.render.markdown import (
    Flavour,
    MarkdownOptions,
    is_inline,
    markdown_writer,
    would_join,
)
from kb.markup.render.plain import plain_text
from kb.markup.syntaxes.plain import source_tree
from kb.markup.tree.nodes import Document, Node, OutlineSection
from kb.model import LineOrigin


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPage:
    """A page's source in Markdown."""

    text: str
    plain: str
    """The page's text as XWiki would say it without any markup."""
    memory: Memory
    fallbacks: dict[str, int]
    """How often what Markdown cannot say: see kb.markup.render.markdown."""


def render_page(
    page: PageView, flavour: Flavour, resolver: TreeResolver, site: SiteResolver,
    anchors: Collection[str],
) -> RenderedPage:  # fmt: skip
    """Render the page; ``anchors`` are the places in it that other pages link to.

    ``site`` answers for what stays HTML. A page in a syntax that nothing reads is its source, as is
    one that cannot be rendered.
    """
    try:
        return _rendered(tree_of(page), page, flavour, resolver, site, anchors)
    except Exception as error:
        page_trouble(error, page.id.page)
        source = source_tree(page.source, page.syntax or "")
        made = _rendered(source, page, flavour, resolver, site, anchors)
        return replace(made, fallbacks={**made.fallbacks, "page-failed": 1})


def _rendered(
    document: Document, page: PageView, flavour: Flavour, resolver: TreeResolver,
    site: SiteResolver, anchors: Collection[str],
) -> RenderedPage:  # fmt: skip
    resolver.own = site.own = places_in(document)
    options = MarkdownOptions(
        flavour=flavour, resolver=resolver, html_resolver=site, anchors=anchors
    )
    writer = markdown_writer(document, options)
    resolver.seen.clear()  # what was asked for the sake of anchors will be asked again
    starts = [0, *(match.end() for match in re.finditer("\n", document.source))]
    lines: list[str] = []
    pieces: list[BlockLines] = []
    groups = list(_groups(document.children))
    before = ""
    for at, group in enumerate(groups):
        written = writer.blocks(group)
        if not written:
            continue
        first = bisect_right(starts, group[0].pos) - 1
        after = groups[at + 1][0].pos if at + 1 < len(groups) else len(document.source)
        last = bisect_right(starts, max(after - 1, group[0].pos)) - 1
        if before and would_join(before, written[0]):
            lines += ["", flavour.comment]
        lines += [""] * bool(lines)
        made = "\n\n".join(written).split("\n")
        _add_block(pieces, BlockLines(len(lines), len(made), first, last - first + 1))
        lines += made
        before = written[-1]
    memory = Memory(
        source=page.source,
        origins=runs_of(LineOrigin(line.version, line.author, line.date) for line in page.lines),
        missing=[line.number for line in page.lines if line.missing],
        lines=[line_digest(line) for line in lines],
        pieces=pieces,
    )
    return RenderedPage(
        text="".join(f"{line}\n" for line in lines), plain=plain_text(document.children),
        memory=memory, fallbacks=dict(sorted(writer.fallbacks.items())),
    )  # fmt: skip


def _add_block(pieces: list[BlockLines], block: BlockLines) -> None:
    """Append; a block that begins on the line where the one before ends is merged with it."""
    if pieces and block.source_first < pieces[-1].source_first + pieces[-1].source_count:
        before = pieces.pop()
        block = BlockLines(
            before.first,
            block.first + block.count - before.first,
            before.source_first,
            block.source_first + block.source_count - before.source_first,
        )
    pieces.append(block)


def _groups(nodes: list[Node]) -> Iterator[list[Node]]:
    """Yield the page's blocks one by one, sections opened, inline neighbours together."""
    for inline, run in groupby(nodes, is_inline):
        if inline:
            yield list(run)
            continue
        for node in run:
            if isinstance(node, OutlineSection):
                yield from _groups(node.children)
            else:
                yield [node]
