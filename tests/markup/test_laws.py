"""What holds for any text: it parses, prints, and prints again as the same tree."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.markup import builtin_registry, expand, parse
from kb.markup.render.plain import plain_text
from kb.markup.render.xhtml import render_xhtml
from kb.markup.render.xwiki import render_xwiki
from kb.markup.render.xwiki.exact import exact_source
from kb.markup.tree import nodes as n
from kb.markup.tree.compare import shape

# Parted by ¦; ⏎ stands for a line end.
PIECES = (
    r"a¦b c¦é¦中¦**¦//¦--¦__¦^^¦,,¦##¦⏎¦⏎⏎¦⏎⏎⏎¦* ¦** ¦*¦1. ¦1*. ¦; ¦: ¦:; ¦= ¦== ¦ =¦----"
    r"¦!!¦!=¦>¦>>¦(((¦)))¦(% a='b' %)¦(% c='d' %)⏎¦(%%)¦{{{¦}}}¦{{m/}}¦{{m}}¦{{/m}}"
    r"¦{{info}}¦{{/info}}¦[[¦]]¦[[a]]¦[[b>>c]]¦[[image:i.png]]¦[[cap>>image:i]]"
    r"¦[[b||k='v']]¦[[d>>r||anchor='x']]¦image:i¦attach:f¦mailto:x@y¦http://x.y/z"
    r"¦s://a?b#c¦~¦~*¦~ ¦\\¦\¦ ¦  ¦{¦}¦{{¦'¦-¦/¦*¦_¦(¦)¦%¦=¦1¦.¦:¦;¦@¦?¦#¦,¦^¦|¦|=¦||"
    r"¦{{{v}}}¦[[image:j>>r]]¦<b>¦&¦" + "\t¦\r\n¦\r"
).replace("⏎", "\n")
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES.split("¦")), max_size=12).map("".join),
    st.text(max_size=60),
)
SYNTAXES = st.sampled_from(["xwiki/2.0", "xwiki/2.1"])
LAWS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LAWS
@given(source=TEXTS, syntax=SYNTAXES)
def test_any_text_parses_and_prints(source: str, syntax: str) -> None:
    """Any text has a tree, and every renderer prints it without an error."""
    document = expand(parse(source, syntax), builtin_registry())
    assert render_xhtml(document.children).count("<") == render_xhtml(document.children).count(">")
    plain_text(document.children)
    render_xwiki(document.children, syntax)


@LAWS
@given(source=TEXTS, syntax=SYNTAXES)
def test_every_position_lies_in_the_source(source: str, syntax: str) -> None:
    """Each node's place is within the source."""
    document = parse(source, syntax)
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for node in walk(document):
        place = document.position(node)
        assert 1 <= place.line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1]) + 2


def walk(parent: n.Parent) -> Iterable[n.Node]:
    for node in parent.children:
        yield node
        if isinstance(node, n.Parent):
            yield from walk(node)


