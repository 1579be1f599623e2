"""`kb.markup` keeps what it promises to programs."""

from __future__ import annotations

import inspect

import pytest

from kb import markup

SIGNATURES = {
    "expand": "(document: 'n.Document', registry: 'MacroRegistry',"
    " links: 'WikiModel | None' = None) -> 'n.Document'",
    "parse": "(source: 'str', syntax: 'str' = 'xwiki/2.1', *, wiki: 'bool' = True) -> 'Document'",
    "plain_text": "(tree: 'Document | Iterable[Node]') -> 'str'",
    "render_html": "(document: 'Document', options: 'HtmlOptions' = …) -> 'str'",
    "render_markdown": "(document: 'n.Document', options: 'MarkdownOptions' = …) -> 'MarkdownText'",
    "render_xhtml": "(tree: 'Document | Iterable[Node]', wiki: 'WikiModel | None' = …,"
    " interwiki: 'Mapping[str, str] | None' = None) -> 'str'",
    "render_xwiki": "(tree: 'Document | list[Node]', syntax: 'str' = 'xwiki/2.1', *,"
    " wiki: 'bool' = True) -> 'str'",
}
SOURCE = "= A =\n\n* b **c**\n\n{{info}}d{{/info}}"


@pytest.mark.parametrize("name", markup.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    """Each name of `kb.markup.__all__` can be taken, and all but constants have a docstring."""
    found = getattr(markup, name)
    assert name == "SYNTAXES" or inspect.getdoc(found)


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_stay(name: str) -> None:
    """A program that calls parse, expand or a renderer today can do so tomorrow."""
    signature = inspect.signature(getattr(markup, name))
    shown = [
        parameter.replace(default=_Dots())
        if parameter.default is not inspect.Parameter.empty
        and not isinstance(parameter.default, str | bool | None)
        else parameter
        for parameter in signature.parameters.values()
    ]
    assert str(signature.replace(parameters=shown)) == SIGNATURES[name]


class _Dots:
    """Stands for a default that has no short form."""

    def __repr__(self) -> str:
        return "…"


def test_renderers_take_a_page_or_its_nodes() -> None:
    """XHTML, plain text and XWiki source are the same of a document and of its children."""
    document = markup.expand(markup.parse(SOURCE), markup.builtin_registry())
    for render in (markup.render_xhtml, markup.plain_text, markup.render_xwiki):
        assert render(document) == render(document.children)


def test_what_is_not_public_is_not_there() -> None:
    """A name that nobody promised raises AttributeError."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        markup.nothing  # noqa: B018
