"""Read XML as a stream of events that the caller pulls; memory holds only what it keeps."""

from __future__ import annotations

import pyexpat
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import msgspec

from importers.xar.chars import MARK, ReadableXml
from importers.xar.xml_errors import BadXmlError, too_large

XmlEvent: TypeAlias = tuple[str, dict[str, str]] | str | None
"""A start tag with its attributes, a piece of text, or None for an end tag."""

TEXT_LIMIT = 8 << 20
"""Characters that one document may hold outside what is streamed."""
FILE = "content"
PLACE = "\0place"
"""An attribute that no file can have: in which byte the element begins."""
DEPTH_LIMIT = 64
"""How deep the elements of a document may nest."""
_TOKEN_LIMIT = 4 << 20
_NODE_COST = 200


class XmlElement(msgspec.Struct, kw_only=True):
    """An element with all that it holds."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    """Its text, where it has no elements inside."""
    children: list[XmlElement] = []
    streamed: object = None
    """What a hook made of the content."""

    def find(self, tag: str) -> XmlElement | None:
        """Return the first child of that name; None where there is none."""
        return next((child for child in self.children if child.tag == tag), None)

    def get(self, tag: str) -> str | None:
        """Return the text of the first child of that name; None where there is none."""
        child = self.find(tag)
        return None if child is None else child.text


Hook: TypeAlias = Callable[["Events", str], object]
"""Reads an element's content from the events, up to its end tag, and returns what it made of it;
its second argument is the value of `PLACE`."""


class Events:
    """Pull the events of one document. BadXmlError for anything that is not plain XML."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._source = ReadableXml(chunks)
        self._chunks = iter(self._source)
        self._queue: list[XmlEvent] = []
        self._at = 0
        self._fed = 0
        self._depth = 0
        self._budget = TEXT_LIMIT
        self._ended = False
        self.mixed = False
        """Whether a text was met that has elements inside, which page XML should not have."""
        self._open = ""
        self.ends: dict[str, int] = {}
        """Where elements named ``FILE`` below the first level end, by what `PLACE` says of them:
        bytes of what was parsed."""
        self._parser = parser = pyexpat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._queue.append
        parser.StartDoctypeDeclHandler = _refuse_doctype

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise BadXmlError("too-deep", f"elements are nested deeper than {DEPTH_LIMIT}")
        if tag == FILE and self._depth > 2:
            self._open = attributes[PLACE] = str(self._parser.CurrentByteIndex)
        self._queue.append((tag, attributes))

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if tag == FILE and self._open:
            self.ends[self._open] = self._parser.CurrentByteIndex
            self._open = ""
        self._queue.append(None)

    def next(self) -> XmlEvent:
        """Return the next event. BadXmlError at the document's end."""
        while self._at >= len(self._queue):
            self._feed()
        event = self._queue[self._at]
        self._at += 1
        return event

    def root(self) -> tuple[str, dict[str, str]]:
        """Return the document's first start tag."""
        while not isinstance(event := self.next(), tuple):
            pass
        return event

    def _feed(self) -> None:
        """Parse one more chunk into the queue."""
        if self._ended:
            raise BadXmlError("bad-xml", "the document ends too early")
        self._queue.clear()
        self._at = 0
        chunk = next(self._chunks, None)
        self._ended = chunk is None
        try:
            self._parser.Parse(chunk or b"", self._ended)
        except pyexpat.ExpatError as error:
            raise BadXmlError("bad-xml", str(error)) from error
        self._fed += len(chunk or b"")
        if self._fed - max(self._parser.CurrentByteIndex, 0) > _TOKEN_LIMIT:
            raise BadXmlError("too-large", "a tag or comment has no end in sight")

    @property
    def exact(self) -> bool:
        """Tell whether the parsed bytes are the file's own, not recoded."""
        return self._source.exact

    def finish(self) -> None:
        """Read on to the document's end, so that errors there are found."""
        while not self._ended:
            self._feed()

    def _spend(self, size: int) -> None:
        self._budget -= size
        if self._budget < 0:
            too_large("the document, files apart,", TEXT_LIMIT)

    def text(self) -> str:
        """Return all text up to the end of the element just begun, tags inside it left out."""
        event = self.next()
        if event is None:
            return ""
        at = self._at
        if event.__class__ is str and at < len(self._queue) and self._queue[at] is None:
            self._at = at + 1
            self._spend(len(event))
            return self._source.restore(str(event))
        parts: list[str] = []
        depth = 0
        while event is not None or depth:
            if isinstance(event, str):
                self._spend(len(event))
                parts.append(event)
            elif event is None:
                depth -= 1
            else:
                self.mixed = True
                depth += 1
            event = self.next()
        return self._source.restore(parts[0] if len(parts) == 1 else "".join(parts))

    def fields(self, found: dict[str, str], others: frozenset[str]) -> XmlEvent:
        """Read elements that hold text only into ``found``, where a tag is new there.

        Ends before the content of an element named in ``others``, whose start it returns, or with
        None at the end of the element that they stand in.
        """
        while True:
            event = self.next()
            if event is None or (event.__class__ is tuple and event[0] in others):
                return event
            if event.__class__ is str:
                continue
            queue, at = self._queue, self._at
            if at + 1 < len(queue) and queue[at] is None:
                text = ""
                self._at = at + 1
            else:
                text = self.text()
            found.setdefault(event[0], text)

    def pieces(self) -> Iterator[str]:
        """Yield the text up to the end of the element just begun, piece by piece."""
        rest = ""
        while (event := self.next()) is not None:
            if isinstance(event, str):
                whole = rest + event
                cut = len(whole) - (len(whole) - len(whole.rstrip(MARK))) % 2
                yield self._source.restore(whole[:cut])
                rest = whole[cut:]
            else:
                self.skip()

    def skip(self) -> None:
        """Skip the element just begun."""
        depth = 1
        while depth:
            event = self.next()
            if event is None:
                depth -= 1
            elif not isinstance(event, str):
                depth += 1

    def tree(
        self, start: tuple[str, dict[str, str]], hooks: dict[str, Hook] | None = None
    ) -> XmlElement:
        """Return the element just begun with all that it holds; ``hooks`` by tag take over."""
        place = start[1].pop(PLACE, "")
        self._spend(_NODE_COST + sum(map(len, start[1].values())))
        node = XmlElement(tag=start[0], attributes=start[1])
        if hooks and node.tag in hooks:
            node.streamed = hooks[node.tag](self, place)
            return node
        parts: list[str] = []
        while (event := self.next()) is not None:
            if isinstance(event, str):
                self._spend(len(event))
                parts.append(event)
            else:
                node.children.append(self.tree(event, hooks))
        if not node.children:
            node.text = self._source.restore("".join(parts))
        return node


def _refuse_doctype(*_: object) -> None:
    raise BadXmlError("doctype", "it has a document type, which no page has: not read")
