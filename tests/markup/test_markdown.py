"""Markdown: escaping, emphasis, blocks that stay apart, flavours, fallbacks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from kb.markup import builtin_registry, expand, parse
from kb.markup.render.markdown import FLAVOURS, PLAIN, Flavour, MarkdownOptions, render_markdown
from kb.markup.tree import nodes as n

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
NASTY = st.text(
    st.sampled_from("ab1 *_`~#|<>&[]()!\\-+=.:^$@{}\"'/%;，。：“”《中文é1290"),
    min_size=1,
    max_size=14,
)
PHRASES = st.one_of(
    NASTY,
    st.sampled_from(
        [
            "1. not a list", "- not a list", "+ no", "# no heading", "> no quote", "--- ", "===",
            "| a | b |", "|---|---|", "<b>no</b>", "&amp; &copy; &#65;", "[x](y)", "![x](y)",
            "[^1]: no", "[x]: /y", "```", "~~~ ~~x~~", "http://x", "<http://x>", "snake_case_x",
            "__init__", "a*b*c", "\\*", "* * *", "12) no", "    code", "!!! note", ":::tip",
            "---\ntitle: x", "[ ] no task", "<!-- no -->", "<?x ?>", "%%no%%", "==no==", "a\\",
        ]
    ),
)  # fmt: skip


def document(*blocks: n.Node) -> n.Document:
    return n.Document(0, list(blocks), "", "xwiki/2.1")


def paragraph(*inline: n.Node) -> n.Paragraph:
    return n.Paragraph(0, list(inline), n.NO_PARAMS)


def text(words: str) -> n.Text:
    return n.Text(0, words)


def markdown(tree: n.Document, flavour: Flavour = PLAIN) -> str:
    return render_markdown(tree, MarkdownOptions(flavour=flavour)).text


def of_source(source: str, flavour: str = "plain") -> str:
    tree = expand(parse(source), builtin_registry())
    return render_markdown(tree, MarkdownOptions(flavour=FLAVOURS[flavour])).text


def read(source: str) -> lxml_html.HtmlElement:
    return lxml_html.fragment_fromstring(READER.render(source), create_parent="div")


def words(root: lxml_html.HtmlElement) -> str:
    return re.sub(r"\s+", " ", root.text_content()).strip()


def link(label: str) -> n.Link:
    reference = n.ResourceReference("url", "http://x.example/", True)
    return n.Link(0, [text(label)], n.NO_PARAMS, reference, False)


def cell(*inline: n.Node, head: bool = False) -> n.TableCell:
    return n.TableCell(0, list(inline), n.NO_PARAMS, head)


def row(*cells: n.Node) -> n.TableRow:
    return n.TableRow(0, list(cells), n.NO_PARAMS)


PLACES: dict[str, Callable[[str], n.Node]] = {
    "p": lambda t: paragraph(text(t)),
    "h2": lambda t: n.Heading(0, [text(t)], n.NO_PARAMS, 2, "H"),
    "li": lambda t: n.List(0, [n.ListItem(0, [text(t)], n.NO_PARAMS)], n.NO_PARAMS, False),
    "blockquote": lambda t: n.Quotation(0, [n.QuotationLine(0, [text(t)])], n.NO_PARAMS),
    "td": lambda t: n.Table(0, [row(cell(text("h"))), row(cell(text(t)))], n.NO_PARAMS),
    "a": lambda t: paragraph(text("before "), link(t), text(" after")),
}


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=400, deadline=None)
@given(words_=PHRASES)
def test_text_reads_back_as_itself(place: str, words_: str) -> None:
    """Any text, in any place, is read by markdown-it-py as that text and nothing else."""
    wanted = re.sub(r"\s+", " ", words_).strip()
    made = markdown(document(PLACES[place](words_)))
    root = read(made)
    found = root.findall(f".//{place}")
    assert len(found) == 1 or not wanted, made
    if wanted:
        assert words(found[0]) == wanted, made
        allowed = {"p", "h2", "ul", "li", "blockquote", "table", "thead", "tbody", "tr", "td"}
        assert {node.tag for node in root.iter()} <= allowed | {"th", "a", "div"}, made


@settings(max_examples=300, deadline=None)
@given(first=PHRASES, second=PHRASES)
def test_lines_read_back_as_lines(first: str, second: str) -> None:
    """A line break between any two texts stays a line break in one paragraph."""
    if not first.strip() or not second.strip() or "\n" in first + second:
        return
    made = markdown(document(paragraph(text(first), n.LineBreak(0), text(second))))
    root = read(made)
    assert [node.tag for node in root] == ["p"], made
    assert len(root.findall(".//br")) == 1, made


STYLES = {n.BOLD: "strong", n.ITALIC: "em", n.STRIKE: "del"}
SHORT = st.text(st.sampled_from("ab ,.中文，：*_~`(“”)！1"), min_size=1, max_size=4)


def styled(children: st.SearchStrategy[list[n.Node]]) -> st.SearchStrategy[n.Node]:
    return st.builds(
        lambda style, inner: n.FormatSpan(0, inner, n.NO_PARAMS, style),
        st.sampled_from(list(STYLES)),
        children,
    )


def lists_of(node: st.SearchStrategy[n.Node]) -> st.SearchStrategy[list[n.Node]]:
    return st.lists(node, min_size=1, max_size=4)


INLINE = st.recursive(SHORT.map(text), lambda node: styled(lists_of(node)), max_leaves=8)


def styles_of_tree(nodes: list[n.Node], around: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
    found = []
    for node in nodes:
        if isinstance(node, n.FormatSpan):
            found += styles_of_tree(node.children, around | {STYLES[node.style]})
        elif isinstance(node, n.Text):
            found += [(char, around) for char in node.text if not char.isspace()]
    return found


def styles_of_html(
    node: lxml_html.HtmlElement, around: frozenset[str]
) -> list[tuple[str, frozenset[str]]]:
    tag = "del" if node.tag == "s" else node.tag
    inner = around | {tag} if tag in STYLES.values() else around
    found = [(char, inner) for char in node.text or "" if not char.isspace()]
    for child in node:
        found += styles_of_html(child, inner)
        found += [(char, inner) for char in child.tail or "" if not char.isspace()]
    return found


@settings(max_examples=300, deadline=None)
@given(lists_of(INLINE))
def test_each_character_keeps_its_styles(nodes: list[n.Node]) -> None:
    """However formats nest and touch punctuation, each character keeps bold, italic, strike."""
    made = markdown(document(paragraph(*nodes)))
    wanted = styles_of_tree(nodes, frozenset())
    assert styles_of_html(read(made), frozenset()) == wanted, made


def test_neighbours_stay_apart() -> None:
    """Two lists, quotations or tables that follow each other stay two."""
    bullet = PLACES["li"]
    quote = PLACES["blockquote"]
    table = PLACES["td"]
    for make, tag in ((bullet, "ul"), (quote, "blockquote"), (table, "table")):
        made = markdown(document(make("a"), make("b")))
        assert len(read(made).findall(f"./{tag}")) == 2, made


CASES = [
    ("plain", "{{info}}\nx\n{{/info}}", "> [!NOTE]\n> x\n"),
    ("plain", "{{error title=\"T\"}}\nx\n{{/error}}", "> [!CAUTION]\n> **T**\n>\n> x\n"),
    ("material", "{{warning}}\nx\n{{/warning}}", "!!! warning\n\n    x\n"),
    ("material", "{{box title=\"T\"}}\nx\n{{/box}}", '!!! abstract "T"\n\n    x\n'),
    ("obsidian", "{{success title=\"T\"}}\nx\n{{/success}}", "> [!success] T\n> x\n"),
    ("docusaurus", "{{error title=\"T\"}}\nx\n{{/error}}", ":::danger[T]\n\nx\n\n:::\n"),
    ("plain", "= A =\n\n[[x>>||anchor=\"HA\"]]", '# <a id="HA"></a>A\n\n[x](#HA)\n'),
    ("hugo", "= A =\n\n[[x>>||anchor=\"HA\"]]", "# A {#HA}\n\n[x](#HA)\n"),
    ("obsidian", "= A B =\n\n[[x>>||anchor=\"HAB\"]]", "# A B\n\n[x](#A%20B)\n"),
    ("plain", "= A =\n\n[[x>>#HB]]", "# A\n\n[x](#HB)\n"),
    ("material", "* a\n** b", "-   a\n    -   b\n"),
    ("plain", "a\nb", "a\\\nb\n"),
    ("material", "a\nb", "a  \nb\n"),
    ("plain", "; t\n: d", "<dl><dt>t</dt><dd>d</dd></dl>\n"),
    ("hugo", "; t\n: d", "t\n:   d\n"),
    ("plain", "{{code language=\"java\"}}\na\n{{/code}}", "```java\na\n```\n"),
    ("plain", "{{code}}\n```\nx\n```\n{{/code}}", "````\n```\nx\n```\n````\n"),
    ("hugo", "{{code}}\n~{{< x >}}\n{{/code}}",
     "<pre><code>~&#123;&#123;&#60; x &gt;}}</code></pre>\n"),
    ("docusaurus", "a {b} ~<c", "a &#123;b&#125; &#60;c\n"),
    ("docusaurus", "##a//b//\nc##", "<code>a*b*<br />c</code>\n"),
    ("plain", "x {{html}}<b>*a*</b>\n[b](c){{/html}}",
     "x <strong>&#42;a&#42;</strong> &#91;b&#93;(c)\n"),
    ("plain", "{{html}}[b](c) <i>d</i>{{/html}}", "<p>[b](c) <em>d</em></p>\n"),
    ("plain", "{{html}}<p>a *b*</p>\n\n<pre>c\n\nd</pre>{{/html}}",
     "<p>a *b*</p><pre>c&#10;&#10;d</pre>\n"),
    ("material", "[a] ~~b", "&#91;a&#93; &#126;b\n"),
    ("docusaurus", "import x", "&#105;mport x\n"),
    ("docusaurus", "https://x.example/", "[https://x.example/](https://x.example/)\n"),
    ("docusaurus", "[[image:http://x/a.png||width=3]]",
     '<img src="http://x/a.png" alt="http://x/a.png" width="3" />\n'),
    ("material", "[[image:http://x/a.png||width=3]]",
     "![http://x/a.png](http://x/a.png){ width=3 }\n"),
    ("obsidian", "[[image:http://x/a.png||width=3]]", "![http://x/a.png|3](http://x/a.png)\n"),
    ("obsidian", "a #b ~==c~==", "a &#35;b &#61;&#61;c&#61;&#61;\n"),
    ("plain", "注意**粗体：**后面", "注意<strong>粗体：</strong>后面\n"),
    ("plain", "注意**粗体**后面", "注意**粗体**后面\n"),
    ("plain", "|=a|=b\n|1|2|3", "| a | b |  |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n"),
    ("plain", "|=a|b\n|=c|d", "| a | b |\n| --- | --- |\n| **c** | d |\n"),
    ("plain", "{{velocity}}\n$x\n{{/velocity}}",
     "```xwiki\n{{velocity}}\n$x\n{{/velocity}}\n```\n"),
    ("plain", "wow![[x>>http://x.example/]]", "wow\\![x](http://x.example/)\n"),
    ("plain", "(% style=\"color:red\" %)r", '<span class="wiki-red">r</span>\n'),
    ("plain", "[[x>>javascript:alert(1)]]", "[x](javascript%3Aalert%281%29)\n"),
    ("plain", "[[x>>url:javascript://a/b]]",
     '<span class="wiki-nowhere" title="javascript://a/b">x</span>\n'),
    ("plain", "[[x>>A.B||queryString='a=1' anchor='HC']]", "[x](A.B?a=1#HC)\n"),
    ("plain", "[[image:a b.png]]", "![a b.png](a%20b.png)\n"),
    ("plain", "[[x>>path://evil.example/y]]", "[x](/evil.example/y)\n"),
]  # fmt: skip


@pytest.mark.parametrize(("flavour", "source", "wanted"), CASES)
def test_flavours(flavour: str, source: str, wanted: str) -> None:
    """Each flavour says each construct in its own way."""
    assert of_source(source, flavour) == wanted


def test_fallbacks_are_counted() -> None:
    """What Markdown cannot say is reported by kind."""
    tree = expand(parse("__u__ {{groovy}}x{{/groovy}}\n\n|(% colspan=2 %)a"), builtin_registry())
    assert render_markdown(tree).fallbacks == {
        "macro:groovy": 1,
        "table-span": 1,
        "underline": 1,
    }


def test_wide_tables_do_not_square() -> None:
    """One wide row among many narrow ones costs its width once."""
    made = of_source("|a" * 2000 + "\n" + "|b\n" * 2000)
    assert len(made) < 40_000


DEEP = [
    "(((\n" * 10_000, "* " + "(((\n* " * 3000, ">" * 5000 + "x", "*" * 5000 + " x", "|(((" * 5000,
    "{{info}}\n" * 3000, "[[" * 5000, "**//__--" * 3000, "(% a=b %)" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(DEEP)))
@pytest.mark.parametrize("flavour", ["plain", "docusaurus"])
def test_deep_nesting_is_no_crash(number: int, flavour: str) -> None:
    """However deep constructs nest, there is an answer soon."""
    started = time.process_time()
    of_source(DEEP[number], flavour)
    assert time.process_time() - started < 20
