"""Macros around a page: what they show, what they refuse, how much they may take."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kb.markup.macros import PageLink, PageText, WikiPages
from kb.markup.macros.pages import MAX_PAGES
from kb.markup.render.html import HtmlOptions
from kb.markup.render.resolve import NoWiki, Target
from kb.markup.syntaxes import read_page
from kb.markup.tree.nodes import Params, ResourceReference


class Wiki(WikiPages):
    """A few pages; references are whole."""

    def __init__(self, **texts: str) -> None:
        self.texts = {name.replace("_", "."): text for name, text in texts.items()}
        self.asked: list[tuple[str, str]] = []

    def text(self, reference: str, base: str) -> PageText | None:
        self.asked.append((reference, base))
        source = self.texts.get(reference)
        return None if source is None else PageText(reference, source, "xwiki/2.1")

    def children(self, reference: str, base: str) -> Sequence[PageLink]:
        return [PageLink(f"{reference}.{name}", name) for name in ("One", "Two")]

    def documents(self, query: Params, base: str) -> Sequence[PageLink] | None:
        return [PageLink(f"D.P{n}", f"P{n}") for n in range(9)] if "space" in query else None


class Links(NoWiki):
    """Leads to pages and files by name, relative to the page that holds the link."""

    def page(self, reference: ResourceReference) -> Target:
        base = reference.parameters.get("baseReference", "Here")
        return Target(f"p/{base}/{reference.reference}", "page")

    def attachment(self, reference: ResourceReference) -> Target:
        base = reference.parameters.get("baseReference", "Here")
        return Target(f"f/{base}/{reference.reference}", "attachment", reference.reference)

    def user(self, reference: str) -> Target:
        return Target(f"u/{reference}", "user", "阮工")


def html(source: str, wiki: Wiki | None = None) -> str:
    page = read_page(source, pages=wiki, page="Here")
    return page.html(HtmlOptions(resolver=Links()))


def codes(source: str, wiki: Wiki | None = None) -> list[tuple[str, str]]:
    page = read_page(source, pages=wiki, page="Here", where="t")
    return [(problem.where, problem.code) for problem in page.problems]


def test_include_brings_text_and_its_links_lead_from_there() -> None:
    """An included page's headings, files and links are those of its own place."""
    wiki = Wiki(A_B="= Hi =\n\n[[x>>Other]] [[image:a.png]]")
    shown = html('= Hi =\n\n{{include reference="A.B"/}}', wiki)
    assert '<h1 id="HHi">' in shown
    assert '<h1 id="HHi-1">' in shown
    assert 'href="p/A.B/Other"' in shown
    assert 'src="f/A.B/a.png"' in shown


def test_contents_list_included_headings() -> None:
    """A table of contents names headings of included pages too."""
    shown = html('{{toc/}}\n\n{{include reference="A"/}}', Wiki(A="= In =\n\nx"))
    assert '<a href="#HIn">In</a>' in shown


@pytest.mark.parametrize(
    ("parameters", "kept", "gone"),
    [
        ('section="HTwo"', ["second", "Two"], ["first", "One"]),
        ('section="HTwo" excludeFirstHeading="true"', ["second"], ["Two", "first"]),
        ('excludeFirstHeading="true"', ["first", "second", "Two"], ["One"]),
    ],
)
def test_include_takes_parts(parameters: str, kept: list[str], gone: list[str]) -> None:
    """One section, or all but the first heading."""
    wiki = Wiki(A="= One =\n\nfirst\n\n= Two =\n\nsecond")
    shown = html(f'{{{{display reference="A" {parameters}/}}}}', wiki)
    assert all(word in shown for word in kept)
    assert not any(word in shown for word in gone)


def test_a_page_that_includes_itself_is_shown_as_source() -> None:
    """Recursion ends at the page that would come again, with a problem."""
    wiki = Wiki(
        A='a {{info}}x{{/info}}\n\n{{include reference="B"/}}', B='{{include reference="A"/}}'
    )
    source = '{{include reference="A"/}}'
    assert codes(source, wiki) == [("t:1", "macro-failed")]
    assert "{{include reference=" in html(source, wiki)


def test_includes_that_multiply_are_limited() -> None:
    """Pages that each include the next many times do not blow up."""
    many = "\n\n".join(['{{{{include reference="{0}"/}}}}'] * 12)
    texts = {f"P{n}": many.format(f"P{n + 1}") for n in range(20)}
    wiki = Wiki(**texts)
    html('{{include reference="P0"/}}', wiki)
    assert len(wiki.asked) <= MAX_PAGES * 20


