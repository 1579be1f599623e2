"""What commands for the public say of the pages that stay inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kb.cli.console import count, say
from kb.redact.public_files import HeldFile
from kb.redact.public_pages import InsideReport

_LISTED = 20


def tell_inside(inside: InsideReport) -> None:
    """Say how many pages stay inside, and what may be done about it."""
    tell_unmatched(inside)
    kept: Counter[str] = Counter()
    for group in inside.inside:
        kept[group.visibility.reason] += len(group.pages)
    if kept:
        say("inside", "yellow", f"{count(kept.total(), 'page')}; kb stats says which and why")
    if unknown := kept["rights-unknown"]:
        hint = 'open = ["Space.*"] under [public] in kb.toml opens pages by name'
        say("note", "cyan", f"of {count(unknown, 'page')} the archive lacks the rights: {hint}")


def tell_held(held: Sequence[HeldFile]) -> None:
    """Say which listed files stay inside, and why."""
    for file in held[:_LISTED]:
        say("inside", "yellow", f"{file.name} ({file.sha256[:12]}): {file.why}")
    if len(held) > _LISTED:
        say("inside", "yellow", f"and {count(len(held) - _LISTED, 'file')} more")
    if held:
        hint = "looked_at = [names or sha256] under [public] in kb.toml shows what was looked at"
        say("note", "cyan", f"{count(len(held), 'file')} of [public] attachments inside: {hint}")


def tell_unmatched(inside: InsideReport) -> None:
    """Warn of patterns that open nothing."""
    for pattern in inside.unmatched:
        say("warning", "yellow", f"kb.toml: [public] open: {pattern!r} matches no page")
