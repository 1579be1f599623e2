"""XML and RCS archives as a XAR holds them: text, elements, pages in any version of the format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import msgspec

from importers.xar.events import XmlElement
from importers.xar.rcs_script import script_between
from kb.times import instant_of

_ESCAPED = re.compile("[&<>\r\u2028\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_NAMED = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;",
    "\0": "\ufffd", "\ufffe": "\ufffd", "\uffff": "\ufffd",
}  # fmt: skip


def declaration(version: tuple[int, int]) -> str:
    """Return the first line: XML 1.1 since format 1.3, because of control characters."""
    return f"<?xml version='{'1.1' if version >= (1, 3) else '1.0'}' encoding='UTF-8'?>\n"


def escape(text: str) -> str:
    """Escape text so that every XML parser gives it back: line ends are written as references.

    Only the three characters that no XML can hold become U+FFFD.
    """
    return _ESCAPED.sub(lambda m: _NAMED.get(m[0]) or f"&#{ord(m[0])};", text)


def attribute(value: str) -> str:
    """Escape the value of an attribute, for double quotes."""
    return escape(value).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def element(tag: str, text: str | None, indent: str = "  ") -> str:
    """Return a simple element on a line of its own; nothing for None."""
    if text is None:
        return ""
    return f"{indent}<{tag}>{escape(text)}</{tag}>\n" if text else f"{indent}<{tag}/>\n"


def milliseconds(moment: str | None) -> str | None:
    """Return milliseconds since 1970; of what is less precise, its beginning."""
    instant = instant_of(moment)
    if instant is None or moment is None:
        return None
    tail = moment.partition(".")[2][:3]
    return str(instant.seconds * 1000 + (int(tail) if tail.isdigit() else 0))


def tree(node: XmlElement, indent: str = "  ") -> Iterator[str]:
    """Yield an element with all below it, indented."""
    start = "".join(f' {key}="{attribute(value)}"' for key, value in node.attributes.items())
    if node.children:
        yield f"{indent}<{node.tag}{start}>\n"
        for child in node.children:
            yield from tree(child, indent + "  ")
        yield f"{indent}</{node.tag}>\n"
    elif node.text:
        yield f"{indent}<{node.tag}{start}>{escape(node.text)}</{node.tag}>\n"
    else:
        yield f"{indent}<{node.tag}{start}/>\n"


def leaf(tag: str, text: str) -> XmlElement:
    """Return an element that holds text only."""
    return XmlElement(tag=tag, attributes={}, text=text)


def branch(tag: str, children: Iterable[XmlElement]) -> XmlElement:
    """Return an element that holds elements only."""
    return XmlElement(tag=tag, attributes={}, children=list(children))


FULL_EVERY: Final = 5
"""Every so many versions are written whole, as the wiki's own store does."""


class RcsEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A version as the front of an RCS archive names it."""

    version: str
    date: str
    """`2020.04.10.09.30.12`."""
    author: str | None
    log: str


def rcs_archive(
    entries: Sequence[RcsEntry], text: Callable[[str], str], whole_every: int = FULL_EVERY
) -> Iterator[str]:
    """Yield the archive's text; ``entries`` with the newest first, ``text`` the XML of a version.

    Every so many versions stand there whole; with 0 the newest alone.

    The versions between whole ones are written as scripts, so the states are known at the end
    only; readers trust the texts, and the front says what is the rule.
    """
    rest = whole_every or len(entries)
    states = ["full" if n % rest == 0 else "diff" for n in range(len(entries))]
    head = entries[0].version
    yield f"head\t{head};\naccess;\nsymbols;\nlocks; strict;\ncomment\t@# @;\n\n\n"
    nexts = [entry.version for entry in entries[1:]] + [""]
    for entry, state, older in zip(entries, states, nexts, strict=True):
        yield f"{entry.version}\ndate\t{entry.date};\tauthor {author_field(entry.author)};"
        yield f"\tstate {state};\nbranches;\nnext\t{older};\n\n"
    yield "\ndesc\n@@\n"
    newer = ""
    for entry, state in zip(entries, states, strict=True):
        whole = text(entry.version)
        script = script_between(newer, whole) if state == "diff" else None
        log = entry.log and f"{entry.log}\n"
        yield f"\n\n{entry.version}\nlog\n@{_doubled(log)}@\ntext\n@"
        yield _doubled(whole if script is None else script)
        yield "@\n"
        newer = whole


def _doubled(text: str) -> str:
    return text.replace("@", "@@")


def author_field(author: str | None) -> str:
    """Return a user as the author field: all but letters and `-` as `_` and two hex digits."""
    encoded = re.sub(
        rb"[^A-Za-z-]", lambda m: b"_%02X" % m[0][0], (author or "").encode("utf-8")
    ).decode()
    return encoded or "_"
