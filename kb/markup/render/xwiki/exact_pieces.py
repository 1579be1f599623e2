"""Pieces of XWiki source that read back exactly: texts, parameters, macros, references."""

from __future__ import annotations

import re

from kb.markup.parser.link_references import written_as_parameters
from kb.markup.parser.macro_syntax import MacroScanner
from kb.markup.render.xwiki.pieces import reference_source
from kb.markup.tree.nodes import Macro, Params, ResourceReference, Verbatim

_SPECIAL = re.compile(r"[!-/:-@\[-`{-~]")
_SIMPLE_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*")


def escape(text: str) -> str:
    """Return `text` with every mark and the spaces at its edges escaped."""
    core = text.strip(" ")
    if not core:
        return "~ " * len(text)
    before = len(text) - len(text.lstrip(" "))
    after = len(text) - len(text.rstrip(" "))
    return "~ " * before + _SPECIAL.sub(r"~\g<0>", core) + "~ " * after


def pairs_source(params: Params, special: str = "") -> str:
    """Return parameters in quotes, `special` characters escaped too."""
    parts = []
    for key, value in params.items():
        name = key if _SIMPLE_KEY.fullmatch(key) else _quoted(key, special)
        parts.append(name if value is None else f"{name}={_quoted(value, special)}")
    return " ".join(parts)


def _quoted(text: str, special: str) -> str:
    return '"' + re.sub(rf'[~"{special}]', r"~\g<0>", text) + '"'


def params_source(params: Params) -> str:
    """Return `(% … %)`, also without parameters."""
    inner = pairs_source(params, "%")
    return f"(% {inner} %)" if inner else "(%%)"


def macro_pieces(macro: Macro) -> tuple[str, bool]:
    """Return a macro's source, and whether it only reads back at the very end."""
    inner = pairs_source(macro.params, "}")
    tag = "{{" + macro.name + (" " + inner if inner else "")
    content = macro.content
    if content is None:
        return tag + "/}}", False
    bodies = [f"\n{content}\n"] if content and not macro.inline else []
    bodies += [content, f"\n{content}\n", f"\n{content}\r", f"\n{content}"]
    end = "{{/" + macro.name + "}}"
    for close in (end, ""):
        for body in bodies:
            source = tag + "}}" + body + close
            found, stop = MacroScanner(source).macro(0)
            if found is not None and found.content == content and stop == len(source):
                return source, not close
    return tag + "}}" + content, True


def verbatim_pieces(verbatim: Verbatim) -> tuple[str, bool]:
    """Return `{{{…}}}`, and whether it only reads back at the very end."""
    content = verbatim.content
    escaped = content.replace("{{{", "~{~{~{").replace("}}}", "~}~}~}")
    for close in ("}}}", ""):
        for body in (content, escaped):
            source = "{{{" + body + close
            found, stop = MacroScanner(source).verbatim(0)
            if found == content and stop == len(source):
                return source, not close
    return "{{{" + content, True


def bare_source(reference: ResourceReference, syntax: str) -> str:
    """Return a reference written without brackets, where nothing can be escaped."""
    parts = reference.parameters
    if syntax != "xwiki/2.0" or reference.type not in ("doc", "interwiki"):
        return reference_source(reference, syntax)
    marks = (("@", "interWikiAlias"), ("#", "anchor"), ("?", "queryString"))
    return reference.reference + "".join(m + parts[name] for m, name in marks if name in parts)


def link_source(
    label: str | None, scheme: str, reference: ResourceReference, params: Params, syntax: str
) -> str:
    """Return `[[label>>reference||parameters]]`; `scheme` stands before the reference."""
    escaped = "" if label is None else _in_link(label) + ">>"
    target = _in_link(scheme + reference_source(reference, syntax))
    names = written_as_parameters(reference.type, syntax)
    values = reference.parameters
    moved: Params = {name: values[name] for name in names if name in values}
    inner = pairs_source({**moved, **params}, r"\[\]|")
    return f"[[{escaped}{target}{'||' + inner if inner else ''}]]"


def _in_link(text: str) -> str:
    return re.sub(r"[~|\[\]>]", r"~\g<0>", text)
