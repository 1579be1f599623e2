"""A page's versions out of its archive, newest first, each as the XML that it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from importers.xar.errors import BadXmlError, too_large
from importers.xar.events import TEXT_LIMIT
from importers.xar.jrcs import Archived, Version, newest_first, read_archive
from importers.xar.patch import apply_script


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """A version with its text, or with why there is none."""

    version: Version
    log: str
    text: str | None
    trouble: BadXmlError | None = None


class _Node(msgspec.Struct, frozen=True):
    version: Version
    log: str
    text: str | None
    trouble: BadXmlError | None = None

    @property
    def key(self) -> tuple[int, int]:
        return newest_first(self.version.number)


def rebuilt(archive: str | Iterable[str]) -> tuple[dict[str, Version], Iterator[Rebuilt]]:
    """All versions by number, and each with its text, newest first, one in memory at a time.

    An archive given whole may hold them in any order, one given in pieces in this one only.
    BadXmlError, at once or on the way, where the archive cannot be read on.
    """
    whole = isinstance(archive, str)
    versions, archived = read_archive([archive] if isinstance(archive, str) else archive)
    nodes = _nodes(archived)
    if whole:
        nodes = iter(sorted(nodes, key=lambda node: node.key))
    return versions, _rebuilt(_descending(nodes))


def _rebuilt(nodes: Iterable[_Node]) -> Iterator[Rebuilt]:
    newer: str | None = None
    why: BadXmlError | None = None
    for node in nodes:
        newer, why = _text(node, newer, why)
        yield Rebuilt(version=node.version, log=node.log, text=newer, trouble=why)


def _nodes(archived: Iterable[Archived]) -> Iterator[_Node]:
    for node in archived:
        try:
            yield _Node(node.version, node.log, bounded(node))
        except BadXmlError as error:
            if error.code == "bad-archive":
                raise
            yield _Node(node.version, node.log, None, error)


def bounded(node: Archived) -> str:
    """The node's text, where it is small enough to hold."""
    parts, size = [], 0
    for part in node.text:
        size += len(part)
        if size > TEXT_LIMIT:
            too_large(f"version {node.version.number}", TEXT_LIMIT)
        parts.append(part)
    return "".join(parts)


def _descending(nodes: Iterator[_Node]) -> Iterator[_Node]:
    """The nodes as they come. BadXmlError where they do not descend."""
    last: _Node | None = None
    for node in nodes:
        if last is not None and node.key <= last.key:
            raise BadXmlError("bad-archive", f"{node.version.number} after {last.version.number}")
        last = node
        yield node


def _text(
    node: _Node, newer: str | None, why: BadXmlError | None
) -> tuple[str | None, BadXmlError | None]:
    """The node's whole text, or why it has none."""
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
