"""The inline part of the source printer: text, links, macros, line breaks."""

from __future__ import annotations

from typing import Final

from kb.markup.render.xwiki.escape import (
    escape_label,
    escape_reference,
    link_params,
    macro_source,
    reference_source,
    verbatim_source,
)
from kb.markup.render.xwiki.writer import XwikiWriter
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node, Params

_SPECIAL: Final = frozenset("""!"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~""")
# A line break before the end of one of these, or the beginning of the others, is `\\`.
_INLINE_ENDS: Final = (
    n.Group, n.Paragraph, n.DefinitionTerm, n.DefinitionDescription, n.Heading, n.ListItem,
    n.QuotationLine, n.TableCell, n.Figure, n.FigureCaption,
)  # fmt: skip
_INLINE_STOPS: Final = (n.DefinitionList, n.List, n.Quotation)
# After these a bare URL needs no brackets.
_LINK_ENDS: Final = (
    n.Paragraph, n.Link, n.ListItem, n.DefinitionDescription, n.DefinitionTerm, n.QuotationLine,
    n.OutlineSection,
)  # fmt: skip


def on(w: XwikiWriter, node: Node) -> None:
    """Print a node without inner events."""
    state = w.state
    if isinstance(node, n.LineBreak):
        state.line_breaks += 1
        _line_break(w)
    else:
        state.line_breaks = 0
        _leaf(w, node)
    state.previous = type(node)


def _leaf(w: XwikiWriter, node: Node) -> None:
    if isinstance(node, n.Text):
        w.state.first = False
        w.end_format_params()
        w.source.delay(node.text)
    elif isinstance(node, n.Image):
        _image(w, node)
    elif isinstance(node, n.Macro):
        _macro(w, node)
    elif isinstance(node, n.MacroResult):
        _macro_result(w, node)
    elif isinstance(node, n.Figure):
        _figure(w, node)
    elif isinstance(node, n.Verbatim):
        if not node.inline:
            w.empty_line()
        w.params(node.params)
        w.print("{{{" + verbatim_source(node.content) + "}}}")
    elif isinstance(node, n.EmptyLines):
        _empty_lines(w, node)
    elif isinstance(node, n.HorizontalLine):
        w.empty_line()
        w.params(node.params)
        w.print("----")
    elif isinstance(node, n.Anchor):
        w.print(macro_source("id", {"name": node.name}, None, node.inline))
    elif isinstance(node, n.TooDeep):
        w.print(node.source)


def _line_break(w: XwikiWriter) -> None:
    r"""Print a line end where it stays a break within its block, else `\\`."""
    marked = w.state.where.inline and (w.state.line_breaks > 1 or _ends_inline(w, 1))
    w.print("\\\\" if marked else "\n")


def _ends_inline(w: XwikiWriter, ahead: int) -> bool:
    """Tell whether the content of the block ends with the event `ahead`."""
    event = w.next(ahead)
    if event is None:
        return False
    side, node = event
    if side == "begin":
        return isinstance(node, _INLINE_STOPS)
    if side == "end" and isinstance(node, n.FormatSpan) and node.style == n.STYLE_NONE:
        return ahead == 1 and _ends_inline(w, 2)
    return side == "end" and isinstance(node, _INLINE_ENDS)


def _macro(w: XwikiWriter, node: n.Macro) -> None:
    source = macro_source(node.name, node.params, node.content, node.inline)
    if not node.inline:
        w.empty_line()
        w.print(source)
        return
    if w.source.last_waiting() == "{":
        w.source.escape_last = True
    w.source.put(source, w.state.where)


def _macro_result(w: XwikiWriter, node: n.MacroResult) -> None:
    macro = node.macro
    if not macro.inline:
        w.empty_line()
    w.end_format_params()
    w.print(macro_source(macro.name, macro.params, macro.content, macro.inline))


