"""References, parameters and macros as XWiki source."""

from __future__ import annotations

import re

from kb.markup.parser.link_references import written_as_parameters
from kb.markup.tree.nodes import Params, ResourceReference

_LABEL = re.compile(r"[~|\[\]>]")
_IN_LINK = re.compile(r'~|"|\|(?=\|)|\](?=\])|>(?=>)')
_IN_MACRO = re.compile(r'[~"]')


def reference_source(reference: ResourceReference, syntax: str) -> str:
    """Return a reference, without the parameters that xwiki/2.1 writes after `||`."""
    if syntax == "xwiki/2.0":
        return _reference_20(reference)
    scheme = f"{reference.type}:" if reference.typed else ""
    if reference.type == "interwiki":
        alias = reference.parameters.get("interWikiAlias")
        scheme = "interwiki:" if alias is None else f"interwiki:{alias}:"
    return scheme + reference.reference


def _reference_20(reference: ResourceReference) -> str:
    text = reference.reference
    if reference.type in ("doc", "space"):
        text = re.sub(r"[?@#]", r"\\\g<0>", text)
        if reference.type == "space":
            text += ".WebHome"
        for mark, name in (("#", "anchor"), ("?", "queryString")):
            value = reference.parameters.get(name)
            if value is not None:
                text += mark + re.sub(r"[?@#\\]", r"\\\g<0>", value)
        return text
    if reference.type == "interwiki":
        text = text.replace("\\", "\\\\")
        alias = reference.parameters.get("interWikiAlias")
        return text if alias is None else f"{text}@" + re.sub(r"[@\\]", r"\\\g<0>", alias)
    typed = reference.typed and reference.type in ("mailto", "attach")
    return f"{reference.type}:{text}" if typed else text


def escape_reference(text: str) -> str:
    """Return a reference as it stands in `[[…]]`."""
    text = text.replace("~", "~~").replace(">>", "~>~>")
    return text.replace("||", "~|~|").replace("]]", "~]~]")


def escape_label(text: str) -> str:
    """Return a label's source as it stands in `[[…>>`."""
    return _LABEL.sub(r"~\g<0>", text)


def link_params(reference: ResourceReference, params: Params, syntax: str) -> str:
    """Return what stands after `||`, the bars included; "" if nothing does."""
    names = written_as_parameters(reference.type, syntax)
    shown: Params = {name: reference.parameters.get(name) or None for name in names}
    pairs = [*_pairs(shown, _IN_LINK), *_pairs(params, _IN_LINK)]
    return "||" + " ".join(pairs) if pairs or params else ""


def _pairs(params: Params, special: re.Pattern[str]) -> list[str]:
    shown = [(key, value) for key, value in params.items() if value is not None]
    return [key + '="' + special.sub(r"~\g<0>", value) + '"' for key, value in shown]


def block_params(params: Params, end: str) -> str:
    """Return `(% … %)` and `end`; "" without parameters."""
    pairs = [pair.replace("%)", "~%)") for pair in _pairs(params, _IN_MACRO)]
    return f"(% {' '.join(pairs)} %){end}" if pairs else ""


def macro_source(name: str, params: Params, content: str | None, inline: bool) -> str:
    """Return a macro with its content."""
    tag = name
    if params:
        tag += " " + " ".join(_pairs(params, _IN_MACRO)).replace("}}", "~}~}")
    if content is None:
        return f"{{{{{tag}/}}}}"
    if content and not inline:
        content = f"\n{content}\n"
    return f"{{{{{tag}}}}}{content}{{{{/{name}}}}}"
