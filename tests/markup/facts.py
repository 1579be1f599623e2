"""What a reader finds on a page: once read from the tree, once from rendered HTML."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple
from urllib.parse import quote, unquote

from lxml import html as lxml_html

from kb.markup.macros.registry import call_source, failed
from kb.markup.render.html.phrasing import icon_character
from kb.markup.render.resolve import NoWiki, Target
from kb.markup.render.xhtml.links import label_of
from kb.markup.tree import nodes as n

_BLANKS = re.compile(r"[\s\u00a0]+")


class Everywhere(NoWiki):
    """A wiki where every page and file is there."""

    def page(self, reference: n.ResourceReference) -> Target:
        anchor = reference.parameters.get("anchor")
        url = "pages/" + quote(reference.reference) + ".html"
        return Target(url + ("#" + quote(anchor) if anchor else ""), "page", reference.reference)

    def attachment(self, reference: n.ResourceReference) -> Target:
        return Target("files/" + quote(reference.reference), "attachment", reference.reference)

    def other(self, reference: n.ResourceReference) -> Target:
        return Target("old/" + quote(reference.reference), "page", reference.reference)


class Facts(NamedTuple):
    """Texts without any blanks, so that only words count."""

    headings: list[tuple[int, str]]
    items: Counter[str]
    cells: Counter[str]
    targets: Counter[str]
    text: str


def squeezed(text: str) -> str:
    return _BLANKS.sub("", text)


def same_url(url: str) -> str:
    return unquote(url).replace("\\", "/")


class TreeReader:
    """Reads facts off a tree by rules of its own, not by a renderer's."""

    def __init__(self, resolver: NoWiki) -> None:
        self.resolver = resolver
        self.headings: list[tuple[int, str]] = []
        self.items: Counter[str] = Counter()
        self.cells: Counter[str] = Counter()
        self.targets: Counter[str] = Counter()

    def facts(self, document: n.Document) -> Facts:
        text = squeezed(self.text(document.children))
        return Facts(self.headings, self.items, self.cells, self.targets, text)

    def text(self, nodes: list[n.Node], *, lists: bool = True) -> str:
        return "".join(self.one(node, lists=lists) for node in nodes)

    def one(self, node: n.Node, *, lists: bool = True) -> str:
        if isinstance(node, n.Text | n.RawText):
            return node.text if isinstance(node, n.Text) else ""
        if isinstance(node, n.Verbatim):
            return node.content
        if isinstance(node, n.TooDeep):
            return node.source
        if isinstance(node, n.Macro):
            return call_source(node)
        if isinstance(node, n.Image):
            kind = node.reference.type
            return icon_character(node.reference.reference) if kind == "icon" else ""
        return self.parent(node, lists=lists) if isinstance(node, n.Parent) else ""

    def parent(self, node: n.Parent, *, lists: bool) -> str:
        if isinstance(node, n.MacroResult):
            return self.result(node, lists=lists)
        if isinstance(node, n.Link):
            return self.link(node)
        if isinstance(node, n.Group) and "message" in (node.params.get("class") or ""):
            first = node.children[0] if node.children else None
            if isinstance(first, n.Image):
                return self.text(node.children[1:], lists=lists)
        if isinstance(node, n.List) and not lists:
            self.text(node.children)
            return ""
        text = self.text(node.children, lists=lists)
        self.note(node, text)
        return text

    def note(self, node: n.Parent, text: str) -> None:
        if isinstance(node, n.Heading) and squeezed(text):
            self.headings.append((node.level, squeezed(text)))
        elif isinstance(node, n.ListItem):
            own = TreeReader(self.resolver).text(node.children, lists=False)
            self.items[squeezed(own)] += 1
        elif isinstance(node, n.TableCell) and squeezed(text):
            self.cells[squeezed(text)] += 1

    def link(self, node: n.Link) -> str:
        target = self.resolver.link(node.reference)
        if target.url is not None:
            self.targets[same_url(target.url)] += 1
        label = node.children or [n.Text(node.pos, target.label or label_of(node.reference))]
        inner = TreeReader(self.resolver)
        return inner.text(label)

    def result(self, node: n.MacroResult, *, lists: bool) -> str:
        if failed(node):
            return call_source(node.macro)
        name = node.macro.name
        if name == "code":
            title = node.macro.params.get("title") or ""
            return ("" if node.macro.inline else title) + (node.macro.content or "")
        if name in ("footnote", "putFootnotes"):
            return ""
        return self.text(node.children, lists=lists)


def facts_of_html(markup: str) -> Facts:
    """Facts of HTML, as a browser would show it."""
    root = lxml_html.fragment_fromstring(markup, create_parent="div")
    for gone in root.xpath("//sup[@class='footnote-ref']|//section[@class='footnotes']|//summary"):
        gone.drop_tree()
    headings = [
        (int(node.tag[1]), squeezed(node.text_content()))
        for node in root.iter("h1", "h2", "h3", "h4", "h5", "h6")
        if squeezed(node.text_content())
    ]
    cells = Counter(squeezed(node.text_content()) for node in root.iter("td", "th"))
    del cells[""]
    targets = Counter(same_url(node.get("href")) for node in root.iter("a") if node.get("href"))
    text = squeezed(root.text_content())
    items = Counter(squeezed(_without_lists(node)) for node in root.iter("li"))
    return Facts(headings, items, cells, targets, text)


def _without_lists(item: lxml_html.HtmlElement) -> str:
    parts = [item.text or ""]
    for child in item:
        if child.tag not in ("ul", "ol"):
            parts.append(_without_lists(child))
        parts.append(child.tail or "")
    return "".join(parts)
