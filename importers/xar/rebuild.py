"""Rebuild a page's versions from its RCS archive, newest first, each as the XML that it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from importers.xar.events import TEXT_LIMIT
from importers.xar.jrcs import RcsHeader, RcsNode, newest_first, read_archive
from importers.xar.rcs_script import apply_script
from importers.xar.xml_errors import BadXmlError, too_large


class RebuiltVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version with its text, or with the reason why there is none."""

    version: RcsHeader
    log: str
    text: str | None
    trouble: BadXmlError | None = None


class _NodeText(msgspec.Struct, frozen=True):
    version: RcsHeader
    log: str
    text: str | None
    trouble: BadXmlError | None = None

    @property
    def key(self) -> tuple[int, int]:
        return newest_first(self.version.number)


def rebuilt(archive: str | Iterable[str]) -> tuple[dict[str, RcsHeader], Iterator[RebuiltVersion]]:
    """Return all versions by number, and each with its text, newest first, one at a time.

    An archive given whole may hold them in any order, one given in pieces in this one only.
    BadXmlError, at once or on the way, where the archive cannot be read on.
    """
    whole = isinstance(archive, str)
    versions, archived = read_archive([archive] if isinstance(archive, str) else archive)
    nodes = _nodes(archived)
    if whole:
        nodes = iter(sorted(nodes, key=lambda node: node.key))
    return versions, _rebuilt(_descending(nodes))


def _rebuilt(nodes: Iterable[_NodeText]) -> Iterator[RebuiltVersion]:
    newer: str | None = None
    why: BadXmlError | None = None
    for node in nodes:
        newer, why = _text(node, newer, why)
        yield RebuiltVersion(version=node.version, log=node.log, text=newer, trouble=why)


def _nodes(archived: Iterable[RcsNode]) -> Iterator[_NodeText]:
    for node in archived:
        try:
            yield _NodeText(node.version, node.log, bounded(node))
        except BadXmlError as error:
            if error.code == "bad-archive":
                raise
            yield _NodeText(node.version, node.log, None, error)


def bounded(node: RcsNode) -> str:
    """Return the node's text. BadXmlError: too-large, where memory is not to hold it."""
    parts, size = [], 0
    for part in node.text:
        size += len(part)
        if size > TEXT_LIMIT:
            too_large(f"version {node.version.number}", TEXT_LIMIT)
        parts.append(part)
    return "".join(parts)


def _descending(nodes: Iterator[_NodeText]) -> Iterator[_NodeText]:
    """Yield the nodes as they come. BadXmlError: bad-archive, where they do not descend."""
    last: _NodeText | None = None
    for node in nodes:
        if last is not None and node.key <= last.key:
            raise BadXmlError("bad-archive", f"{node.version.number} after {last.version.number}")
        last = node
        yield node


def _text(
    node: _NodeText, newer: str | None, why: BadXmlError | None
) -> tuple[str | None, BadXmlError | None]:
    """Return the node's whole text, or the reason why it has none."""
    if node.text is None:
        return None, node.trouble
    if node.text.lstrip().startswith("<") or node.text.isspace():
        return node.text, None
    if newer is None:
        return None, why or BadXmlError("bad-delta", "no newer version to apply it to")
    try:
        return apply_script(newer, node.text), None
    except BadXmlError as error:
        return None, error
