"""How much of a wiki a source means: the URL and the options together."""

from __future__ import annotations

import msgspec

from importers.base import Options
from importers.selection import exact_pages, wanted
from importers.web.address import HOME, Address
from kb.references import join_reference


class Scope(msgspec.Struct, frozen=True):
    """Pages by name, or all that a list has and the options let in."""

    exact: tuple[str, ...]
    """References to ask for without a list; empty where a list is needed."""
    below: str
    """Reference of the space that holds all pages meant; empty for the whole wiki."""
    options: Options
    alternatives: bool = False
    """True where ``exact`` names one page in two ways, and one of them will do."""

    def holds(self, reference: str) -> bool:
        """True where the page is meant."""
        if self.exact and reference not in self.exact:
            return False
        if self.below and not reference.startswith(self.below + "."):
            return False
        return wanted(reference, self.options)


def scope_of(address: Address, options: Options) -> Scope:
    """What the user means."""
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
