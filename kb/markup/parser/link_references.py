"""References of links and images: what `[[…>>here]]` points to, in both syntaxes."""

from __future__ import annotations

import re

from kb.markup.parser.params import CONTROL, parse_params
from kb.markup.tree.nodes import NO_PARAMS, Params, ResourceReference

_URL = re.compile(r"[a-zA-Z0-9+.\-]*://")
# Types that a link or image may name in xwiki/2.1.
_TYPES = frozenset(
    ("doc", "space", "page", "attach", "pageAttach", "url", "mailto", "path", "unc", "icon")
)


# Of these, the ones that only a wiki has.
_WIKI_TYPES = frozenset(("doc", "space", "page", "attach", "pageAttach", "icon"))


def link_reference(raw: str, syntax: str, wiki: bool = True) -> ResourceReference:
    """Return the reference of a link written as `raw`; all are URLs outside a `wiki`."""
    if syntax == "xwiki/2.0":
        return _link_20(raw, wiki)
    return _typed(raw, wiki) or _untyped(raw, "doc" if wiki else "url")


def image_reference(raw: str, syntax: str, wiki: bool = True) -> ResourceReference:
    """Return the reference of an image written as `raw` in `syntax`."""
    otherwise = "attach" if wiki else "url"
    if syntax == "xwiki/2.0":
        return _untyped(raw, otherwise)
    return _typed(raw, wiki) or _untyped(raw, otherwise)


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
        unescaped = _unescape_all(path)
        return ResourceReference(
            "interwiki", unescaped, True, {"interWikiAlias": _unescape_all(alias)}
        )
    if not wiki:
        return ResourceReference("url", raw, False)
    path, query = _cut(path, "?")
    path, anchor = _cut(path, "#")
    reference = _untyped(_unescape(path), "doc")
    if query and query.strip():
        reference.parameters["queryString"] = _unescape_extra(query)
    if anchor and anchor.strip():
        reference.parameters["anchor"] = _unescape_extra(anchor)
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


def _unescape(text: str) -> str:
    return re.sub(r"\\([?@#])", r"\1", text) if "\\" in text else text


def _unescape_extra(text: str) -> str:
    return re.sub(r"\\([?@#\\])", r"\1", text) if "\\" in text else text


def _unescape_all(text: str) -> str:
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
            params = _link_params(text[at:])
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


def _link_params(text: str) -> Params:
    return parse_params(text) if text.strip(CONTROL) else NO_PARAMS


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
