"""Running text: from one place of the source to where the line ends or a block construct begins.

`Scanner` looks for the next character that may mean something, takes all before it as one
text, and lets the construct's method decide. Tokens follow the longest match, as in XWiki's
grammar, so a URL or `image:` swallows marks that stand within it.
"""

from __future__ import annotations

from typing import Final

from kb.markup.parser import patterns as p
from kb.markup.parser.builder import LABEL, TreeBuilder
from kb.markup.parser.link_references import image_reference, link_reference, split_reference
from kb.markup.parser.macro_syntax import MacroScanner
from kb.markup.parser.params import parse_pairs
from kb.markup.tree import nodes as n
from kb.markup.tree.document import unique_id
from kb.markup.tree.nodes import NO_PARAMS, Node, Params

MODE_INLINE: Final = 0
MODE_CELL: Final = 1
MODE_HEADING: Final = 2

_STYLES: Final = {
    "*": n.BOLD,
    "/": n.ITALIC,
    "-": n.STRIKE,
    "_": n.UNDERLINE,
    "^": n.SUPERSCRIPT,
    ",": n.SUBSCRIPT,
    "#": n.MONOSPACE,
}
_STOPS: Final = (p.STOP_INLINE, p.STOP_CELL, p.STOP_HEADING)
_DOCUMENT_TYPES: Final = ("doc", "space", "page")
_LABEL_SPECIAL: Final = frozenset("\n\r\t~*/-_^,#\\({[:)")


