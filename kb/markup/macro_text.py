"""A macro call as it is written, and whether it could run."""

from __future__ import annotations

from kb.markup.macros.content import ERROR
from kb.markup.nodes import Format, Group, Macro, MacroResult


def macro_source(macro: Macro) -> str:
    """The call in wiki syntax, its parameters in normal form."""
    parts = ["{{", macro.name]
    for key, value in macro.params.items():
        parts.append(f" {key}" if value is None else f' {key}="{_escape(value)}"')
    if macro.content is None:
        return "".join([*parts, "/}}"])
    newline = "\n" if "\n" in macro.content or not macro.inline else ""
    return "".join([*parts, "}}", newline, macro.content, newline, "{{/", macro.name, "}}"])


def failed(result: MacroResult) -> bool:
    """Whether the macro is unknown or could not do what it was asked."""
    first = result.children[0] if result.children else None
    return isinstance(first, Group | Format) and first.params.get("class") == ERROR


def _escape(value: str) -> str:
    return value.replace("~", "~~").replace('"', '~"')