def _empty_lines(w: XwikiWriter, node: n.EmptyLines) -> None:
    """Print as many line ends as the parser needs to find these empty lines."""
    count = node.count
    previous = w.state.previous
    if previous in (n.Table, n.List, n.DefinitionList):
        count += 1
    following = w.next()
    if previous is None:
        count += -1 if following is not None and following[0] == "end" else 1
        if not w.states and following is not None:
            count += 1
    elif following is None:
        count += 1
    if count:
        w.print("\n" * count)


def _image(w: XwikiWriter, node: n.Image) -> None:
    full = _begin_reference(w, node.freestanding, node.params)
    _end_reference(w, node.reference, node.freestanding, node.params, full, "image:")


def _begin_reference(w: XwikiWriter, freestanding: bool, params: Params) -> bool:
    """Print `[[` where it is needed; whether it was."""
    consumed = not w.source.buffer
    w.source.flush(w.state.where)
    full = _needs_brackets(w, consumed, freestanding, params)
    if full:
        w.source.put("[[", w.state.where)
    return full


def _needs_brackets(w: XwikiWriter, consumed: bool, freestanding: bool, params: Params) -> bool:
    """Tell whether `[[…]]` must stand around a reference."""
    if not freestanding or params:
        return True
    if not consumed and not w.source.after_blank() and w.source.last[-1:] not in _SPECIAL:
        return True
    event = w.next()
    if event is None:
        return False
    side, node = event
    if side == "end":
        return not isinstance(node, _LINK_ENDS)
    if isinstance(node, n.Text):
        return not node.text.startswith(" ")
    return not isinstance(node, n.LineBreak)


def _end_reference(
    w: XwikiWriter,
    reference: n.ResourceReference,
    bare: bool,
    params: Params,
    full: bool,
    scheme: str,
) -> None:
    source = scheme + reference_source(reference, w.syntax)
    w.source.put(source if bare else escape_reference(source), w.state.where)
    w.source.put(link_params(reference, params, w.syntax), w.state.where)
    if full or not bare:
        w.source.put("]]", w.state.where)


def begin_link(w: XwikiWriter, node: n.Link) -> None:
    """Print what opens a link; its label is collected."""
    if w.source.last_waiting() == "[" and _needs_brackets(w, True, node.freestanding, node.params):
        w.source.escape_last = True
    w.end_format_params()
    w.source.flush(w.state.where)
    w.brackets.append(_begin_reference(w, node.freestanding, node.params))
    at_line_start = w.source.at_line_start
    w.push()
    w.source.at_line_start = at_line_start


def end_link(w: XwikiWriter, node: n.Link) -> None:
    """Print a link."""
    label = w.pop()
    if label:
        w.source.put(escape_label(label) + ">>", w.state.where)
    full = w.brackets.pop()
    _end_reference(w, node.reference, node.freestanding, node.params, full, "")


def _figure(w: XwikiWriter, node: n.Figure) -> None:
    """Print an image with its caption: a paragraph of its own."""
    params = dict(node.params)
    classes = [name for name in (params.get("class") or "").split() if name != "image"]
    params["class"] = " ".join(classes) if classes else None
    w.empty_line()
    w.params(params)
    image, caption = node.children
    assert isinstance(caption, n.FigureCaption)
    if isinstance(image, n.Link):
        label = _captioned_image(w, image.children[0], caption)
        w.source.put(f"[[{escape_label(label)}>>", w.state.where)
        _end_reference(w, image.reference, False, image.params, True, "")
    else:
        w.source.put(_captioned_image(w, image, caption), w.state.where)


def _captioned_image(w: XwikiWriter, image: Node, caption: n.FigureCaption) -> str:
    """Return the source of an image whose label is the caption."""
    assert isinstance(image, n.Image)
    w.push()
    label = escape_label(w.print_blocks(caption.children, w.syntax))
    w.source.put(f"[[{label}>>" if label else "[[", w.state.where)
    _end_reference(w, image.reference, False, image.params, True, "image:")
    return w.pop()
