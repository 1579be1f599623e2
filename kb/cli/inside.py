"""What commands for the public say of the pages that stay inside."""

from __future__ import annotations

from collections import Counter

from kb.archive import Archive
from kb.cli.console import count, say
from kb.config import Home
from kb.redact.audience import InsideReport, PublicPages
from kb.redact.rules import rules_of


def public_pages(place: Home, archive: Archive) -> PublicPages:
    """What may be public of an archive by kb.toml and the wiki's rights; say what may not."""
    visible = PublicPages.of(archive, rules_of(place.config.public))
    inside = visible.report()
    tell_unmatched(inside)
    kept: Counter[str] = Counter()
    for group in inside.inside:
        kept[group.visibility.reason] += len(group.pages)
    if kept:
        say("inside", "yellow", f"{count(kept.total(), 'page')}; kb stats says which and why")
    if unknown := kept["rights-unknown"]:
        hint = 'open = ["Space.*"] under [public] in kb.toml opens pages by name'
        say("note", "cyan", f"of {count(unknown, 'page')} the archive lacks the rights: {hint}")
    return visible


def tell_unmatched(inside: InsideReport) -> None:
    """Warn of patterns that open nothing."""
    for pattern in inside.unmatched:
        say("warning", "yellow", f"kb.toml: [public] open: {pattern!r} matches no page")
