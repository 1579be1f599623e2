"""Build the paths of pages from their names; never take them from a server's own links.

A server's links are wrong in places: old ones do not split nested spaces, and the parent's link
is built with the spaces of the child (XWiki's ModelFactory).
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, urlencode

from importers.xwiki.address import HOME
from kb.references import split_reference


@lru_cache(maxsize=4096)
def segment(name: str) -> str:
    """Encode a name as one segment of a path: all but letters, digits and `-._~`."""
    return quote(name, safe="")


def rest_page(wiki: str, reference: str, *more: str, **query: object) -> str:
    """Return the path of a page's resource: `/rest/wikis/xwiki/spaces/A/pages/B/history`."""
    rest = "".join(f"/{segment(name)}" for name in more)
    return f"{_rest(wiki, reference)}{rest}{_query(query)}"


@lru_cache(maxsize=1024)
def _rest(wiki: str, reference: str) -> str:
    *spaces, page = split_reference(reference)
    path = "".join(f"/spaces/{segment(space)}" for space in spaces)
    return f"/rest/wikis/{segment(wiki)}{path}/pages/{segment(page)}"


def rest_wiki(wiki: str, resource: str, **query: object) -> str:
    """Return the path of a list of the whole wiki."""
    return f"/rest/wikis/{segment(wiki)}/{resource}{_query(query)}"


def bin_page(reference: str, wiki: str | None, action: str = "view", **query: object) -> str:
    """Return the path of a page's view; ``wiki`` is None for the main wiki."""
    names = split_reference(reference)
    path = "/".join(segment(name) for name in names)
    if action == "view" and names[-1] == HOME:
        path = path[: -len(HOME)]
    root = f"/bin/{action}" if wiki is None else f"/wiki/{segment(wiki)}/{action}"
    return f"{root}/{path}{_query(query)}"


def bin_file(reference: str, wiki: str | None, name: str, version: str | None = None) -> str:
    """Return the path of an attachment, or of one version of it."""
    action = "download" if version is None else "downloadrev"
    query: dict[str, object] = {} if version is None else {"rev": version}
    return f"{bin_page(reference, wiki, action)}/{segment(name)}{_query(query)}"


def _query(query: dict[str, object]) -> str:
    return _written(tuple(query.items())) if query else ""


@lru_cache(maxsize=256)
def _written(query: tuple[tuple[str, object], ...]) -> str:
    return f"?{urlencode(query, quote_via=quote)}"
