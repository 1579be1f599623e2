"""Targets: what people wrote, as markup, cases, history, search and what the public may read."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from itertools import pairwise

from kb.cases.profile.profile import load_profile
from kb.cases.reader.normalise import cases_of
from kb.cases.reader.profile_selection import Grammar, grammar_of
from kb.cases.record import from_json, to_json
from kb.history import blame_of, split_lines
from kb.history.diff import matching_blocks
from kb.markup.syntaxes.page import read_page
from kb.redact.leaks import LeakError, check_parts
from kb.redact.protected import ProtectedValues
from kb.redact.public_rules import PublicRules
from kb.search.analysis import fold_text
from kb.search.analysis.streams import streams
from kb.search.analysis.tokens import terms
from kb.search.asking.highlight import Needles, highlights
from kb.search.query import parse
from kb.search.query.plan import plan
from kb.search.query.score import words_of
from tests.cases.pages import page_of
from tests.markup.safety import trouble
from tests.search.rough import document

from .target import parts, text_of

SYNTAXES = ("xwiki/2.1", "xwiki/2.0", "xwiki/1.0", "markdown/1.2", "html/4.01", "plain/1.0", "x/1")
_NO_SCHEME = re.compile(r"""=["']\s*[^\s"':][^"':]* [^"':]*:""")
"""With a blank inside it is a path to every browser, not a scheme; `trouble` is stricter."""
SECRETS = {
    "name": ("试验员甲", "Ann Lee"), "phone": ("13800138000",), "bill": ("20200404045109666730",),
    "station": ("深圳湾站",), "word": ("O'Neil & Söhne",),
}  # fmt: skip


def markup(data: bytes) -> None:
    """A page in any syntax: HTML that runs nothing, Markdown, words. First byte: the syntax."""
    syntax = SYNTAXES[(data[0] if data else 0) % len(SYNTAXES)]
    page = read_page(text_of(data[1:]), syntax)
    assert not [what for what in trouble(page.html()) if not _NO_SCHEME.search(what)]
    page.markdown()
    page.plain()


@cache
def _grammar() -> Grammar:
    return grammar_of([load_profile("after-sales-zh"), load_profile("after-sales-en")])


def cases(data: bytes) -> None:
    """The cases of a page; each record reads back as it was."""
    for case in cases_of(page_of(text_of(data)), _grammar()):
        assert from_json(to_json(case)) == case


def history(data: bytes) -> None:
    """Versions: kept lines are equal, in order and apart; the newest line is of its version."""
    texts = list(map(text_of, parts(data)))[:8]
    blame = blame_of(texts)
    for number, (older, newer) in enumerate(pairwise(map(split_lines, texts)), 1):
        blocks = matching_blocks(newer, older)
        for a, b, length in blocks:
            assert length > 0
            assert newer[a : a + length] == older[b : b + length]
        assert all(x.a + x.length <= y.a and x.b + x.length <= y.b for x, y in pairwise(blocks))
        before, after = blame.at(number - 1), blame.at(number)
        assert len(after) == len(newer)
        kept = {a + n: before[b + n] for a, b, length in blocks for n in range(length)}
        assert after == [kept.get(line, number) for line in range(len(newer))]


def query(data: bytes) -> None:
    """Whatever is typed is a query."""
    plan(parse(text_of(data)).node)


def analysis(data: bytes) -> None:
    """Terms and highlights lie in the text; second part: the query."""
    text, asked = map(text_of, parts(data, 2)[:2])
    streams(text)
    assert all(0 <= t.start < t.end <= len(text) for t in terms(text))
    needles = Needles(list(words_of(parse(asked).node)))
    for found in highlights(document("x", text), needles):
        spans = found.spans
        assert all(0 <= start < end <= len(found.text) for start, end in spans)
        assert all(one[1] < two[0] for one, two in pairwise(spans))


@cache
def _protected() -> ProtectedValues:
    values = ProtectedValues(PublicRules(), b"k" * 32)
    for kind, names in SECRETS.items():
        for name in names:
            values.add(kind, name)
    return values


def redaction(data: bytes) -> None:
    """Of a text, replaced, nothing protected is left, nor by looking for it in another way."""
    text = text_of(data)
    replaced = _protected().replaced(text)
    folded = fold_text(replaced)
    assert not _protected().found(folded, known_only=True), replaced
    for number in (*SECRETS["phone"], *SECRETS["bill"]):
        assert number not in folded
    for name in (SECRETS["name"][0], *SECRETS["station"]):
        assert name not in folded
    assert _protected().replaced(replaced) == replaced


def leaks(data: bytes) -> None:
    """The search for leaks reads any file, or refuses it by an error of its own."""
    with suppress(LeakError):
        check_parts([("a.bin", data)], _protected(), ())
    try:
        check_parts([("a.txt", data + b"\n" + SECRETS["phone"][0].encode())], _protected(), ())
    except LeakError:
        return
    raise AssertionError("a number at the end of a file was not found")
