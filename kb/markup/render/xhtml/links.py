"""Where links lead and images come from, as XWiki's XHTML prints it."""

from __future__ import annotations

from collections.abc import Mapping

from kb.markup.parser.link_references import ATTACHMENT_TYPES, DOCUMENT_TYPES
from kb.markup.render.xhtml.attributes import add_class, attributes
from kb.markup.tree.nodes import Image, Link, Params, ResourceReference

_INTERNAL_TYPES = DOCUMENT_TYPES + ATTACHMENT_TYPES + ("path",)
_SAFE_TARGETS = ("_self", "_parent", "_top")


class WikiModel:
    """What XHTML asks a wiki for: URLs of references; None prints no `href`.

    Here every page exists, and URLs show the reference: `view:A.B?query#anchor`.
    """

    def exists(self, reference: ResourceReference) -> bool:
        """Tell whether the document is there."""
        return True

    def view_url(self, reference: ResourceReference) -> str | None:
        """Return the URL of an existing document."""
        return f"view:{reference.reference}{_query(reference)}{_anchor(reference)}"

    def edit_url(self, reference: ResourceReference) -> str | None:
        """Return the URL at which a document is created."""
        return f"edit:{reference.reference}"

    def attachment_url(self, reference: ResourceReference) -> str | None:
        """Return the URL of an attachment."""
        return f"attach:{reference.reference}{_query(reference)}{_anchor(reference)}"

    def image_url(self, reference: ResourceReference) -> str | None:
        """Return the URL of an attached image or an icon."""
        return f"image:{reference.reference}{_query(reference)}"


def _query(reference: ResourceReference) -> str:
    query = reference.parameters.get("queryString")
    return "" if query is None else f"?{query}"


def _anchor(reference: ResourceReference) -> str:
    anchor = reference.parameters.get("anchor")
    return "" if anchor is None else f"#{anchor}"


class LinkPrinter:
    """The tags of links and images."""

    def __init__(self, wiki: WikiModel | None, interwiki: Mapping[str, str]) -> None:
        self.wiki = wiki
        self.interwiki = interwiki

    def open(self, link: Link) -> tuple[str, str]:
        """Return the tags before the label: of the span and of the anchor."""
        kind, params = self._document(link) or self._other(link)
        return f'<span class="{kind}">', f"<a{attributes('a', params)}>"

    def _document(self, link: Link) -> tuple[str, Params] | None:
        reference = link.reference
        if reference.type not in DOCUMENT_TYPES:
            return None
        params = dict(link.params)
        if not reference.reference:
            if self.wiki is None and link.freestanding:
                params["class"] = _add(params.get("class"), "wikimodel-freestanding")
            params["href"] = f"{_query(reference)}#{reference.parameters.get('anchor', '')}"
            return "wikilink", params
        if self.wiki is None:
            return None
        if self.wiki.exists(reference):
            params["href"] = self.wiki.view_url(reference)
            return "wikilink", params
        params["href"] = self.wiki.edit_url(reference)
        return "wikicreatelink", params

    def _other(self, link: Link) -> tuple[str, Params]:
        reference = link.reference
        params = dict(link.params)
        internal = reference.type in _INTERNAL_TYPES
        kind = "wikiinternallink" if internal else "wikiexternallink"
        if not internal:
            _protect_opener(params)
        if link.freestanding:
            params["class"] = _add(params.get("class"), "wikimodel-freestanding")
        if reference.type in ATTACHMENT_TYPES:
            kind = "wikiattachmentlink" + (" wikiexternallink" if self.wiki is None else "")
        params["href"] = self._url(reference)
        return kind, params

    def _url(self, reference: ResourceReference) -> str | None:
        kind = reference.type
        if kind == "mailto":
            return f"mailto:{reference.reference}"
        if kind == "unc":
            return "file:///" + reference.reference.replace("\\", "/")
        if kind == "interwiki":
            alias = reference.parameters.get("interWikiAlias", "")
            return self.interwiki.get(alias, "") + reference.reference
        if kind in ATTACHMENT_TYPES:
            if self.wiki is None:
                return f"{kind}:{reference.reference}" if reference.typed else reference.reference
            return self.wiki.attachment_url(reference)
        return reference.reference

    def image(self, image: Image) -> str:
        """Return the whole element."""
        params: Params = {"src": self._source(image.reference)}
        if image.freestanding:
            params["class"] = "wikimodel-freestanding"
        params.update(image.params)
        if image.id and "id" not in params:
            params["id"] = image.id
            add_class(params, "wikigeneratedid")
        if "alt" not in image.params:
            params["alt"] = label_of(image.reference)
        return f"<img{attributes('img', params)}/>"

    def _source(self, reference: ResourceReference) -> str | None:
        kind = reference.type
        if kind in ATTACHMENT_TYPES or kind == "icon":
            if self.wiki is not None:
                return self.wiki.image_url(reference)
            return f"{kind}:{reference.reference}"
        if kind == "data":
            return f"data:{reference.reference}"
        return reference.reference


def label_of(reference: ResourceReference) -> str:
    """Return what a link without label, or an image without alternative text, says."""
    if reference.type == "data":
        return "Data URI image"
    if reference.type == "mailto":
        return reference.reference.partition("?")[0]
    return reference.reference


def _protect_opener(params: Params) -> None:
    """Keep a page opened in another window from getting hold of this one."""
    target = params.get("target")
    if target is None or not target.strip() or target in _SAFE_TARGETS:
        return
    rel = params.get("rel")
    words = [] if rel is None else rel.split(" ")
    words += [word for word in ("noopener", "noreferrer") if word not in words]
    params["rel"] = " ".join(words)


def _add(classes: str | None, name: str) -> str:
    return f"{classes} {name}" if classes else name
