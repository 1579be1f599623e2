"""HTML for the site: structure, links, lines, ids, speed of writing."""

from __future__ import annotations

import gzip
import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.markup import builtin_registry, expand, parse
from kb.markup.macros import MacroRegistry
from kb.markup.render.html import HtmlOptions, render_html
from kb.markup.syntaxes import read_page
from tests.markup.facts import Everywhere
from tests.markup.structure import wrong_with


def registry_without_html() -> MacroRegistry:
    """Foreign HTML may be put together as it likes; it is not what is judged here."""
    registry = builtin_registry()
    for name in ("html", "raw"):
        registry.add(name, lambda macro, context: [])
    return registry


def shown(source: str, syntax: str = "xwiki/2.1", options: HtmlOptions | None = None) -> str:
    document = expand(parse(source, syntax), registry_without_html())
    return render_html(document, options or HtmlOptions(resolver=Everywhere()))


def test_real_pages_are_well_formed(shared: Path) -> None:
    """Every page of the corpus gives HTML that keeps the standard's content models."""
    with gzip.open(shared / "corpus" / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            page = json.loads(line)
            if "{{velocity" in page["source"] and len(page["source"]) > 20_000:
                continue
            assert not wrong_with(shown(page["source"], page["syntax"])), page["id"]


@pytest.mark.parametrize(
    "html",
    [
        "<p><div>x</div></p>", "<ul>x</ul>", "<a href='x'><b><a href='y'>z</a></b></a>", "<p>x",
        "<b id='x'></b><i id='x'></i>", "<img src='x'>", "<table><tr><td>x</td></tr></table>",
        "<details><p>x</p><summary>y</summary></details>", "<b><i></b></i>", "<p id='a b'></p>",
    ],
)  # fmt: skip
def test_the_validator_notices(html: str) -> None:
    """Each kind of mistake is seen."""
    assert wrong_with(html)


PARTS = [
    "= h =", "\n", "\n\n", "* a", "** b", "1. c", "; t", ": d", "> q", ">> r", "|=x|y", "|z",
    "(((", ")))", "**", "//", "__", "##", "--", "^^", "[[l>>P]]", "[[", "]]", "[[image:i.png]]",
    "[[**b** (((x)))>>P]]", "[[[[in>>A]] out>>B]]", "http://x.example/ ", "{{{v}}}", "----",
    "(% id='x' %)", "(% style='color:red' %)", "{{info}}", "{{/info}}", "{{code}}c{{/code}}",
    "{{toc/}}", "{{nobody/}}", "x{{footnote}}n{{/footnote}}", "{{id name='x'/}}", " text ",
    "(% class='box infomessage' %)(((b)))", "[[image:i.png||width=3 alt='a']]", "\\\\", "~*",
    "(% colspan='2' %)", "[[{{info}}m{{/info}}>>P]]", "{{box}}\n* a\n{{/box}}",
]  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=14))
def test_any_mixture_is_well_formed(parts: list[str]) -> None:
    """Constructs in any order give HTML that keeps the standard's content models."""
    html = shown("".join(parts))
    assert not wrong_with(html), html


CASES = [
    ("[[x>>http://a.example/]]", '<a href="http://a.example/" rel="noopener">x</a>'),
    ("[[x>>Nowhere]]", 'class="wiki-nowhere" role="link" aria-disabled="true"'),
    ("[[x>>Nowhere]]", 'aria-label="x (leads nowhere)"'),
    ("[[x>>mailto:a@b.example]]", '<a href="mailto:a@b.example">x</a>'),
    ("[[x>>||anchor='HA']]", '<a href="#p-HA">x</a>'),
    ("[[image:no.png]]", 'class="wiki-nowhere wiki-no-image"'),
    ("[[image:http://a.example/b.png||width='30%' height=20px]]", 'width="30%" height="20"'),
    ("= A =\n\n= A =", '<h3 id="p-HA">A</h3>\n<h3 id="p-HA-1">A</h3>'),
    ("(% id='a b' %)\nx", '<p id="p-a_b">x</p>'),
    ("|=a|=b\n|=c|d", '<thead>\n<tr><th scope="col">a</th><th scope="col">b</th></tr>\n</thead>'),
    ("|=a|=b\n|=c|d", '<tr><th scope="row">c</th><td>d</td></tr>'),
    ("(% summary='S' %)\n|a", "<caption>S</caption>"),
    ("(% style='list-style-type: lower-roman' start=4 %)\n1. a", '<ol type="i" start="4">'),
    ("(% style='color:#c00;background-color:#ffc' %)a", 'class="wiki-red wiki-on-yellow"'),
    ("(% style='text-align:center' %)\na", '<p class="wiki-center">a</p>'),
    ("{{info title='T'}}a{{/info}}",
     '<aside class="wiki-box wiki-info" role="note" aria-label="Information">'),
    ("{{code language='c++'}}a{{/code}}", '<code class="language-c++">a</code>'),
    ("x{{footnote}}n{{/footnote}}", '<sup id="p-x_footnote_ref_1"><a href="#p-x_footnote_1">1'),
    ("[[A http://b.example/ e>>http://a.example/]]", 'rel="noopener">A http://b.example/ e</a>'),
]  # fmt: skip


@pytest.mark.parametrize(("source", "wanted"), CASES)
def test_constructs(source: str, wanted: str) -> None:
    """A look at what each construct becomes."""
    html = read_page(source).html(HtmlOptions(id_prefix="p-", heading_shift=2))
    assert wanted in html
    assert not wrong_with(html)


def test_blocks_know_their_lines() -> None:
    """`data-line` of each block is the source line that it begins on, macros included."""
    source = "= a =\n\nb\nb\n\n* c\n* d\n\n|e\n|f\n\n{{info}}\ng\n{{/info}}\n\n> h"
    html = read_page(source).html(HtmlOptions(data_line=True, first_line=10))
    lines = re.findall(r'<(\w+)[^>]* data-line="(\d+)"', html)
    assert ("h1", "10") in lines
    assert ("p", "12") in lines
    assert [line for tag, line in lines if tag == "li"] == ["15", "16"]
    assert [line for tag, line in lines if tag == "tr"] == ["18", "19"]
    assert ("aside", "21") in lines
    assert ("p", "22") in lines
    assert ("blockquote", "25") in lines


def test_writing_is_as_fast_as_parsing(shared: Path) -> None:
    """HTML of the richest pages takes no longer than parsing them did, half as much allowed."""
    with gzip.open(shared / "corpus" / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        pages = [page for page in map(json.loads, lines) if page["prose"]][:200]
    started = time.process_time()
    documents = [parse(page["source"], page["syntax"]) for page in pages]
    parsed = time.process_time()
    for document in documents:
        render_html(document)
    assert time.process_time() - parsed < 1.5 * (parsed - started)