class Scanner(MacroScanner):
    """Reads running text into the open context."""

    def __init__(
        self, text: str, syntax: str, wiki: bool, ids: dict[str, int], base: int, depth: int
    ) -> None:
        super().__init__(text)
        self.syntax = syntax
        self.wiki = wiki
        self.ids = ids
        self.base = base
        self.depth = depth
        self.mode = MODE_INLINE
        self.context = TreeBuilder([], ids, self.parse_label, depth)
        self.groups = 0
        self.swallowed = False
        self._tabs = "\t" in text
        self._saved: list[str] = []
        self._no_params = len(text) + 1
        self._no_reference = len(text) + 1
        self._scheme_end = 0
        self._scheme_at = -1
        self._url_found = -1

    def line(self) -> None:
        """Read inline tokens from `pos` up to a line end or anything that is not inline."""
        text = self.text
        stops = _STOPS[self.mode]
        start = at = self.pos
        while True:
            match = stops.search(text, at)
            if match is None:
                self._flush(start, len(text))
                self.pos = len(text)
                return
            stop = match.start()
            char = text[stop]
            if char in "\n\r":
                self._flush(start, stop)
                self.pos = stop
                return
            style = _STYLES.get(char)
            if style is not None and not (char == "-" and self._scheme_colon(stop) > stop):
                self._flush(start, stop)
                self.context.toggle(style)
                start = at = stop + 2
                continue
            end = self._construct(char, start, stop)
            if end < 0:
                return
            if end > stop:
                # A construct was read, and the text before it is out.
                start = at = end
            else:
                at = stop + 1

    def _flush(self, start: int, end: int) -> None:
        """Put out the text from `start` to `end`, after what escapes left over."""
        if start < end or self._saved:
            piece = self.text[start:end]
            if self._tabs and "\t" in piece:
                piece = piece.replace("\t", " ")
            if self._saved:
                self._saved.append(piece)
                piece = "".join(self._saved)
                self._saved = []
            self.context.content(self.base + start).append(n.Text(self.base + start, piece))

    def _construct(self, char: str, start: int, stop: int) -> int:
        """Read the construct at `stop`: its end, `stop` if there is none, -1 to end the line."""
        if char in (":", "-"):
            return self._bare(start, stop)
        if char == "~":
            return self._escape(start, stop)
        if char == "[":
            return self._reference(start, stop)
        if char == "{":
            return self._braces(start, stop)
        if char == "(":
            return self._parenthesis(start, stop)
        if char == "\\":
            self._flush(start, stop)
            self.context.content(self.base + stop).append(n.LineBreak(self.base + stop))
            return stop + 2
        if char == ")":
            if not self.groups:
                return stop
            return self._end(start, stop)
        if char == "=":
            return self._end(start, stop)
        self._flush(start, stop)
        self.pos = stop
        return -1

    def _end(self, start: int, stop: int) -> int:
        """End the line before `stop` and the blanks that belong to what is there."""
        end = stop
        while end > start and self.text[end - 1] in " \t":
            end -= 1
        self._flush(start, end)
        self.pos = end
        return -1

    # Escapes

    def _escape(self, start: int, stop: int) -> int:
        text = self.text
        after = text[stop + 1 : stop + 2]
        if after in " \t" and after:
            match = p.ESCAPED_BLANKS.match(text, stop)
            assert match is not None
            self._save(start, stop, " " * (len(match[0]) - match[0].count("~")))
            return match.end()
        if not after or after in "\n\r":
            self._save(start, stop, "")
            return stop + 1
        match = p.ESCAPED_WORD.match(text, stop)
        if match is None:
            self._save(start, stop, after)
            return stop + 2
        self._save(start, stop, match[0].replace("~", ""))
        return match.end()

    def _save(self, start: int, stop: int, unescaped: str) -> None:
        piece = self.text[start:stop]
        if self._tabs:
            piece = piece.replace("\t", " ")
        if piece or unescaped:
            self._saved += (piece, unescaped)

    # Parameters, groups

    def _parenthesis(self, start: int, stop: int) -> int:
        if self.text[stop + 1] == "(":
            return self._end(start, stop)
        if stop >= self._no_params:
            return stop
        match = p.PARAMS.match(self.text, stop)
        if match is None:
            self._no_params = stop
            return stop
        self._flush(start, stop)
        if p.GROUP_PARAMS.match(self.text, stop):
            self.pos = stop
            return -1
        self.context.span(parse_pairs(match[0][2:-2]))
        return match.end()

    # Macros, verbatim

    def _braces(self, start: int, stop: int) -> int:
        text = self.text
        if text.startswith("{{{", stop):
            self._flush(start, stop)
            content, end = self.verbatim(stop)
            pos = self.base + stop
            self.context.content(pos).append(n.Verbatim(pos, content, True, NO_PARAMS))
            self.swallowed = True
            return end
        macro, end = self.macro(stop)
        if macro is None:
            return stop
        self._flush(start, stop)
        macro.inline = True
        self.context.content(macro.pos).append(macro)
        self.swallowed = True
        return end

    # Links, images

    def _reference(self, start: int, stop: int) -> int:
        end = self._reference_end(stop)
        if end < 0:
            return stop
        self._flush(start, stop)
        label, link, params = split_reference(self.text[stop + 2 : end - 2])
        if link.startswith("image:"):
            self._image(stop, link[6:], label, params, False)
        else:
            self._link(stop, link, label, params, False)
        return end

    def _reference_end(self, start: int) -> int:
        """Where the `[[…]]` at `start` ends, -1 if it never does."""
        if start >= self._no_reference:
            return -1
        match = p.REFERENCE.match(self.text, start)
        if match is None:
            self._no_reference = start
            return -1
        if self.text.find("[[image:", start + 2, match.end()) < 0:
            return match.end()
        return self._around_images(start)

    def _around_images(self, start: int) -> int:
        """The longest `[[…]]` at `start`, an `[[image:…]]` within counting as one piece."""
        text = self.text
        at, last = start + 2, -1
        while True:
            image = p.IMAGE_REFERENCE.match(text, at)
            if image:
                at = last = image.end()
                continue
            if text.startswith("]]", at):
                return at + 2
            if text[at : at + 1] == "[":
                at += 1
                continue
            piece = p.REFERENCE_PIECE.match(text, at)
            if piece is None:
                return last
            at = piece.end()

    def _link(
        self, stop: int, raw: str, label: str | None, params: Params, freestanding: bool
    ) -> None:
        pos = self.base + stop
        out = self.context.content(pos)
        reference = link_reference(raw, self.syntax, self.wiki)
        if self.syntax != "xwiki/2.0" and params:
            if reference.type in _DOCUMENT_TYPES:
                params = _move(params, reference, ("queryString", "anchor"))
            elif reference.type in ("attach", "pageAttach"):
                params = _move(params, reference, ("queryString",))
        link = n.Link(pos, [], params, reference, freestanding)
        out.append(link)
        if label:
            link.children = self.label(label, stop + 2)

    def label(self, label: str, at: int) -> list[Node]:
        """The nodes of a link's label, which stands at `at`."""
        if _LABEL_SPECIAL.isdisjoint(label):
            return [n.Text(self.base + at, label)]
        return self.parse_label(label, at)

    def parse_label(self, label: str, at: int) -> list[Node]:
        """Parse a label that holds marks; the block parser knows how."""
        raise NotImplementedError

    def _image(
        self, stop: int, raw: str, label: str | None, params: Params, freestanding: bool
    ) -> None:
        pos = self.base + stop
        out = self.context.content(pos)
        reference = image_reference(raw, self.syntax, self.wiki)
        if label is not None:
            params = {**params, LABEL: label}
        if self.syntax != "xwiki/2.0" and reference.type in ("attach", "pageAttach"):
            params = _move(params, reference, ("queryString",))
        id_ = unique_id("I", reference.reference, self.ids)
        out.append(n.Image(pos, reference, params, freestanding, id_))

    # Bare URLs, image:, attach:, mailto:

    def _scheme_colon(self, stop: int) -> int:
        """The `:` of a `://` that `stop` may stand before, within a URL's scheme; -1 if none."""
        if stop >= self._scheme_end:
            run = p.SCHEME_RUN.match(self.text, stop)
            assert run is not None
            self._scheme_end = end = run.end()
            self._url_found = -1
            is_url = self.text.startswith("//", end) and self.text[end - 1] == ":"
            self._scheme_at = end - 1 if is_url else -1
        return self._scheme_at if self._url_found <= stop <= self._scheme_at else -1

    def _bare(self, start: int, stop: int) -> int:
        """A URL, mailto:, image: or attach: whose `:` (or `--` in its scheme) is at `stop`."""
        found = self._url_start(start, stop)
        if found < 0:
            found = self._scheme_word(start, stop)
        if found < 0:
            if self.text[stop] == "-":
                self._flush(start, stop)
                self.context.toggle(n.STRIKE)
                return stop + 2
            return stop
        end = self._bare_end(found)
        if end < 0:
            return stop
        self._flush(start, found)
        raw = self.text[found:end]
        if raw.startswith("image:"):
            self._image(found, raw[6:], None, NO_PARAMS, True)
        else:
            self._link(found, raw, None, NO_PARAMS, True)
        return end

    def _bare_end(self, found: int) -> int:
        """The longest of what may begin at `found`."""
        end = -1
        for pattern in (p.BARE, p.URL, p.MAILTO):
            match = pattern.match(self.text, found)
            if match and match.end() > end:
                end = match.end()
        return end

    def _url_start(self, start: int, stop: int) -> int:
        """Where a token begins that is a URL's scheme up to the `://` at or after `stop`."""
        colon = self._scheme_colon(stop)
        if colon < 0:
            return -1
        left = start + len(self.text[start:stop].rstrip(p.SCHEME_CHARS))
        left = self._token_start(start, left, stop)
        parts = self.text[left:colon].split(":")
        at = colon
        found = -1
        for part in reversed(parts):
            at -= len(part)
            if part[:1].isascii() and part[:1].isalpha():
                found = at
                at -= 1
                continue
            letter = p.FIRST_LETTER.search(part)
            if letter:
                found = at + letter.start()
            break
        self._url_found = found
        if found < 0:
            self._scheme_at = -1
        return found if found < stop else -1

    def _token_start(self, start: int, left: int, stop: int) -> int:
        """`left`, or after the rest of the word that began before it."""
        if left > start and p.IS_WORD_CHAR.match(self.text[left - 1]):
            while left < stop and self.text[left].isalnum():
                left += 1
        return left

    def _scheme_word(self, start: int, stop: int) -> int:
        """Where the `image`, `attach` or `mailto` before the `:` begins, if a token does."""
        for word in ("image", "attach", "mailto"):
            at = stop - len(word)
            if at >= start and self.text.startswith(word, at) and self.text[stop] == ":":
                if at > start and p.IS_WORD_CHAR.match(self.text[at - 1]):
                    return -1
                return at
        return -1


def _move(params: Params, reference: n.ResourceReference, names: tuple[str, ...]) -> Params:
    """`params` without `names`, which go to the reference."""
    if not any(name in params for name in names):
        return params
    left = dict(params)
    for name in names:
        value = left.pop(name, None)
        if value is not None:
            reference.parameters[name] = value
    return left or NO_PARAMS
