"""The tree's details that others rely on: places, references, macros of one's own, the example."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

import pytest

from kb.markup import builtin_registry, expand, parse
from kb.markup.macros import MacroContext, MacroError
from kb.markup.render.plain import plain_text
from kb.markup.render.xhtml import render_xhtml
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Position

ROOT = Path(__file__).resolve().parents[2]

N = TypeVar("N", bound=n.Node)


def find(parent: n.Parent, kind: type[N]) -> list[N]:
    """All nodes of `kind`, in order."""
    found: list[N] = []
    for node in parent.children:
        if isinstance(node, kind):
            found.append(node)
        if isinstance(node, n.Parent):
            found += find(node, kind)
    return found


def test_example_of_the_documentation_runs() -> None:
    """The example at the beginning of docs/markup.md runs."""
    text = (ROOT / "docs" / "markup.md").read_text("utf-8")
    code = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0]
    values: dict[str, object] = {}
    exec(code, values)
    page = values["page"]
    assert isinstance(page, n.Document)
    assert page.position(page.children[0]) == Position(1, 1)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_nodes_know_their_line_and_column(newline: str) -> None:
    """Line and column of a node are those in the source, whatever ends its lines."""
    source = newline.join(["= One =", "", "text [[label>>A.B]] and **bold**", "* item", "{{m/}} x"])
    document = parse(source)
    places = {
        type(node).__name__: document.position(node)
        for kind in (n.Heading, n.Link, n.FormatSpan, n.ListItem, n.Macro)
        for node in find(document, kind)
    }
    assert places == {
        "Heading": Position(1, 1),
        "Link": Position(3, 6),
        "FormatSpan": Position(3, 27),
        "ListItem": Position(4, 1),
        "Macro": Position(5, 1),
    }
    label = find(find(document, n.Link)[0], n.Text)[0]
    assert document.position(label) == Position(3, 8)


def test_content_of_macros_knows_its_place_in_the_page() -> None:
    """Nodes within a macro's content have their place in the page, not in the content."""
    document = expand(parse("a\n\n{{info}}\nfirst\n\nsecond\n{{/info}}"), builtin_registry())
    lines = [document.position(node).line for node in find(document, n.Paragraph)]
    assert lines == [1, 4, 6]


@pytest.mark.parametrize(
    ("source", "syntax", "expected"),
    [
        ("[[a>>doc:A.B||anchor='x' queryString='y=1']]", "xwiki/2.1",
         ("doc", "A.B", True, {"anchor": "x", "queryString": "y=1"})),
        ("[[a>>A.B#x?y=1]]", "xwiki/2.0",
         ("doc", "A.B", False, {"anchor": "x", "queryString": "y=1"})),
        ("[[a>>A.B@wiki]]", "xwiki/2.0", ("interwiki", "A.B", True, {"interWikiAlias": "wiki"})),
        ("[[a>>interwiki:wiki:A]]", "xwiki/2.1",
         ("interwiki", "A", True, {"interWikiAlias": "wiki"})),
        ("[[attach:P@f.png]]", "xwiki/2.1", ("attach", "P@f.png", True, {})),
        ("[[https://x.org/?a#b]]", "xwiki/2.0", ("url", "https://x.org/?a#b", False, {})),
        ("mailto:a@b.org", "xwiki/2.1", ("mailto", "a@b.org", True, {})),
    ],
)  # fmt: skip
def test_links_say_what_they_point_to(
    source: str, syntax: str, expected: tuple[str, str, bool, dict[str, str]]
) -> None:
    """A link's reference says its type, its target, and whether the type was written."""
    (link,) = find(parse(source, syntax), n.Link)
    assert isinstance(link, n.Link)
    reference = link.reference
    got = (reference.type, reference.reference, reference.typed, reference.parameters)
    assert got == expected


def test_outside_a_wiki_every_link_is_a_url() -> None:
    """With `wiki=False` a link that only a wiki could follow is a URL."""
    (link,) = find(parse("[[a>>doc:A.B]]", wiki=False), n.Link)
    assert isinstance(link, n.Link)
    assert (link.reference.type, link.reference.reference) == ("url", "doc:A.B")


def test_a_registry_takes_macros_of_ones_own() -> None:
    """A function added to a registry makes the nodes in its macro's place."""

    def shout(macro: n.Macro, context: MacroContext) -> list[n.Node]:
        if not macro.content:
            raise MacroError("nothing to say")
        return context.parse(macro.content.upper(), macro.content_pos, macro.inline)

    registry = builtin_registry()
    copy = registry.copy()
    copy.add("shout", shout)
    assert "shout" not in registry.names()
    said = expand(parse("{{shout}}**loud**{{/shout}} x"), copy)
    assert render_xhtml(said.children) == "<p><strong>LOUD</strong> x</p>"
    silent = expand(parse("{{shout/}}"), copy)
    message = "Failed to execute the [shout] macro. Cause: [nothing to say]."
    assert message in plain_text(silent.children)


def test_only_xwiki_2_is_read_here() -> None:
    """`parse` raises ValueError for any other syntax."""
    with pytest.raises(ValueError, match="not an XWiki"):
        parse("a", "xwiki/1.0")


def test_unknown_and_script_macros_are_shown_never_run() -> None:
    """Unknown and script macros become an error block; nothing runs."""
    document = expand(parse("{{velocity}}$x{{/velocity}}"), builtin_registry())
    assert render_xhtml(document.children).startswith(
        '<div class="xwikirenderingerror">Unknown macro: velocity.'
    )
