"""Pages in other syntaxes are shown too, and never unsafe."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.markup.syntaxes import read_page
from tests.markup.safety import trouble

PAYLOADS: list[str] = json.loads(Path(__file__).with_name("xss_payloads.json").read_text("utf-8"))
SYNTAXES = [
    "xwiki/1.0", "xwiki/2.0", "xwiki/2.1", "plain/1.0", "markdown/1.2", "markdown+github/1.0",
    "html/4.01", "html/5.0", "xhtml/1.0", "mediawiki/1.6", "", "no such",
]  # fmt: skip


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_no_payload_runs_in_any_syntax(syntax: str) -> None:
    """The list of payloads, alone and within text, in each syntax."""
    for payload in PAYLOADS:
        for source in (payload, f"a\n\n* {payload}\n\n[x]({payload}) [{payload}] ![a]({payload})"):
            html = read_page(source, syntax).html()
            assert not trouble(html), (source, html)


@pytest.mark.parametrize("syntax", SYNTAXES)
@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=6), st.sampled_from(PAYLOADS)), max_size=6))
def test_any_text_has_html_markdown_and_words(syntax: str, parts: list[str]) -> None:
    """Nothing raises, whatever the text."""
    page = read_page("\n".join(parts), syntax)
    assert not trouble(page.html())
    page.markdown()
    page.plain()


CASES = [
    ("xwiki/1.0", "1.1 Sub\n\nx", '<h2 id="HSub">Sub</h2>\n<p>x</p>\n'),
    ("xwiki/1.0", "a *b* c", "<p>a <strong>b</strong> c</p>\n"),
    ("xwiki/1.0", "[l>http://x.example/y]",
     '<p><a href="http://x.example/y" rel="noopener">l</a></p>\n'),
    ("xwiki/1.0", "[l>#here]", '<p><a href="#here">l</a></p>\n'),
    ("xwiki/1.0", "#if ($x)\n* a", "<p>#if ($x)<br>\n* a</p>\n"),
    ("plain/1.0", "a\n b\n\n<c>", "<p>a<br>\n b</p>\n<p>&lt;c&gt;</p>\n"),
    ("markdown/1.2", "# A *b*", '<h1 id="HAb">A <em>b</em></h1>\n'),
    ("markdown/1.2", "- a\n  - b", "<ul>\n<li>a<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n"),
    ("markdown/1.2", "a<br>b <b>c</b> <i>d", "<p>a<br>\nb <strong>c</strong> <em>d</em></p>\n"),
    ("markdown/1.2", "```py\nx\n```",
     '<pre class="wiki-code" tabindex="0"><code class="language-py">x</code></pre>\n'),
    ("markdown/1.2", "> a\n>\n> b", "<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>\n"),
    ("html/5.0", "<p onclick=x>a<b>c", "<p>a<b>c</b></p>"),
    ("mediawiki/1.6", "== x ==", '<pre tabindex="0">== x ==</pre>\n'),
]  # fmt: skip


@pytest.mark.parametrize(("syntax", "source", "wanted"), CASES)
def test_each_syntax(syntax: str, source: str, wanted: str) -> None:
    """A look at each construct."""
    assert read_page(source, syntax).html() == wanted


@pytest.mark.parametrize(
    ("syntax", "wanted"),
    [
        ("xwiki/1.0", ["syntax-old"]),
        ("creole/1.0", ["syntax-unknown"]),
        ("html/5.0", []),
        (None, []),
    ],
)
def test_problems_say_what_is_not_read(syntax: str | None, wanted: list[str]) -> None:
    """Old and unknown syntaxes are told."""
    assert [problem.code for problem in read_page("x", syntax).problems] == wanted


def test_words_of_each_syntax() -> None:
    """Plain text for search, without markup."""
    table = "<table><tr><td>1</td><td>2</td></tr></table><p>a<br>b</p><script>c</script>"
    assert read_page(table, "html/5.0").plain() == "1\t2\na\nb"
    assert read_page("# a\n\n*b* [c](d) `e`", "markdown/1.2").plain() == "a\n\nb c e"
    assert read_page("1 a\n*b* [c>d]", "xwiki/1.0").plain() == "a\n\nb c"


HOSTILE = {
    "xwiki/1.0": ["[" * 50_000, "*a " * 30_000, "{image:" * 20_000, "\\" * 50_000, "1.1 " * 30_000],
    "plain/1.0": ["\n" * 100_000, "\r" * 100_000],
    "markdown/1.2": ["<b>" * 20_000, "> " * 5000, "`" * 20_000, "<b><i>" * 10_000 + "</i>" * 9999],
    "html/5.0": [
        "<div>" * 40_000, "<b id=x>" * 40_000, "<table>" * 20_000, "<p><b>" * 20_000,
        "<b " * 50_000, "<b x='<'>" * 20_000,
        "<a href=x>" * 20_000, "<" * 100_000, "<!--" * 50_000, "&" * 100_000,
        "<p>" + "".join(f"<b id={n}>" for n in range(24)) + "</p>" + "<p>x</p>" * 5000,
    ],
}  # fmt: skip


@pytest.mark.parametrize("syntax", HOSTILE)
def test_hostile_pages_take_linear_time(syntax: str) -> None:
    """Long runs of openers cost no more than their length."""
    for source in HOSTILE[syntax]:
        started = time.process_time()
        page = read_page(source, syntax)
        page.html()
        page.plain()
        assert time.process_time() - started < 4, source[:30]
