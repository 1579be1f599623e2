"""Where links and images lead: what a renderer asks, and the answer when no wiki is known."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

from kb.markup.tree.nodes import ResourceReference

TargetKind = Literal["page", "attachment", "anchor", "mail", "url", "user"]


class Target(NamedTuple):
    """Where a reference leads."""

    url: str | None
    """None: it leads nowhere. In a page's own anchors the part after `#` is not yet prefixed."""
    kind: TargetKind
    label: str = ""
    """What to show for a link without a label; empty: its reference."""


SCHEMES: Final = frozenset({"http", "https", "mailto", "tel", "ftp", "ftps", "sftp", "ssh", "git"})
"""Schemes of URLs that a link may have."""

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*):")
# What browsers drop from a URL before they look for its scheme, and what nobody sees.
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060\u3000\ufeff]+")
_NO_HOST = re.compile(r"[a-zA-Z]+://[^/?#]*(?:%20|[<>\"{}|\\^`])|https?:/*\Z", re.IGNORECASE)
_BLANK = re.compile(r"[\x00-\x20\x7f]+")
_IMAGE_DATA = re.compile(
    r"data:image/(?:png|gif|jpeg|jpg|webp|bmp|avif);base64,[A-Za-z0-9+/=\s]*\Z", re.IGNORECASE
)


def scheme_of(url: str) -> str:
    """Return the scheme in lower case as a browser would read it, "" for a relative URL."""
    match = _SCHEME.match(_INVISIBLE.sub("", url[:200]))
    return match[1].lower() if match else ""


def safe_url(url: str) -> str | None:
    """Return the URL without control characters, None where its scheme may run something."""
    if _BLANK.search(url):
        url = _BLANK.sub(lambda blank: "%20" * blank[0].count(" "), url.strip())
    if _NO_HOST.match(url):
        return None
    scheme = scheme_of(url)
    if scheme and scheme not in SCHEMES:
        return None
    return url or None


def safe_image_url(url: str) -> str | None:
    """Do as `safe_url`, with raster images written as data URLs allowed."""
    return url if _IMAGE_DATA.match(url) else safe_url(url)


class NoWiki:
    """What a renderer asks: URLs, mail and anchors of the page itself; no page leads anywhere.

    Resolvers that know pages derive from it and replace `page`, `attachment` and `user`. References
    may be relative to the page that is rendered.
    """

    def link(self, reference: ResourceReference) -> Target:
        """Return a URL, a mail address or an anchor; else what `page` or `attachment` say."""
        kind, text = reference.type, reference.reference
        if kind == "url":
            return Target(safe_url(text), "url", text)
        if kind == "mailto":
            return Target(safe_url("mailto:" + quote(text, safe="@+.-_?=&%,")), "mail", text)
        if kind in ("attach", "pageAttach"):
            return self.attachment(reference)
        if kind == "user":
            return self.user(text)
        if kind in ("doc", "page", "space"):
            anchor = reference.parameters.get("anchor")
            if text.startswith("#") and not reference.typed:
                # Xwiki 2.1 has no such anchors, but this is what people mean by it.
                return Target(text, "anchor", text[1:])
            if not text and anchor:
                return Target("#" + anchor, "anchor", anchor)
            return self.page(reference)
        return self.other(reference)

    def image(self, reference: ResourceReference) -> Target:
        """Return a URL or data; else what `attachment` says."""
        text = reference.reference
        if reference.type == "url":
            return Target(safe_image_url(text), "url", text)
        if reference.type == "data":
            return Target(safe_image_url("data:" + text), "url")
        if reference.type in ("attach", "pageAttach", "doc", "page"):
            return self.attachment(reference)
        return self.other(reference)

    def page(self, reference: ResourceReference) -> Target:
        """Return a page of the wiki (`doc`, `page`, `space`)."""
        return Target(self._as_written(reference), "page", reference.reference)

    def attachment(self, reference: ResourceReference) -> Target:
        """Return a file of a page (`attach`, `pageAttach`)."""
        return Target(self._as_written(reference), "attachment", reference.reference)

    def other(self, reference: ResourceReference) -> Target:
        """Return a path on the old server, a network share, another wiki, an icon."""
        return Target(self._as_written(reference), "page", reference.reference)

    def _as_written(self, reference: ResourceReference) -> str | None:
        return None

    def user(self, reference: str) -> Target:
        """Return a user's page, for mentions: here none; `label` is the displayed name."""
        return Target(None, "user", reference.rpartition(".")[2] or reference)


class AsWritten(NoWiki):
    """Resolve to the reference itself, where it is not known what has become of the wiki."""

    def _as_written(self, reference: ResourceReference) -> str | None:
        query = reference.parameters.get("queryString")
        anchor = reference.parameters.get("anchor")
        url = _quoted(reference.reference)
        url += "?" + quote(query, safe="=&+,;.-_~/%") if query else ""
        return url + ("#" + quote(anchor, safe="=&+,;:.-_~/%!") if anchor else "") or None

    def user(self, reference: str) -> Target:
        """Return the user's page."""
        return super().user(reference)._replace(url=_quoted(reference))


def _quoted(text: str) -> str:
    """Quote without a colon, so that nothing in it is taken for a scheme."""
    quoted = quote(text, safe="/@.-_~+,=&")
    return "/" + quoted.lstrip("/") if quoted.startswith("//") else quoted
