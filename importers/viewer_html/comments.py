"""The comments viewer: who said what when, and in answer to whom; the text as it is displayed."""

from __future__ import annotations

import re

from importers.viewer_html.dates import read_date
from importers.viewer_html.root import reference_in
from importers.web.html import Element, attribute, first, has_class, parse_html, select, text_of
from kb.model import Comment

_ID = re.compile(r"xwikicomment_(\d{1,9})")


def read_comments(body: bytes, zone: str | None = None) -> list[Comment]:
    """Comments by number. ValueError where the page is another one."""
    tree = parse_html(body)
    if first(tree, '//*[@id="_comments"] | //*[@id="commentscontent"]') is None:
        raise ValueError("not a comments viewer's page")
    found = [_comment(box, zone) for box in select(tree, f"//div[{has_class('xwikicomment')}]")]
    return sorted((one for one in found if one is not None), key=lambda one: one.number)


def _comment(box: Element, zone: str | None) -> Comment | None:
    match = _ID.fullmatch(attribute(box, "id"))
    if match is None:
        return None
    author = first(box, f".//*[{has_class('commentauthor')}]")
    date = first(box, f".//*[{has_class('commentdate')}]")
    content = first(box, f".//*[{has_class('commentcontent')}]")
    quoted = first(box, f".//*[{has_class('annotatedText')}]")
    return Comment(
        number=int(match[1]),
        text=_shown(content) if content is not None else "",
        author=_who(author) if author is not None else None,
        date=read_date(text_of(date), zone) if date is not None else None,
        reply_to=_parent(box),
        selection=text_of(quoted).strip() or None if quoted is not None else None,
    )


def _who(author: Element) -> str | None:
    link = first(author, ".//a[@href]")
    reference = reference_in(attribute(link, "href")) if link is not None else None
    return reference or text_of(author).strip() or None


def _shown(content: Element) -> str:
    """The displayed text, a blank line between paragraphs."""
    blocks = [text_of(block).strip("\n") for block in content if isinstance(block.tag, str)]
    return "\n\n".join(blocks) if blocks else text_of(content).strip()


def _parent(box: Element) -> int | None:
    """The comment in whose thread this one stands."""
    thread = first(box, f"ancestor::div[{has_class('commentthread')}][1]")
    above = thread.getprevious() if thread is not None else None
    match = _ID.fullmatch(above.get("id") or "") if above is not None else None
    return int(match[1]) if match else None