ADVERSARIAL: dict[str, Callable[[int], str]] = {
    "open groups": lambda size: "(((" * size,
    "groups": lambda size: "(((\n" * size + "x" + "\n)))" * size,
    "closed groups": lambda size: ")))" * size,
    "stars": lambda size: "*" * size + " x",
    "list of lists": lambda size: "\n".join("*" * (i % 60 + 1) + " x" for i in range(size)),
    "quotes": lambda size: ">" * size + "x",
    "deeper quotes": lambda size: "".join(">" * (i % 90 + 1) + "x\n" for i in range(size // 30)),
    "open links": lambda size: "[[" * size,
    "open images": lambda size: "[[[[image:" * size,
    "labels with escapes": lambda size: "[[a~*b>>c]]" * size,
    "nested links": lambda size: "[[" * size + "a" + ">>b]]" * size,
    "open parameters": lambda size: "(% a='" * size,
    "open macros": lambda size: '{{a b="' * size,
    "macros with lone quotes": lambda size: "{{a b=\"'" * size + "}}",
    "macros in macros": lambda size: "{{box}}" * size,
    "closed macros": lambda size: "{{/box}}" * size,
    "verbatim": lambda size: "{{{" * size,
    "escapes": lambda size: "~*~a" * size,
    "formats": lambda size: "**a//b__c" * size,
    "format parameters": lambda size: "".join(f'(% a="{i}" %)x' for i in range(size)),
    "schemes": lambda size: "1--a-" * size + "://x",
    "addresses": lambda size: "ximage:a:b" * size,
    "URLs": lambda size: "a://b@c:1/d?e#f" * size,
    "cells": lambda size: "|a" * size,
    "rows": lambda size: "|=a|b\n" * size,
    "headings": lambda size: "= a =\n" * size,
    "blank lines": lambda size: "\n \n" * size,
    "backslashes": lambda size: "[[a>>" + "\\@" * size + "]]",
    "tildes": lambda size: "~" * size,
    "parameters of a link": lambda size: "[[a||" + "b='c' " * size + "]]",
    "verbatim escapes": lambda size: "{{{" + "~{a" * size + "}}}",
}


def cost(source: str) -> float:
    """CPU seconds to read and print `source`, the best of three."""
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        document = parse(source)
        render_xhtml(document.children)
        plain_text(document.children)
        render_xwiki(document.children)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("family", ADVERSARIAL)
def test_time_grows_with_size_and_no_faster(family: str) -> None:
    """Twice the hostile input takes about twice the time."""
    make = ADVERSARIAL[family]
    small, large = cost(make(300)), cost(make(4800))
    # Sixteen times the text: quadratic time would cost 256 times as much.
    assert large < 60 * max(small, 0.002), (small, large)


def test_ten_thousand_nested_groups_leave_a_node_that_says_so() -> None:
    """What nests too deep is kept as source in a TooDeep node."""
    document = expand(parse("(((\n" * 10_000 + "x" + "\n)))" * 10_000), builtin_registry())
    deep = [node for node in walk(document) if isinstance(node, n.TooDeep)]
    assert len(deep) == 1
    assert deep[0].source.count("(((") > 9_900
    assert "xwikirenderingerror" in render_xhtml(document.children)


def test_lists_in_groups_in_lists_stay_within_what_renderers_can_follow() -> None:
    """Lists and groups within each other never exceed the depth that renderers recurse to."""
    for piece in ("*" * 50 + " (((\n", "|(((\n", ">>>>" * 9 + "a\n(((\n", "; a\n:: (((\n"):
        document = expand(parse(piece * 500), builtin_registry())
        render_xhtml(document.children)
        plain_text(document.children)
        render_xwiki(document.children)


def test_macros_nested_without_end_stop() -> None:
    """Macros nested a thousand deep end in an error, not in the end of the stack."""
    document = expand(parse("{{box}}\n" * 1000), builtin_registry())
    assert "Macros nested too deeply" in render_xhtml(document.children)


@LAWS
@given(source=TEXTS, syntax=SYNTAXES)
def test_printed_source_reads_as_the_same_tree(source: str, syntax: str) -> None:
    """`render_xwiki` of any text's tree reads back as the same tree."""
    tree = parse(source, syntax).children
    printed = render_xwiki(tree, syntax)
    assert shape(parse(printed, syntax).children) == shape(tree)


@LAWS
@given(source=TEXTS, syntax=SYNTAXES)
def test_exact_source_reads_as_the_same_tree(source: str, syntax: str) -> None:
    """The fully escaped source of any text's tree reads back as the same tree."""
    tree = parse(source, syntax).children
    printed = exact_source(tree, syntax)
    assert shape(parse(printed, syntax).children) == shape(tree)


HOSTILE_HTML: dict[str, str] = {
    "comments": "<!--",
    "tags": "<a ",
    "lone quotes": "<a \"'",
    "paragraphs": "<p>",
    "formats across blocks": "<b><p>",
    "divisions": "<div>",
    "stray ends": "a</x>",
    "tables": "<table><tr>",
    "sections": "<![CDATA[",
}


@pytest.mark.parametrize("family", HOSTILE_HTML)
def test_html_is_cleaned_in_linear_time(family: str) -> None:
    """Hostile HTML in an html macro is cleaned in linear time."""

    def seconds(size: int) -> float:
        source = "{{html}}" + HOSTILE_HTML[family] * size + ">{{/html}}"
        start = time.process_time()
        render_xhtml(expand(parse(source), builtin_registry()).children)
        return time.process_time() - start

    # The best of three: one pause of the collector makes a single run look slow.
    long, short = (min(seconds(size) for _ in range(3)) for size in (8000, 500))
    assert long < 60 * max(short, 0.002)
