"""Markdown is as safe as HTML: what a reader makes of it runs nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from kb.markup.render.markdown import FLAVOURS, MarkdownOptions
from kb.markup.syntaxes import read_page
from tests.markup.safety import trouble
from tests.markup.test_html_safety import PAYLOADS, PLACES

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
READER.use(footnote_plugin)
READER.validateLink = lambda url: True  # type: ignore[method-assign]
"""The reader's own guard is off: not every program has one."""


def shown(source: str, flavour: str) -> str:
    markdown = read_page(source).markdown(MarkdownOptions(flavour=FLAVOURS[flavour]))
    html: str = READER.render(markdown.text)
    return html.replace("<!-- -->", "")


@pytest.mark.parametrize("place", PLACES)
def test_no_payload_runs_from_markdown(place: str) -> None:
    """No payload in any construct survives as something that runs, read without any guard."""
    for payload in PAYLOADS:
        source = place.replace("@", payload)
        html = shown(source, "plain")
        assert not trouble(html), (source, html)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(PAYLOADS), st.sampled_from(PLACES)), max_size=5),
    st.sampled_from(sorted(FLAVOURS)),
)
def test_no_mixture_runs_from_markdown(parts: list[str], flavour: str) -> None:
    """The same for payloads and constructs thrown together, in each flavour."""
    html = shown("\n\n".join(parts), flavour)
    assert not trouble(html), html
