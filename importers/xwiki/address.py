"""Read a pasted URL and the options: which server, which wiki, which of its pages."""

from __future__ import annotations

from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec

from importers.base import Options
from importers.selection import exact_pages, wanted
from kb.errors import UsageError
from kb.references import join_reference

Extent = Literal["wiki", "space", "page", "either"]
"""either: `/bin/view/A/B` is the page B of A or the home of A.B; the server decides."""

HOME = "WebHome"
MAIN = "xwiki"
"""Id of a server's main wiki, whose pages are viewed without naming it."""
_ACTIONS_WITH_FILE = ("download", "downloadrev", "viewattachrev", "delattachment")


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """The base URL of a wiki, and which of its pages a URL means."""

    base: str
    """Scheme, host and context path, without a final slash: `/rest` and `/bin` follow it."""
    sure: bool
    """False where the context path is guessed."""
    wiki: str | None = None
    extent: Extent = "wiki"
    names: tuple[str, ...] = ()
    """Unescaped names of the spaces, and of the page where one is meant."""


def read_address(url: str) -> Address:
    """Read a URL in any shape that a user may paste. UsageError where it cannot be one."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        known = ""
    if not known:
        raise UsageError("this is no URL of a wiki", hint="such as https://wiki.example/bin/view/A")
    if parts.username or parts.password:
        raise UsageError(
            "a password in a URL is seen by all",
            hint="take it out of the URL: --user NAME --password-env VARIABLE",
        )
    host = parts.netloc.rpartition("@")[2]
    raw = parts.path.split("/")[1:]
    mark = next((i for i, name in enumerate(raw) if name in ("bin", "rest", "wiki")), None)
    if mark is None:
        path = parts.path.rstrip("/")
        return Address(base=f"{parts.scheme}://{host}{path}", sure=bool(path))
    base = f"{parts.scheme}://{host}" + "".join(f"/{name}" for name in raw[:mark])
    names = [unquote(name) for name in raw[mark + 1 :]]
    if raw[mark] == "rest":
        return _rest(base, names)
    if raw[mark] == "wiki":
        wiki, names = (names[0], names[1:]) if names else (None, [])
        return _viewer(base, wiki, names, parts.query)
    return _viewer(base, None, names, parts.query)


def _rest(base: str, names: list[str]) -> Address:
    """Read `wikis/W/spaces/A/spaces/B/pages/P/…`, which may stop anywhere."""
    if len(names) < 2 or names[0] != "wikis":
        return Address(base=base, sure=True)
    wiki, rest = names[1] or None, [name for name in names[2:] if name]
    spaces: list[str] = []
    while len(rest) > 1 and rest[0] == "spaces":
        spaces.append(rest[1])
        rest = rest[2:]
    if len(rest) > 1 and rest[0] == "pages" and spaces:
        return Address(
            base=base, sure=True, wiki=wiki, extent="page", names=(*spaces, rest[1])
        )  # fmt: skip
    extent: Extent = "space" if spaces else "wiki"
    return Address(base=base, sure=True, wiki=wiki, extent=extent, names=tuple(spaces))


def _viewer(base: str, wiki: str | None, names: list[str], query: str) -> Address:
    """Read `view/A/B/`: a final slash means all below the page too, unless a viewer is named."""
    action, path = (names[0], names[1:]) if names else ("view", [])
    if action in _ACTIONS_WITH_FILE:
        path = path[:-1]
    slash = bool(path) and path[-1] == ""
    path = [name for name in path if name]
    if not path or path in (["Main"], ["Main", HOME]):
        return Address(base=base, sure=True, wiki=wiki)
    viewer = "viewer=" in query or "rev=" in query
    if slash:
        extent: Extent = "page" if viewer else "space"
        path = [*path, HOME] if viewer else path
    else:
        extent = "page" if path[-1] == HOME and len(path) > 1 else "either"
    return Address(base=base, sure=True, wiki=wiki, extent=extent, names=tuple(path))


class Scope(msgspec.Struct, frozen=True):
    """The pages of an import: by name, or those of the wiki's list that the options select."""

    exact: tuple[str, ...]
    """References to ask for by name; empty where the wiki's list is needed."""
    below: str
    """Reference of the space that holds all pages; empty for the whole wiki."""
    options: Options
    alternatives: bool = False
    """True where ``exact`` has two references for one page, of which one exists."""

    def holds(self, reference: str) -> bool:
        """Tell whether the page is in the scope."""
        if self.exact and reference not in self.exact:
            return False
        if self.below and not reference.startswith(self.below + "."):
            return False
        return wanted(reference, self.options)


def scope_of(address: Address, options: Options) -> Scope:
    """Return the scope of a URL and the options."""
    names = address.names
    if address.extent == "page":
        return Scope((join_reference(names),), "", options)
    if address.extent == "either":
        ways = [join_reference((*names, HOME))]
        if len(names) > 1:
            ways.insert(0, join_reference(names))
        return Scope(tuple(ways), "", options, alternatives=len(ways) > 1)
    below = join_reference((*names, HOME)).removesuffix(f".{HOME}") if names else ""
    exact = tuple(p for p in exact_pages(options) if not below or p.startswith(below + "."))
    return Scope(tuple(p for p in exact if wanted(p, options)), below, options)
