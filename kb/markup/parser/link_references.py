"""References of links and images: what `[[…>>here]]` points to, in both syntaxes."""

from __future__ import annotations

import re
from typing import Final

from kb.markup.parser.params import CONTROL, parse_params
from kb.markup.tree.nodes import NO_PARAMS, Params, ResourceReference

_URL = re.compile(r"[a-zA-Z0-9+.\-]*://")
DOCUMENT_TYPES: Final = ("doc", "space", "page")
ATTACHMENT_TYPES: Final = ("attach", "pageAttach")
# Types that only a wiki has, and all that a link or image may name in xwiki/2.1.
_WIKI_TYPES = frozenset((*DOCUMENT_TYPES, *ATTACHMENT_TYPES, "icon"))
_TYPES = _WIKI_TYPES | {"url", "mailto", "path", "unc"}
_AMONG_PARAMETERS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(DOCUMENT_TYPES, ("queryString", "anchor")),
    **dict.fromkeys(ATTACHMENT_TYPES, ("queryString",)),
}


def written_as_parameters(type_: str, syntax: str) -> tuple[str, ...]:
    """Return what of a reference of this type stands among the link's own parameters."""
    return () if syntax == "xwiki/2.0" else _AMONG_PARAMETERS.get(type_, ())


def link_reference(raw: str, syntax: str, wiki: bool = True) -> ResourceReference:
    """Return the reference of a link written as `raw`; all are URLs outside a `wiki`."""
    if syntax == "xwiki/2.0":
        return _link_20(raw, wiki)
    return _typed(raw, wiki) or _untyped(raw, "doc" if wiki else "url")


def image_reference(raw: str, syntax: str, wiki: bool = True) -> ResourceReference:
    """Return the reference of an image written as `raw` in `syntax`."""
    typed = None if syntax == "xwiki/2.0" else _typed(raw, wiki)
    return typed or _untyped(raw, "attach" if wiki else "url")


def _untyped(raw: str, otherwise: str) -> ResourceReference:
    return ResourceReference("url" if _URL.match(raw) else otherwise, raw, False)


def _typed(raw: str, wiki: bool) -> ResourceReference | None:
    scheme, colon, rest = raw.partition(":")
    if not colon:
        return None
    if scheme in _TYPES:
        if not wiki and scheme in _WIKI_TYPES:
            return ResourceReference("url", raw, False)
        if scheme == "url" and not _URL.match(rest):
            return None
        return ResourceReference(scheme, rest, True)
    if scheme == "data" and rest.startswith("image/"):
        return ResourceReference("data", rest, True)
    if scheme == "interwiki" and ":" in rest:
        alias, _, path = rest.partition(":")
        return ResourceReference("interwiki", path, True, {"interWikiAlias": alias})
    return None


def _link_20(raw: str, wiki: bool) -> ResourceReference:
    scheme, colon, rest = raw.partition(":")
    if colon:
        if scheme == "mailto" or (scheme == "attach" and wiki):
            return ResourceReference(scheme, rest, True)
        if _URL.match(raw):
            return ResourceReference("url", raw, False)
    path, alias = _cut(raw, "@")
    if alias is not None:
        parameters = {"interWikiAlias": _unescape_pairs(alias)}
        return ResourceReference("interwiki", _unescape_pairs(path), True, parameters)
    if not wiki:
        return ResourceReference("url", raw, False)
    path, query = _cut(path, "?")
    path, anchor = _cut(path, "#")
    reference = _untyped(_unescape(path, "?@#"), "doc")
    if query and query.strip():
        reference.parameters["queryString"] = _unescape(query, r"?@#\\")
    if anchor and anchor.strip():
        reference.parameters["anchor"] = _unescape(anchor, r"?@#\\")
    return reference


def _cut(text: str, separator: str) -> tuple[str, str | None]:
    """Split at the last `separator` that no odd number of backslashes precedes."""
    index = text.rfind(separator)
    while index >= 0:
        slash = index
        while slash and text[slash - 1] == "\\":
            slash -= 1
        if (index - slash) % 2 == 0:
            return text[:index], text[index + 1 :].strip(CONTROL)
        index = text.rfind(separator, 0, index)
    return text, None


def _unescape(text: str, special: str) -> str:
    return re.sub(rf"\\([{special}])", r"\1", text) if "\\" in text else text


def _unescape_pairs(text: str) -> str:
    r"""Make each backslash pair one backslash, and drop a lone one."""
    return re.sub(r"\\(\\?)", r"\1", text) if "\\" in text else text


_SPLIT = re.compile(r"~(.)?|>>+|\|\|+|\[\[", re.DOTALL)
_NESTED = re.compile(r"~.|\[\[|\]\]", re.DOTALL)


def split_reference(text: str) -> tuple[str | None, str, Params]:
    """Return label (None without `>>`), reference and parameters of what stands in `[[…]]`.

    Escapes are undone in label and reference, but for links within the label.
    """
    label: str | None = None
    parts: list[str] = []
    at = done = 0
    nested = True
    params = NO_PARAMS
    while match := _SPLIT.search(text, at):
        parts.append(text[done : match.start()])
        at = done = match.end()
        token = match[0]
        if token[0] == "~":
            parts.append(match[1] or "")
        elif token[0] == "|":
            parts.append(token[2:])
            params = parse_params(text[at:]) if text[at:].strip(CONTROL) else NO_PARAMS
            done = len(text)
            break
        elif label is not None:
            parts.append(token)
        elif token[0] == ">":
            parts.append(token[2:])
            label = "".join(parts)
            parts = []
        else:
            end = _nested_end(text, at) if nested else -1
            nested = end >= 0
            parts.append(text[match.start() : end] if nested else token)
            at = done = max(end, at)
    parts.append(text[done:])
    return label, "".join(parts), params


def _nested_end(text: str, at: int) -> int:
    """Return the end of the link whose `[[` ends at `at`, or of the last `]]`; -1 if none."""
    depth, end = 1, -1
    for match in _NESTED.finditer(text, at):
        if match[0] == "[[":
            depth += 1
        elif match[0] == "]]":
            depth -= 1
            end = match.end()
            if not depth:
                break
    return end
