"""The links and images of a page, and where they lead within the exported tree."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple, TypeAlias
from urllib.parse import quote

from kb.archive import PageView
from kb.export.tree_layout import Layout
from kb.markup.render.resolve import NoWiki, Target
from kb.markup.syntaxes import read_page
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import descendants
from kb.model import PageId
from kb.references import file_candidates, page_candidates

_HOST = re.compile(r"(?:[^@/?#]*@)?(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_ESCAPES = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
_APART = "\u2060"
"""A word joiner: unseen between colon and slashes, it keeps builders from making a link there."""
_IN_FRAGMENT = "!$&*+,;=:@-._~/?"
_HTML_ID = re.compile(r"""\b(?:id|name)\s?=\s?["']?([^\s"'<>=]{1,200})""")
_WITH_HOST = re.compile(r"[a-z][a-z0-9+.-]*://([^/?#]*)", re.IGNORECASE)

LinkFate: TypeAlias = Literal["kept", "broken", "outside"]
"""kept: it leads there still; broken: it led nowhere in the wiki; outside: not in the tree."""


def tree_of(page: PageView) -> n.Document:
    """Return the page's source as a tree, its macros expanded as far as they run here."""
    return read_page(page.source, page.syntax, page=page.id.page).document


def may_link_to_anchors(page: PageView) -> bool:
    """Return False where the source cannot have a link to a place within another page."""
    source = page.source
    return "[" in source and ("#" in source or "anchor" in source)


def links_of(document: n.Document) -> Iterator[n.Link | n.Image]:
    """Yield all links and images of a tree."""
    return (node for node in descendants(document.children) if isinstance(node, n.Link | n.Image))


def places_in(document: n.Document) -> frozenset[str]:
    """Return the places of a page that a link can name."""
    found: set[str] = {match[1] for match in _HTML_ID.finditer(document.source)}
    for node in descendants(document.children):
        if isinstance(node, n.Heading):
            found.add(node.params.get("id") or node.id)
        elif isinstance(node, n.Anchor):
            found.add(node.name)
        elif isinstance(node, n.Image) and node.id:
            found.add(node.id)
    return frozenset(found)


class LinkOutcome(NamedTuple):
    """A link or image and what became of it."""

    kind: str
    """page, file, url, image, mail, anchor or other."""
    target: str
    """As the wiki has it."""
    fate: LinkFate

    @property
    def way(self) -> str:
        """Tell whether it leads to something of the wiki or out of it: `in`, `out`."""
        return "in" if self.kind in ("page", "file", "anchor") else "out"


class LinkTargets:
    """The pages and files of the whole tree, which a link may lead to."""

    def __init__(self, layout: Layout, files: Mapping[PageId, frozenset[str]]) -> None:
        """``files`` has the names of each page's files whose bytes are in the tree."""
        self.layout = layout
        self._files = files
        self.anchors: dict[PageId, frozenset[str]] = {}
        """Places of the pages that another page names one of."""

    def has_anchor(self, page: PageId, anchor: str) -> bool:
        """Tell whether the page has that place; taken for granted where it is not known."""
        return page not in self.anchors or anchor in self.anchors[page]

    def page(self, kind: str, text: str, base: PageId) -> PageId | None:
        """Return the page that a link means, in the locale of ``base`` if it can be; or None."""
        for page in page_candidates(kind, text, base):
            if page in self._files:
                translated = PageId(page.wiki, page.page, base.locale)
                return translated if translated in self._files else page
        return None

    def file(self, kind: str, text: str, base: PageId) -> tuple[PageId, str] | None:
        """Return page and name of the file that a link means, or None where there is none."""
        pages, name = file_candidates(kind, text, base)
        for page, file in [(base, text), *((page, name) for page in pages)]:
            owner = PageId(page.wiki, page.page)
            if file in self._files.get(owner, ()):
                return owner, file
        return None


class TreeResolver(NoWiki):
    """Answers for one page, with paths relative to its file."""

    def __init__(self, targets: LinkTargets, page: PageId, names: Mapping[str, str]) -> None:
        """``names`` has users' displayed names by reference."""
        self._targets = targets
        self._page = page
        self._names = names
        self.seen: Counter[LinkOutcome] = Counter()
        self.anchors: set[tuple[PageId, str]] = set()
        """Places in other pages that this one links to."""
        self.own: frozenset[str] | None = None
        """Places in the page itself; None: not known."""
        self.asked: set[tuple[str, ...]] = set()
        """What was asked of the rest of the tree."""

    def link(self, reference: n.ResourceReference) -> Target:
        """Answer as NoWiki does, but what no builder can read as a URL leads nowhere."""
        target = super().link(reference)
        if target.kind == "anchor" and target.url and not self._has(target.url[1:]):
            target = target._replace(url=None)
        if target.kind in ("url", "mail", "anchor"):
            if target.url and not is_url(target.url):
                label = target.label.replace("://", f":{_APART}//")
                target = target._replace(url=None, label=label)
            self._note(target.kind, reference.reference, "kept" if target.url else "broken")
        return target

    def image(self, reference: n.ResourceReference) -> Target:
        """Answer as NoWiki does."""
        target = super().image(reference)
        if target.kind == "url":
            target = target if target.url and is_url(target.url) else target._replace(url=None)
            self._note("image", reference.reference[:200], "kept" if target.url else "broken")
        return target

    def page(self, reference: n.ResourceReference) -> Target:
        """Answer with the page's file and the anchor that the link names."""
        text = reference.reference
        found = self._ask_page(reference.type, text)
        if found is None:
            self._note("page", text, "broken")
            return Target(None, "page", text)
        anchor = reference.parameters.get("anchor") or ""
        if anchor and not self._has(anchor, found):
            self._note("anchor", f"{text}#{anchor}", "broken")
            anchor = ""
        self._note("page", text, "kept")
        place = f"#{self.to_place(anchor)}" if anchor else ""
        return Target(self.to_page(found) + place, "page", text)

    def attachment(self, reference: n.ResourceReference) -> Target:
        """Answer with the file beside its page."""
        text = reference.reference
        self.asked.add(("file", reference.type, text))
        found = self._targets.file(reference.type, text, self._page)
        if found is None:
            self._note("file", text, "broken")
            return Target(None, "attachment", text)
        self._note("file", text, "kept")
        return Target(self.to_file(*found), "attachment", found[1])

    def other(self, reference: n.ResourceReference) -> Target:
        """Answer as NoWiki does for a path of the old server, another wiki, an icon."""
        self._note("other", f"{reference.type}:{reference.reference}", "outside")
        return super().other(reference)

    def user(self, reference: str) -> Target:
        """Answer with the user's page where it is in the tree."""
        self.asked.add(("name", reference))
        found = self._ask_page("doc", reference)
        name = self._names.get(reference) or reference.rpartition(".")[2] or reference
        return Target(self.to_page(found) if found else None, "user", name)

    def to_page(self, page: PageId) -> str:
        """Return the relative path from this page's file to that of another."""
        return self._to(self._targets.layout.page(page))

    def to_file(self, page: PageId, name: str) -> str:
        """Return the relative path from this page's file to an attached one."""
        return self._to(self._targets.layout.file(page, name))

    def to_place(self, anchor: str) -> str:
        """Return a place within a page as it stands behind `#`."""
        return quote(anchor, safe=_IN_FRAGMENT)

    def _to(self, path: str) -> str:
        here = posixpath.dirname(self._targets.layout.page(self._page)) or "."
        return quote(posixpath.relpath(path, here), safe="/~+@-._")

    def _has(self, anchor: str, page: PageId | None = None) -> bool:
        """Tell whether ``page``, or the page itself, has that place."""
        if page is None or page == self._page:
            return self.own is None or anchor in self.own
        self.anchors.add((page, anchor))
        self.asked.add(("place", page.wiki, page.page, page.locale, anchor))
        return self._targets.has_anchor(page, anchor)

    def _ask_page(self, kind: str, text: str) -> PageId | None:
        self.asked.add(("page", kind, text))
        return self._targets.page(kind, text, self._page)

    def answers(self, asked: Iterable[tuple[str, ...]]) -> str:
        """Return a digest of what the tree answers now: where it is the same, links are."""
        digest = hashlib.sha256()
        for ask in asked:
            digest.update(f"{self._answer(*ask)}\0".encode("utf-8", "replace"))
        return digest.hexdigest()[:32]

    def _answer(self, what: str, *rest: str) -> object:
        if what == "page":
            page = self._targets.page(rest[0], rest[1], self._page)
            return page and self._targets.layout.page(page)
        if what == "file":
            file = self._targets.file(rest[0], rest[1], self._page)
            return file and self._targets.layout.file(*file)
        if what == "name":
            return self._names.get(rest[0])
        return self._targets.has_anchor(PageId(*rest[:3]), rest[3])

    def _note(self, kind: str, target: str, fate: LinkFate) -> None:
        self.seen[LinkOutcome(kind, target, fate)] += 1


class SiteResolver(TreeResolver):
    """Answers for text that stays HTML, which no builder looks into: addresses of the site."""

    def __init__(
        self, tree: TreeResolver, url: Callable[[str, PageId], str], *, rooted: bool
    ) -> None:
        """What it sees is noted by ``tree``; ``rooted`` addresses begin with a slash."""
        super().__init__(tree._targets, tree._page, tree._names)
        self.seen, self.anchors = tree.seen, tree.anchors
        self.own, self.asked = tree.own, tree.asked
        self._url = url
        self._rooted = rooted
        self.files: set[tuple[PageId, str]] = set()
        """Files that HTML leads to."""

    def to_page(self, page: PageId) -> str:
        """Return the address of the page."""
        return self._at(self._address(page))

    def to_file(self, page: PageId, name: str) -> str:
        """Return the address of the file."""
        self.files.add((page, name))
        return self._at(quote(self._targets.layout.file(page, name)))

    def _address(self, page: PageId) -> str:
        return self._url(self._targets.layout.page(page), page)

    def _at(self, address: str) -> str:
        if self._rooted:
            return f"/{address}"
        here = self._address(self._page).rpartition("/")[0] or "."
        slash = "/" if address.endswith("/") or not address else ""
        return posixpath.relpath(address or ".", here) + slash


def is_url(text: str) -> bool:
    """Return False for what browsers, Go or Node refuse to read as a URL."""
    match = _WITH_HOST.match(text)
    return bool((not match or _HOST.fullmatch(match[1])) and _ESCAPES.fullmatch(text))
