"""Sanitised HTML holds nothing that runs, whatever a page says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.markup import builtin_registry, expand, parse
from kb.markup.render.html import render_html
from kb.markup.render.html.clean import _own, clean, clean_foreign
from tests.markup.safety import trouble

HERE = Path(__file__).parent
PAYLOADS: list[str] = json.loads((HERE / "xss_payloads.json").read_text("utf-8"))

PLACES = [
    "@", "= @ =", "* @", "*# @", "; @\n: @", "> @", "|=@|@\n|@|@", "(((\n@\n)))",
    "**@**", "//@//", "--@--", "__@__", "^^@^^", ",,@,,", "##@##", "{{{@}}}", "\n{{{\n@\n}}}\n",
    "[[@]]", "[[@>>@]]", "[[x>>@]]", "[[x>>url:@]]", "[[x>>path:@]]", "[[x>>mailto:@]]",
    "[[x>>unc:@]]", "[[x>>attach:@]]", "[[x>>doc:@]]", "[[x>>interwiki:@]]", "[[x>>data:@]]",
    "[[x>>Main.Page||anchor=\"@\" queryString=\"@\" title=\"@\" class=\"@\" @]]",
    "[[image:@]]", "[[image:data:@]]", "[[image:icon:@]]", "[[image:http://@]]",
    "[[image:x.png||alt=\"@\" title='@' width=\"@\" style=\"@\" @]]",
    "(% id=\"@\" class=\"@\" style=\"@\" title=\"@\" lang=\"@\" dir=\"@\" @=\"x\" %)\nx",
    "(% id='@' style='color:@' %)(((x)))", "(% @ %)x(%%) y", "(% onclick=\"@\" %)\n|x|y",
    "(% caption=\"@\" summary='@' %)\n|(% colspan=\"@\" rowspan='@' %)x",
    "(% start=\"@\" style=\"list-style-type:@\" %)\n# x",
    "{{info title=\"@\" cssClass='@' image=\"@\"}}@{{/info}}",
    "x {{warning}}@{{/warning}}", "{{code language=\"@\" title='@'}}@{{/code}}",
    "x {{code}}@{{/code}}", "{{html}}@{{/html}}", "x {{html}}@{{/html}} y",
    "{{html clean=\"false\" wiki=\"true\"}}@{{/html}}", "{{raw syntax=\"html/5.0\"}}@{{/raw}}",
    "{{raw syntax=\"@\"}}@{{/raw}}", "{{id name=\"@\"/}}", "{{toc/}}\n\n= @ =",
    "x{{footnote}}@{{/footnote}}", "{{velocity}}@{{/velocity}}", "{{@/}}",
    "{{unknown a=\"@\" @}}@{{/unknown}}", "x {{groovy}}@{{/groovy}}",
    "{{content syntax=\"html/5.0\"}}@{{/content}}", "http://x/@", "mailto:@", "attach:@",
    "image:@", "~@", "@~", "(% @", "{{@", "[[@",
]  # fmt: skip


def shown(source: str, syntax: str = "xwiki/2.1") -> str:
    return render_html(expand(parse(source, syntax), builtin_registry()))


def test_the_list_is_long_enough() -> None:
    """At least 200 different payloads are tried."""
    assert len(set(PAYLOADS)) >= 200


@pytest.mark.parametrize("place", PLACES)
def test_no_payload_runs_anywhere(place: str) -> None:
    """No payload in any construct that can hold text gives a script, handler or bad URL."""
    for payload in PAYLOADS:
        source = place.replace("@", payload)
        html = shown(source)
        assert not trouble(html), (source, html)


def test_payloads_in_foreign_html_do_not_run() -> None:
    """What an html macro holds is harmless after cleaning, as a block and in a line."""
    for payload in PAYLOADS:
        for inline in (False, True):
            html = clean_foreign(payload, "p-", inline=inline)
            assert not trouble(html), (payload, html)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(PAYLOADS),
            st.sampled_from(PLACES),
            st.sampled_from(["\n", "\n\n", "* ", "|", "{{html}}", "{{/html}}", "(((", ")))", '"']),
            st.text(max_size=8),
        ),
        max_size=8,
    )
)
def test_no_mixture_runs(parts: list[str]) -> None:
    """Payloads and constructs thrown together never give anything that runs."""
    html = shown("".join(parts))
    assert not trouble(html), html


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "\n", "<br>", "<", ">", "&", "&amp;", "&lt;", "&#58;", '"', "\xa0",
             "\x00", "\r", "\ud800", "词 word", "  ", "<b>", "<P>", "<p >", "<script>"]
        ),
        max_size=12,
    ).map("".join)
)  # fmt: skip
def test_plain_paragraphs_are_left_as_the_sanitiser_leaves_them(html: str) -> None:
    """What the sanitiser is spared is what it would write."""
    for text in (html, f"<p>{html}</p>"):
        done = clean(text)
        if done == text and "\ud800" not in text:
            assert _own(filtered=True).clean(text) == text
        assert not trouble(done)
