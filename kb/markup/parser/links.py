"""Links and images in running text: `[[label>>target]]`, bare URLs, `image:x`, `mailto:x`."""

from __future__ import annotations

from typing import Final

from kb.markup.parser import patterns as p
from kb.markup.parser.builder import LABEL, MAX_DEPTH
from kb.markup.parser.link_references import (
    ATTACHMENT_TYPES,
    image_reference,
    link_reference,
    split_reference,
    written_as_parameters,
)
from kb.markup.parser.state import ParserState
from kb.markup.tree import nodes as n
from kb.markup.tree.ids import unique_id
from kb.markup.tree.nodes import NO_PARAMS, Node, Params

_LABEL_SPECIAL: Final = frozenset("\n\r\t~*/-_^,#\\({[:)")


def read_brackets(s: ParserState, start: int, stop: int) -> int:
    """Read the `[[…]]` at `stop`; give its end, `stop` if it never does."""
    end = _brackets_end(s, stop)
    if end < 0:
        return stop
    s.flush(start, stop)
    label, link, params = split_reference(s.text[stop + 2 : end - 2])
    if link.startswith("image:"):
        _image(s, stop, link[6:], label, params, False)
    else:
        _link(s, stop, link, label, params, False)
    return end


def _brackets_end(s: ParserState, start: int) -> int:
    if start >= s.no_reference_from:
        return -1
    match = p.REFERENCE.match(s.text, start)
    if match is None:
        s.no_reference_from = start
        return -1
    if s.text.find("[[image:", start + 2, match.end()) < 0:
        return match.end()
    return _around_images(s.text, start)


def _around_images(text: str, start: int) -> int:
    """Return the end of the longest `[[…]]`, an `[[image:…]]` within counting as one piece."""
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
    s: ParserState, stop: int, raw: str, label: str | None, params: Params, freestanding: bool
) -> None:
    pos = s.base + stop
    out = s.builder.content(pos)
    scope = s.scope
    reference = link_reference(raw, scope.syntax, scope.wiki)
    if params:
        params = _move(params, reference, scope.syntax)
    link = n.Link(pos, [], params, reference, freestanding)
    out.append(link)
    if label:
        link.children = _label(s, label, pos + 2)


def _label(s: ParserState, label: str, pos: int) -> list[Node]:
    if _LABEL_SPECIAL.isdisjoint(label):
        return [n.Text(pos, label)]
    depth = s.builder.nesting() + 2
    if depth >= MAX_DEPTH:
        return [n.TooDeep(pos, label)]
    return s.scope.parse_label(label, pos, depth, s.scope)


def _image(
    s: ParserState, stop: int, raw: str, label: str | None, params: Params, freestanding: bool
) -> None:
    pos = s.base + stop
    out = s.builder.content(pos)
    scope = s.scope
    reference = image_reference(raw, scope.syntax, scope.wiki)
    if label is not None:
        params = {**params, LABEL: label}
    if reference.type in ATTACHMENT_TYPES:
        params = _move(params, reference, scope.syntax)
    id_ = unique_id("I", reference.reference, scope.ids)
    out.append(n.Image(pos, reference, params, freestanding, id_))


def _move(params: Params, reference: n.ResourceReference, syntax: str) -> Params:
    """Return `params` without those that belong to the reference, which gets them."""
    names = written_as_parameters(reference.type, syntax)
    if not any(name in params for name in names):
        return params
    left = dict(params)
    for name in names:
        value = left.pop(name, None)
        if value is not None:
            reference.parameters[name] = value
    return left or NO_PARAMS


# Without brackets


def read_bare(s: ParserState, start: int, stop: int) -> int:
    """Read a URL, mailto:, image: or attach: whose `:` (or `--` in its scheme) is at `stop`."""
    found = _url_start(s, start, stop)
    if found < 0:
        found = _scheme_word(s.text, start, stop)
    if found < 0:
        if s.text[stop] == "-":
            s.flush(start, stop)
            s.builder.toggle(n.STRIKE)
            return stop + 2
        return stop
    end = _bare_end(s.text, found)
    if end < 0:
        return stop
    s.flush(start, found)
    raw = s.text[found:end]
    if raw.startswith("image:"):
        _image(s, found, raw[6:], None, NO_PARAMS, True)
    else:
        _link(s, found, raw, None, NO_PARAMS, True)
    return end


def at_scheme(s: ParserState, stop: int) -> bool:
    """Tell whether `stop` may stand within a URL's scheme, before its `://`."""
    return _scheme_colon(s, stop) > stop


def _scheme_colon(s: ParserState, stop: int) -> int:
    """Return the `:` of a `://` that `stop` may stand before, within a scheme; -1 if none."""
    if stop >= s.scheme_end:
        run = p.SCHEME_RUN.match(s.text, stop)
        assert run is not None
        s.scheme_end = end = run.end()
        s.url_start = -1
        is_url = s.text.startswith("//", end) and s.text[end - 1] == ":"
        s.scheme_at = end - 1 if is_url else -1
    return s.scheme_at if s.url_start <= stop <= s.scheme_at else -1


def _url_start(s: ParserState, start: int, stop: int) -> int:
    """Return where a token begins that is a URL's scheme up to the `://` at or after `stop`."""
    colon = _scheme_colon(s, stop)
    if colon < 0:
        return -1
    left = start + len(s.text[start:stop].rstrip(p.SCHEME_CHARS))
    left = _token_start(s.text, start, left, stop)
    found = _last_scheme(s.text[left:colon], colon)
    s.url_start = found
    if found < 0:
        s.scheme_at = -1
    return found if found < stop else -1


def _last_scheme(written: str, colon: int) -> int:
    """Return where the longest `a:b:c` of schemes begins that ends `written`, at `colon`."""
    at = colon
    found = -1
    for part in reversed(written.split(":")):
        at -= len(part)
        if part[:1].isascii() and part[:1].isalpha():
            found = at
            at -= 1
            continue
        letter = p.FIRST_LETTER.search(part)
        if letter:
            found = at + letter.start()
        break
    return found


def _token_start(text: str, start: int, left: int, stop: int) -> int:
    """Return `left`, or the place after the rest of the word that began before it."""
    if left > start and p.IS_WORD_CHAR.match(text[left - 1]):
        while left < stop and text[left].isalnum():
            left += 1
    return left


def _scheme_word(text: str, start: int, stop: int) -> int:
    """Return where the `image`, `attach` or `mailto` before the `:` begins, if a token does."""
    for word in ("image", "attach", "mailto"):
        at = stop - len(word)
        if at >= start and text.startswith(word, at) and text[stop] == ":":
            if at > start and p.IS_WORD_CHAR.match(text[at - 1]):
                return -1
            return at
    return -1


def _bare_end(text: str, found: int) -> int:
    """Return the end of the longest of what may begin at `found`; -1 if nothing does."""
    end = -1
    for pattern in (p.BARE, p.URL, p.MAILTO):
        match = pattern.match(text, found)
        if match and match.end() > end:
            end = match.end()
    return end
