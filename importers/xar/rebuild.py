"""Rebuild a page's versions from its RCS archive, newest first, each as the XML that it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from importers.xar.events import TEXT_LIMIT
from importers.xar.jrcs import RcsHeader, RcsNode, newest_first, read_archive
from importers.xar.rcs_script import apply_script
from importers.xar.xml_errors import BadXmlError, too_large


class RebuiltVersion(msgspec.Struct, frozen=True):
    """A version with its text, or with the reason why there is none."""

    version: RcsHeader
    log: str
    text: str | None
    trouble: BadXmlError | None = None

    @property
    def key(self) -> tuple[int, int]:
        """Return a sort key by which the newest version comes first."""
        return newest_first(self.version.number)


def rebuilt(archive: str | Iterable[str]) -> tuple[dict[str, RcsHeader], Iterator[RebuiltVersion]]:
    """Return all versions by number, and each with its text, newest first, one at a time.

    An archive given whole may hold them in any order, one given in pieces in this one only.
    BadXmlError, at once or on the way, where the archive cannot be read on.
    """
    whole = isinstance(archive, str)
    versions, archived = read_archive([archive] if isinstance(archive, str) else archive)
    nodes: Iterable[RebuiltVersion] = map(_archived, archived)
    return versions, _rebuilt(sorted(nodes, key=lambda node: node.key) if whole else nodes)


def _archived(node: RcsNode) -> RebuiltVersion:
    """Return a version as the archive has it: its text may be a script."""
    parts, size = [], 0
    try:
        for part in node.text:
            size += len(part)
            if size > TEXT_LIMIT:
                too_large(f"version {node.version.number}", TEXT_LIMIT)
            parts.append(part)
    except BadXmlError as error:
        if error.code == "bad-archive":
            raise
        return RebuiltVersion(node.version, node.log, None, error)
    return RebuiltVersion(node.version, node.log, "".join(parts))


def _rebuilt(nodes: Iterable[RebuiltVersion]) -> Iterator[RebuiltVersion]:
    """Apply each script to the text before it. BadXmlError: bad-archive, if they do not descend."""
    last: RebuiltVersion | None = None
    for node in nodes:
        if last is not None and node.key <= last.key:
            raise BadXmlError("bad-archive", f"{node.version.number} after {last.version.number}")
        last = RebuiltVersion(node.version, node.log, *_text(node, last))
        yield last


def _text(
    node: RebuiltVersion, newer: RebuiltVersion | None
) -> tuple[str | None, BadXmlError | None]:
    """Return the node's whole text, or the reason why it has none."""
    if node.text is None:
        return None, node.trouble
    if node.text.lstrip().startswith("<") or node.text.isspace():
        return node.text, None
    if newer is None or newer.text is None:
        why = newer.trouble if newer else None
        return None, why or BadXmlError("bad-delta", "no newer version to apply it to")
    try:
        return apply_script(newer.text, node.text), None
    except BadXmlError as error:
        return None, error
