"""What the HTML of a page depends on beside its tree."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb.markup.render.resolve import NoWiki


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlWords:
    """The few words that the renderer writes itself, in the reader's language."""

    contents: str = "Contents"
    footnotes: str = "Footnotes"
    nowhere: str = "leads nowhere"
    not_run: str = "macro, not run"
    info: str = "Information"
    success: str = "Success"
    warning: str = "Warning"
    error: str = "Error"


CHINESE = HtmlWords(
    contents="目录", footnotes="脚注", nowhere="无处可去", not_run="宏,未运行", info="信息",
    success="成功", warning="注意", error="错误",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlOptions:
    """How to render a tree as HTML."""

    resolver: NoWiki = field(default_factory=NoWiki)
    id_prefix: str = ""
    """Before every id, and in links to them: several texts may stand on one page."""
    heading_shift: int = 0
    """Added to each heading's level; no level goes beyond 6."""
    data_line: bool = False
    """Whether blocks say in `data-line` which line of the source they begin on."""
    first_line: int = 1
    """The number of the source's first line, where it is a part of a page."""
    lean: bool = False
    """Without what only a browser needs: focus, lazy loading, frames that scroll."""
    words: HtmlWords = field(default_factory=HtmlWords)
