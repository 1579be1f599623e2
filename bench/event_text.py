"""XWiki's event/1.0 from a tree: what a listener of XWiki's parser would hear, for tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

_TOKENS = re.compile(r"""[^\t\n\r !"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]+|.""", re.DOTALL)
_SPECIAL = """!"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"""
_FORMATS = {
    n.BOLD: "BOLD",
    n.ITALIC: "ITALIC",
    n.STRIKE: "STRIKEDOUT",
    n.UNDERLINE: "UNDERLINED",
    n.SUPERSCRIPT: "SUPERSCRIPT",
    n.SUBSCRIPT: "SUBSCRIPT",
    n.MONOSPACE: "MONOSPACE",
    n.STYLE_NONE: "NONE",
}
_SIMPLE = {
    n.Paragraph: "Paragraph",
    n.Group: "Group",
    n.OutlineSection: "Section",
    n.ListItem: "ListItem",
    n.DefinitionList: "DefinitionList",
    n.DefinitionTerm: "DefinitionTerm",
    n.DefinitionDescription: "DefinitionDescription",
    n.Table: "Table",
    n.TableRow: "TableRow",
    n.Quotation: "Quotation",
    n.QuotationLine: "QuotationLine",
    n.Figure: "Figure",
    n.FigureCaption: "FigureCaption",
}
_SYNTAX_NAMES = {"xwiki/2.0": "XWiki 2.0", "xwiki/2.1": "XWiki 2.1", "plain/1.0": "Plain 1.0"}
_BLOCKS = "java.util.List<org.xwiki.rendering.block.Block>"


def render_events(nodes: Iterable[Node]) -> str:
    """One event a line."""
    out = ["beginDocument"]
    _all(nodes, out)
    return "\n".join([*out, "endDocument"])


def _all(nodes: Iterable[Node], out: list[str]) -> None:
    for node in nodes:
        if isinstance(node, n.Text):
            _text(node, out)
        elif isinstance(node, n.LineBreak):
            out.append("onNewLine")
        elif isinstance(node, n.Parent):
            name, arguments = _parent(node)
            out.append(f"begin{name}{arguments}")
            _all(node.children, out)
            out.append(f"end{name}{arguments}")
        else:
            out.append(_leaf(node))


def _text(node: n.Text, out: list[str]) -> None:
    if isinstance(node, n.MacroPhrase):
        out.append(f"onWord [{_escaped(node.text)}]")
        return
    for token in _TOKENS.findall(node.text):
        if token == " ":
            out.append("onSpace")
        elif token in _SPECIAL:
            out.append(f"onSpecialSymbol [{token}]")
        else:
            out.append(f"onWord [{_escaped(token)}]")


def _parent(node: n.Parent) -> tuple[str, str]:
    """The event's name after begin or end, and what follows it."""
    params = _params(node.params) if isinstance(node, n.Container) else ""
    simple = _SIMPLE.get(type(node))
    if simple:
        return simple, params
    if isinstance(node, n.TableCell):
        return ("TableHeadCell" if node.head else "TableCell"), params
    if isinstance(node, n.Heading):
        return "Header", f" [{node.level}, {node.id}]{params}"
    if isinstance(node, n.List):
        return "List", f" [{'NUMBERED' if node.ordered else 'BULLETED'}]{params}"
    if isinstance(node, n.FormatSpan):
        return "Format", f" [{_FORMATS[node.style]}]{params}"
    if isinstance(node, n.Link):
        freestanding = str(node.freestanding).lower()
        return "Link", f" [{_reference(node.reference)}] [{freestanding}]{params}"
    if isinstance(node, n.MacroContent):
        return "MetaData", _metadata(node)
    assert isinstance(node, n.MacroResult)
    return "MacroMarker", _macro(node.macro)


def _leaf(node: Node) -> str:
    if isinstance(node, n.Macro):
        return f"onMacro{_macro(node)}"
    if isinstance(node, n.Image):
        arguments = f"[{_reference(node.reference)}] [{str(node.freestanding).lower()}]"
        id_ = f" [{node.id}]" if node.id else ""
        return f"onImage {arguments}{id_}{_params(node.params)}"
    if isinstance(node, n.Verbatim):
        return f"onVerbatim [{node.content}] [{str(node.inline).lower()}]{_params(node.params)}"
    if isinstance(node, n.EmptyLines):
        return f"onEmptyLines [{node.count}]"
    if isinstance(node, n.HorizontalLine):
        return f"onHorizontalLine{_params(node.params)}"
    if isinstance(node, n.RawText):
        return f"onRawText [{node.text}] [{node.syntax}]"
    if isinstance(node, n.Anchor):
        return f"onId [{node.name}]"
    assert isinstance(node, n.TooDeep)
    return f"onWord [{_escaped(node.source)}]"


def _reference(reference: n.ResourceReference) -> str:
    text = f"Typed = [{str(reference.typed).lower()}] Type = [{reference.type}]"
    # Only what a macro makes has no reference at all.
    made = reference.type == "doc" and reference.typed and "anchor" in reference.parameters
    if reference.reference or not made:
        text += f" Reference = [{reference.reference}]"
    if reference.parameters:
        shown = "], [".join(f"{key}] = [{value}" for key, value in reference.parameters.items())
        text += f" Parameters = [[{shown}]]"
    return text


def _macro(macro: n.Macro) -> str:
    params = "|".join(
        f"{key}={'null' if value is None else value}" for key, value in macro.params.items()
    )
    kind = "Inline" if macro.inline else "Standalone"
    content = "" if macro.content is None else f" [{macro.content}]"
    return f"{kind} [{macro.name}] [{params}]{content}"


def _metadata(node: n.MacroContent) -> str:
    shown: n.Params = {"non-generated-content": _BLOCKS}
    if node.parameter == "source":
        shown = {}
    elif node.parameter:
        shown["parameter-name"] = node.parameter
    if node.syntax:
        shown["syntax"] = _SYNTAX_NAMES.get(node.syntax, node.syntax)
    return _params(shown)


def _params(params: Mapping[str, str | None]) -> str:
    shown = "".join(
        f"[{_escaped(key)}]=[{_escaped(value)}]"
        for key, value in sorted(params.items())
        if value is not None
    )
    return f" [{shown}]" if shown else ""


def _escaped(text: str) -> str:
    if all(" " <= char <= "~" for char in text):
        return text
    units = text.encode("utf-16-le")
    codes = [int.from_bytes(units[i : i + 2], "little") for i in range(0, len(units), 2)]
    return "".join(f"((({code})))" if code > 126 else chr(code) for code in codes)
