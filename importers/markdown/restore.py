"""Turn Markdown back into the wiki's source: what nobody edited comes back as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from importers.markdown.memory import BlockLines, Memory, body_lines, line_digest
from kb.history.diff import matching_blocks
from kb.markup.render.xwiki import render_xwiki
from kb.markup.syntaxes.commonmark import commonmark_tree
from kb.markup.tree.nodes import (
    Image,
    LineBreak,
    Link,
    Node,
    Paragraph,
    Parent,
    QuotationLine,
    ResourceReference,
)

Find = Callable[[str], ResourceReference | None]
"""Returns what a path, relative to the page's own file, leads to in the wiki; None for nothing."""

_ANCHOR = re.compile(r'<a id="[^"<>]*"></a>')


def to_source(markdown: str, find: Find) -> str:
    """Convert a text in Markdown to XWiki source."""
    lines = _ANCHOR.sub("", markdown.replace("\r\n", "\n")).split("\n")
    tree = commonmark_tree("\n".join(map(_without_id, lines)))
    _fit(tree, find)
    return render_xwiki(tree.children)


def _without_id(line: str) -> str:
    """Drop the id that some builders read behind a heading: `# One {#one}`."""
    bare = line.rstrip(" \t")
    if not line.startswith("#") or not bare.endswith("}"):
        return line
    start = bare.rfind("{#")
    return line if start < 0 or " " in bare[start:] else bare[:start].rstrip(" \t")


def _fit(tree: Parent, find: Find) -> None:
    """Replace paths by references of the wiki, and paragraphs in quotations by lines."""
    stack: list[Node] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Link | Image):
            reference = node.reference
            if reference.type in ("path", "doc", "attach") and reference.reference:
                node.reference = find(reference.reference) or reference
        if isinstance(node, QuotationLine):
            node.children = list(_inline(node.children))
        if isinstance(node, Parent):
            stack += node.children


def _inline(nodes: list[Node]) -> Iterator[Node]:
    """Yield paragraphs as their content, a line break between two."""
    for number, node in enumerate(nodes):
        if isinstance(node, Paragraph):
            if number:
                yield LineBreak(node.pos)
            yield from node.children
        else:
            yield node


def source_of(body: str, memory: Memory, find: Find) -> list[str]:
    """Return the source lines of ``body``; ``memory`` holds the page as it was exported.

    A block that nobody touched gives the very lines that it was made of, and so do source lines
    that gave no Markdown; what is new or changed is put into XWiki's syntax.
    """
    lines = body_lines(body)
    marks = [line_digest(line) for line in lines]
    if marks == memory.lines:
        return memory.source.split("\n")
    return _EditedPage(lines, marks, memory, find).run()


class _EditedPage:
    """A page's exported lines beside those of the edited file."""

    def __init__(self, lines: list[str], marks: list[str], memory: Memory, find: Find) -> None:
        self._lines = lines
        self._memory = memory
        self._source = memory.source.split("\n")
        self._find = find
        self._now: dict[int, int] = {}
        for same in matching_blocks(memory.lines, marks):
            self._now.update((same.a + n, same.b + n) for n in range(same.length))

    def run(self) -> list[str]:
        """Return the lines of the source as it is now."""
        made: list[str] = []
        lost: list[BlockLines] = []
        at = source_at = 0
        for block in self._memory.pieces:
            start = self._stays(block)
            if start is None:
                lost.append(block)
                continue
            self._fill(made, lost, self._lines[at:start], source_at, block.source_first)
            source_at = block.source_first + block.source_count
            made += self._source[block.source_first : source_at]
            at = start + block.count
            lost = []
        self._fill(made, lost, self._lines[at:], source_at, len(self._source))
        return made

    def _stays(self, block: BlockLines) -> int | None:
        """Return the block's first line now; None where anything of it changed."""
        start = self._now.get(block.first)
        if start is None or any(
            self._now.get(block.first + n) != start + n for n in range(block.count)
        ):
            return None
        return start

    def _fill(
        self, made: list[str], lost: list[BlockLines], edited: list[str], first: int, end: int
    ) -> None:
        """Add what stands now between two blocks that stayed."""
        taken = {n for p in lost for n in range(p.source_first, p.source_first + p.source_count)}
        new = self._converted(_trimmed(edited), lost)
        if not lost:
            gap = self._source[first:end]
            if new and made and (made[-1].strip() or not gap):
                new = ["", *new]
            made += [*new, *([""] if new and end < len(self._source) else []), *gap]
            return
        put = False
        for number in range(first, end):
            if number not in taken:
                made.append(self._source[number])
            elif not put:
                put = True
                made += new
                last = self._source[: lost[-1].source_first + lost[-1].source_count]
                made += [""] * (len(last) - len(_trimmed(last))) if new else []

    def _converted(self, edited: list[str], lost: list[BlockLines]) -> list[str]:
        if not edited:
            return []
        if len(lost) == 1 and (by_line := self._line_by_line(edited, lost[0])) is not None:
            return by_line
        return to_source("\n".join(edited), self._find).split("\n")

    def _line_by_line(self, edited: list[str], block: BlockLines) -> list[str] | None:
        """Convert a paragraph whose every line is one of the source; None for anything else."""
        source = _trimmed(self._source[block.source_first :][: block.source_count])
        if len(source) != block.count or not all(
            line.endswith(("\\", "  ")) for line in edited[:-1]
        ):
            return None
        old = self._memory.lines[block.first :][: block.count]
        bare = [  # without the mark of a hard break
            line[:-1] if line.endswith("\\") else line.rstrip(" ") for line in edited
        ]
        marks = [(line_digest(line), line_digest(f"{line}\\")) for line in bare]
        new = [broken if broken in old and plain not in old else plain for plain, broken in marks]
        kept = {b.b + n: b.a + n for b in matching_blocks(old, new) for n in range(b.length)}
        made: list[str] = []
        for number, line in enumerate(bare):
            at = kept.get(number)
            made += [source[at]] if at is not None else to_source(line, self._find).split("\n")
        return made


def _trimmed(lines: list[str]) -> list[str]:
    """Drop blank lines at either end."""
    full = [n for n, line in enumerate(lines) if line.strip()]
    return lines[full[0] : full[-1] + 1] if full else []
