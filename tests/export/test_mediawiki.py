"""MediaWiki's dump: whole, valid XML, titles that it takes, wikitext that says the same."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from lxml import etree

from kb.export.mediawiki import write_dump
from kb.export.mediawiki.dump import Titles
from kb.export.mediawiki.wikitext import Wikitext
from kb.markup import builtin_registry, expand, parse
from kb.markup.render.resolve import NoWiki
from kb.model import PageId, Revision
from tests.export.wiki import Wiki, page, revisions

NS = "{http://www.mediawiki.org/xml/export-0.11/}"


def dumped(wiki: Wiki, tmp_path: Path) -> etree._Element:
    write_dump(wiki.archive, tmp_path / "dump.xml", "Wiki", "zh")
    return etree.parse(tmp_path / "dump.xml").getroot()


def test_every_revision_with_author_date_and_comment(wiki: Wiki, tmp_path: Path) -> None:
    """In order, each with its parent, its size and sha1; a file is an upload."""
    wiki.add(
        page("A.B.WebHome"),
        *revisions('= One =\n\n[[x>>A.C]] [[image:s.png||width="30"]]', "二"),
        wiki.file("s.png", b"png", author="XWiki.ann", date="2020-04-01T09:00:00Z"),
    )
    wiki.add(page("A.C", "fr"), *revisions("c"))
    wiki.add(page("A.C"), *revisions("c"))
    root = dumped(wiki, tmp_path)
    titles = [title.text for title in root.iter(f"{NS}title")]
    assert titles == ["A/B", "File:S.png", "A/C", "A/C/fr"]
    made = list(root.iter(f"{NS}revision"))
    assert [r.findtext(f"{NS}timestamp") for r in made][:2] == [
        "2020-04-01T09:00:00Z", "2020-04-01T10:00:00Z",
    ]  # fmt: skip
    assert made[1].findtext(f"{NS}parentid") == made[0].findtext(f"{NS}id")
    assert made[0].findtext(f".//{NS}username") == "ruan"
    text = made[0].findtext(f"{NS}text") or ""
    assert text.endswith("[[A/C|x]] [[File:S.png|30px|alt=s.png]]")
    assert text.startswith('= <span id="HOne"></span>One =')
    assert made[0].xpath("string(*[name()='text']/@bytes)") == str(len(text.encode()))
    number = int(made[0].findtext(f"{NS}sha1") or "", 36)
    assert number == int(hashlib.sha1(text.encode()).hexdigest(), 16)
    contents = root.findtext(f".//{NS}contents")
    assert base64.b64decode(contents or "") == b"png"


def test_hostile_names_and_texts(wiki: Wiki, tmp_path: Path) -> None:
    """Valid XML whatever the names; no title twice, none refused."""
    names = ["A.A", "a.a", "x:y.Talk:z", "#.<b>", "..\\.\\..~~~~", "长" * 200 + ".p", "[[x]].{{y}}",
             "a_b.c", "a b.c", "%41.&amp;", "e\u0301.x\x07"]  # fmt: skip
    for name in names:
        wiki.add(page(name), Revision(version="1.1", content="]]>\0\ufffe</text> & ''x''",
                                      author="X.<&>", comment="\x01]]>"))  # fmt: skip
    root = dumped(wiki, tmp_path)
    titles = [title.text or "" for title in root.iter(f"{NS}title")]
    assert len(titles) == len({t.casefold() for t in titles}) == len(names)
    for title in titles:
        assert len(title.encode()) <= 255
        assert not set(title) & set("#<>[]|{}_:")
        assert not title.startswith("/")


@pytest.mark.parametrize(
    ("source", "wikitext"),
    [
        ("**b** //i// --s-- __u__ ^^p^^ ,,q,, ##m##",
         "'''b''' ''i'' <s>s</s> <u>u</u> <sup>p</sup> <sub>q</sub> <code>m</code>"),
        ("* a\n** b\n*1. c", "* a\n** b\n*# c"),
        ("a\nb", "a<br>\nb"),
        ("~* no ~[~[x]] {x} <b>", "&#42; no &#91;&#91;x&#93;&#93; &#123;x&#125; &#60;b&#62;"),
        ("|=h|=i\n|a|b", '{| class="wikitable"\n|-\n!\nh\n!\ni\n|-\n|\na\n|\nb\n|}'),
        ("{{{x}}} y", "<code><nowiki>x</nowiki></code> y"),
        ("{{code language=\"py\"}}a</syntaxhighlight>{{/code}}",
         '<syntaxhighlight lang="py">a&lt;/syntaxhighlight></syntaxhighlight>'),
        ("{{velocity}}$x{{/velocity}}", "<pre>{{velocity}}\n$x\n{{/velocity}}</pre>"),
        ("[[l>>https://x.org/a b]] [[no>>Nowhere]]", "[https://x.org/a%20b l] no"),
        ("----", "----"),
        ("> a\n> b", "<blockquote>\na<br>b\n</blockquote>"),
        ("; t\n: d", "; t\n: d"),
        ("{{toc/}}", "__TOC__"),
    ],
)  # fmt: skip
def test_wikitext(source: str, wikitext: str) -> None:
    """Construct by construct."""
    document = expand(parse(source), builtin_registry())
    assert Wikitext(NoWiki()).blocks(document.children) == wikitext


def test_titles_of_another_wiki_and_home() -> None:
    """The main wiki's names are short; another's begin with its own."""
    titles = Titles("xwiki")
    assert titles.page(PageId("xwiki", "WebHome")) == "WebHome"
    assert titles.page(PageId("other", "A.WebHome")) == "Other/A"