def test_lists_of_pages() -> None:
    """children and documents are links; what the archive cannot answer is shown as source."""
    assert html("{{children/}}", Wiki()).count("<li>") == 2
    assert html('{{documents space="D" count="3"/}}', Wiki()).count("<li>") == 3
    assert codes('{{documents location="X"/}}', Wiki()) == [("t:1", "macro-failed")]
    assert codes("{{include reference='No'/}}", Wiki()) == [("t:1", "macro-failed")]


CASES = [
    ('{{jira url="https://j.example/"}}A-1{{/jira}} x', '<a href="https://j.example/browse/A-1"'),
    ('{{jira url="https://j.example"}}\nA-1|note\nA-2\n{{/jira}}', "</a> note</li>"),
    ('{{jira url="javascript:alert(1)"}}A-1{{/jira}}', 'aria-disabled="true"'),
    ("{{jira}}A-1{{/jira}}", "<p>A-1</p>"),
    ('{{mention reference="XWiki.ruan"/}}', '<a class="wiki-user" href="u/XWiki.ruan">阮工</a>'),
    ("{{formula}}x<y{{/formula}}", '<code class="language-math">x&lt;y</code>'),
    ("{{mermaid}}\ngraph\n{{/mermaid}}", '<code class="language-mermaid">graph</code>'),
    ('{{displayIcon name="warning"/}}', 'aria-label="warning"'),
    ('{{office attachment="a.docx"/}}', '<a class="wiki-file" href="f/Here/a.docx">a.docx</a>'),
    ("{{gallery}}\n[[image:a.png]]\n{{/gallery}}", '<div class="wiki-gallery">'),
    ("{{note}}\nx\n{{/note}}", 'class="wiki-box wiki-warning"'),
    ('{{panel title="T"}}\nx\n{{/panel}}', '<div class="wiki-box-title">T</div>'),
    ("{{html}}<p onclick='x'>a<script>b</script></p>{{/html}}", "<p>a</p>"),
    ('{{html wiki="true"}}<p>**b** [[x>>Y]]</p>{{/html}}', "<p><strong>b</strong> <a"),
    ('{{html}}<b style="color:#f00">b</b>{{/html}}', '<b class="wiki-red">b</b>'),
    ('{{html}}<p class="box infomessage">b</p>{{/html}}', '<p class="wiki-box wiki-info">b</p>'),
    ("{{velocity}}\n$x\n{{/velocity}}", '<details class="wiki-macro" data-name="velocity">'),
    ("x {{groovy}}y{{/groovy}}", '<code class="wiki-macro" data-name="groovy"'),
    ("{{comment}}secret{{/comment}}", ""),
    ("x{{id name='here'/}}", '<span id="here"></span>'),
]  # fmt: skip


@pytest.mark.parametrize(("source", "wanted"), CASES)
def test_each_macro_shows_what_it_means(source: str, wanted: str) -> None:
    """One look at each."""
    shown = html(source)
    assert wanted in shown
    assert "secret" not in shown


def test_problems_name_macro_and_line() -> None:
    """Script, unknown and failed macros are told apart, with their lines."""
    source = "a\n\n{{velocity}}\nx\n{{/velocity}}\n\n{{nobody/}}\n\n{{mention/}}"
    assert codes(source) == [
        ("t:3", "macro-script"),
        ("t:7", "macro-unknown"),
        ("t:9", "macro-failed"),
    ]


def test_plain_text_has_words_of_html_and_unknown_macros_but_no_program() -> None:
    """What is searched: content, not source and not error messages."""
    source = "{{odd}}\nwords\n{{/odd}}\n\n{{groovy}}\ncode\n{{/groovy}}"
    source += "\n\n{{html}}<p>para<br>two</p>{{/html}}"
    page = read_page(source)
    assert page.plain() == "words\n\npara\ntwo"
    assert "<p>para" in page.html()


def test_tasks_are_marks_in_markdown() -> None:
    """A task at the beginning of an item is `[x]` or `[ ]`."""
    page = read_page('* {{task status="Done"}}a{{/task}}\n* {{task}}b **c**{{/task}}')
    assert page.markdown().text == "- [x] a\n- [ ] b **c**\n"
