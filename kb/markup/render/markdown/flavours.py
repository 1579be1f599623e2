"""What differs between the programs that read Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

_ENTITY_IF_TEXT = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavour:
    """One program's Markdown."""

    name: str
    admonition: Literal["alert", "callout", "indented", "fenced"] = "alert"
    """`> [!NOTE]` · `> [!info] Title` · `!!! note "Title"` · `:::note[Title]`."""
    anchor: Literal["html", "attribute", "text"] = "html"
    """An id is `<a id>` · `{#id}` after the heading · links name the heading's text."""
    toc: Literal["list", "[TOC]", "{{< toc >}}", "none"] = "list"
    """A table of contents is written out · asked for by that mark · made by the program anyway."""
    image_size: Literal["html", "attribute", "pipe"] = "html"
    """`<img width>` · `![](){ width=3 }` · `![alt|3]()`."""
    definition_lists: bool = False
    python: bool = False
    """Read by Python-Markdown: lists indent by four, a backslash escapes and breaks less."""
    jsx: bool = False
    """HTML is JSX, braces are code, and there are no autolinks."""
    code_title: bool = False
    """A listing's title may stand in its info string."""
    specials: re.Pattern[str] = _ENTITY_IF_TEXT
    """Text that would mean something here beyond CommonMark; written as entities."""
    line_specials: re.Pattern[str] = _ENTITY_IF_TEXT
    """The same where a line begins; matched at its start."""
    code_specials: re.Pattern[str] = _ENTITY_IF_TEXT
    """What even code cannot say here; such code becomes HTML with entities."""

    @property
    def comment(self) -> str:
        """Return what keeps two neighbours apart without being seen."""
        return "{/* */}" if self.jsx else "<!-- -->"


PLAIN: Final = Flavour(name="plain")
MATERIAL: Final = Flavour(
    name="material",
    admonition="indented",
    anchor="attribute",
    toc="[TOC]",
    image_size="attribute",
    definition_lists=True,
    python=True,
    code_title=True,
    specials=re.compile(r"==|\^|\+\+|[{}~$]|:(?=[\w+-]+:)|--8<--"),
    line_specials=re.compile(r"!!!|\?\?\?|:(?=\s)|///"),
)
HUGO: Final = Flavour(
    name="hugo",
    anchor="attribute",
    toc="{{< toc >}}",
    definition_lists=True,
    specials=re.compile(r"\{\{|\}\}|:(?=[\w+-]+:)"),
    line_specials=re.compile(r":(?=\s)|\+\+\+"),
    code_specials=re.compile(r"\{\{[<%]"),
)
OBSIDIAN: Final = Flavour(
    name="obsidian",
    admonition="callout",
    anchor="text",
    toc="list",
    image_size="pipe",
    specials=re.compile(r"==|%%|\$|(?<![^\s])#(?=[^\s#])|\^(?=[\w-]+$)"),
)
DOCUSAURUS: Final = Flavour(
    name="docusaurus",
    admonition="fenced",
    anchor="attribute",
    toc="none",
    jsx=True,
    code_title=True,
    # `:name` is read as it stands, unless brackets make a directive of it.
    specials=re.compile(r"[{}<$]|:(?=[A-Za-z][A-Za-z0-9_-]*\Z)"),
    line_specials=re.compile(r"import\b|export\b|::"),
)
FLAVOURS: Final = {
    flavour.name: flavour for flavour in (PLAIN, MATERIAL, HUGO, OBSIDIAN, DOCUSAURUS)
}
