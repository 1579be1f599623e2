"""What reads foreign text takes time in proportion to it, whatever the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import pytest

from importers.blame_text.rows import assemble, plain_rows, table_rows
from importers.xar.jrcs import read_archive
from importers.xar.xml_errors import BadXmlError
from kb.cases.profile.profile import load_profile, shipped_profiles
from kb.cases.reader.case_places import case_places
from kb.cases.reader.profile_selection import grammar_of
from kb.cases.store.relate import bands, likeness, shared_words
from kb.frontmatter import read_front_matter
from kb.history.blame import origins
from kb.history.unified import hunks
from kb.markup import read_page
from kb.markup.syntaxes.commonmark import commonmark_tree
from kb.markup.syntaxes.plain import html_tree
from kb.redact.protected import ProtectedValues
from kb.redact.public_rules import PublicRules
from kb.search.analysis import fold, terms
from kb.search.analysis.streams import streams
from kb.search.asking.highlight import Needles, highlights
from kb.search.documents.case_documents import readable
from kb.search.documents.search_document import NamedText, SearchDocument
from kb.search.query.query_parser import parse
from kb.search.query.score import words_of
from tests.limits.measure import seconds

SMALL: Final = 1_500
TIMES: Final = 4
QUICK, LONG, LIMIT = 0.04, 0.4, 20.0
"""Processor seconds: of a small text that needs no second look; of a large one that is looked at;
at which one is given up."""
MOST: Final = 9.0
"""How much longer a text of TIMES the length may take: 4 is in proportion, 16 the square."""

PIECES = (
    "[", "[[", "]]", "(", "((", "(%", "%)", "{{", "}}", "{{{", "**", "//", "|", "||", "|=", "=",
    "* ", ">", "~", "【", "】", "【a】:", "a:", "手机号码:", "手机号码 ", "状态:☑已解决 ", "- ",
    "1. ", "a ", "1", "2020-04-10 ", "图", "图 ", "http://a ", "a@b.c ", "image:",
    "[[image:a]]", "{{html}}", "{{task}}", '{{html wiki="true"}}', "{{info}}x{{/info}}",
    '{{a b="c"', "<a ", "<p>", "<!--", '"', "(((", ")))", "__", "##", '\\\\', "\t", " ",
    "\u3000", "※", "case#", "szds_case#1_20200410 ", "138 ", "1-", "a-", "a.", "☑ ", "()",
    "状态(☑)", "问题描述:", "a→b ", "~-", "[[a>>b]] ", '[[a||b="c"]]', "!!", "\r", "\x00", "🙂",
    "é", "é", "@", "@@", "&lt;", "a1", "一", "_a", "1 1", "138-", "<td>", "</b>", "<b>",
)  # fmt: skip

GRAMMAR = grammar_of([load_profile(name) for name in shipped_profiles()])
CASE = "== szds_case#1_20200410 ==\n"


def cases(text: str) -> None:
    """Read the cases of a page."""
    for place in case_places("t", text.split("\n"), GRAMMAR):
        place.read()


def markup(text: str) -> None:
    """Parse a page, run its macros, and write it in three forms."""
    page = read_page(text)
    page.html()
    page.markdown()
    page.plain()


def found(text: str) -> None:
    """Highlight a query's words in a text, and the text's own words in it."""
    document = SearchDocument(key="k", digest=b"", id="k", texts=(NamedText("text", "", text),))
    for query in ("退款 a* *6730", text):
        highlights(document, Needles(list(words_of(parse(query).node))))


def public(text: str) -> None:
    """Replace what is protected."""
    values = ProtectedValues(PublicRules(), b"k" * 32)
    for kind, value in (("name", "令"), ("phone", "13800000000"), ("name", "Ann Lee")):
        values.add(kind, value)
    values.replaced(text)


def dump(text: str) -> None:
    """Read a text dump in both shapes."""
    for shape in (plain_rows, table_rows):
        assemble(["Ann 1.1 1 x", "2 y", *text.split("\n")], shape, "dump")


def history(text: str) -> None:
    """Compare three versions, and say who wrote each line."""
    text *= 6  # beyond what is compared exactly, which takes the square of a thousand lines
    lines = text.split("\n") if "\n" in text else re.findall(r".{1,3}", text, re.DOTALL)
    versions = (lines, [*lines[::2], "x", *lines[::-1]], lines[::-1])
    origins(["\n".join(one) for one in versions])
    list(hunks(versions[0], versions[2]))


def archive(text: str) -> None:
    """Read an RCS archive."""
    for whole in (text, f"head 1.1;\n{text}", f"head 1.1;\n1.1\nlog @{text}@ desc @{text}"):
        try:
            for node in read_archive([whole])[1]:
                list(node.text)
        except BadXmlError:
            pass


FUNCTIONS: dict[str, Callable[[str], object]] = {
    "a page's cases": lambda t: cases(CASE + t),
    "a field of a case": lambda t: cases(f"{CASE}手机号码:{t}"),
    "a status": lambda t: cases(f"{CASE}问题描述:x\n状态:{t}"),
    "a turn": lambda t: cases(f"{CASE}问题描述:x\n~-~-跟踪\n【令】:{t}"),
    "a heading": lambda t: cases("== case#1 " + t.replace("\n", " ")),
    "markup": markup,
    "a cell": lambda t: markup(f"|{t}"),
    "a label": lambda t: markup(f"[[{t}>>x]]"),
    "HTML": lambda t: markup(f"{{{{html}}}}{t}{{{{/html}}}}"),
    "a page of HTML": lambda t: html_tree(t, "html/5.0"),
    "Markdown": commonmark_tree,
    "front matter": lambda t: [read_front_matter(f"{f}\na = {t}\n{f}\n") for f in ("+++", "---")],
    "a text dump": dump,
    "an RCS archive": archive,
    "terms": lambda t: (list(terms(t)), streams(t), fold(t), readable(t)),
    "a query": parse,
    "highlights": found,
    "likeness": lambda t: (bands(t), likeness(t, t[1:]), shared_words(t, t[1:])),
    "redaction": public,
    "history": history,
}
FAMILIES: dict[str, Callable[[str, int], str]] = {
    "one line": lambda piece, n: piece * (n // len(piece)),
    "lines": lambda piece, n: (piece + "\n") * (n // (len(piece) + 1)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_time_grows_with_the_text(name: str) -> None:
    """Four times as many pieces take no nine times as long, of whatever piece."""
    function, slow = FUNCTIONS[name], []
    seconds(lambda: function("warm"), LIMIT)
    for family, make in FAMILIES.items():
        for piece in PIECES[:: 20 if name == "history" else 1]:
            small, large = make(piece, SMALL), make(piece, SMALL * TIMES)
            if seconds(lambda t=small: function(t), LIMIT) < QUICK:  # type: ignore[misc]
                continue
            took = min(seconds(lambda t=small: function(t), LIMIT) for _ in range(2))  # type: ignore[misc]
            more = min(seconds(lambda t=large: function(t), LIMIT) for _ in range(2))  # type: ignore[misc]
            if more > max(MOST * took, LONG):
                slow.append(f"{family} of {piece!r}: {took:.2f} s, then {more:.2f} s")
    assert not slow, "\n".join(slow)
