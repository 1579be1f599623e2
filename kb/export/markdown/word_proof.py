"""The proof that a page's text is kept: its words, looked for in what its Markdown shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree, html
from markdown_it import MarkdownIt

_WORD = re.compile(r"\w+")
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "dd", "details", "div", "dl", "dt",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "li", "main", "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "td",
    "th", "thead", "tr", "ul",
))  # fmt: skip
_THEME = re.compile(r"\b(?:headerlink|hash-link)\b")
"""Class of the sign that a theme puts behind a heading."""


def lost_words(plain: str, shown: str) -> tuple[int, Counter[str]]:
    """Return how many words ``plain`` has, and those that are not as often in ``shown``.

    Plain text may join what stands in two cells or items: such a word is found where its
    characters stand one behind the other.
    """
    wanted = Counter(_WORD.findall(plain))
    lost = wanted - Counter(_WORD.findall(shown))
    if not lost:
        return wanted.total(), lost
    squeezed = "".join(shown.split())
    return wanted.total(), Counter(
        {word: count for word, count in lost.items() if squeezed.count(word) < wanted[word]}
    )


def markdown_text(body: str) -> str:
    """Return what a reader of CommonMark with tables sees of ``body``."""
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return html_text(f"<body>{reader.render(body)}</body>")


def html_text(page: str, within: str = "//body") -> str:
    """Return the text of the parts of an HTML page that ``within`` names by XPath."""
    found = etree.XPath(within)(html.document_fromstring(page))
    assert isinstance(found, list)
    parts = (part for part in found if isinstance(part, etree._Element))
    return "\n".join("".join(_pieces(part)) for part in parts)


def _pieces(part: etree._Element) -> Iterator[str]:
    """Yield the text as a reader sees it, blocks apart, with what stands for an image."""
    for event, element in etree.iterwalk(part, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            yield element.tail or ""
            continue
        if element.tag in _BLOCKS:
            yield "\n"
        if event == "end":
            yield element.tail or ""
        elif not _THEME.search(element.get("class") or ""):
            yield element.text or ""
            yield element.get("alt") or ""
