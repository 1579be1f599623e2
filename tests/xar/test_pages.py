"""What page XML says, in every version of the format, becomes the right records."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from importers.base import Confidence, Source
from importers.xar import Xar
from kb.errors import Problem
from kb.model import (
    AttachmentRevision,
    Comment,
    PageSeen,
    PropertyValue,
    Revision,
    WikiClass,
    WikiObject,
)
from tests.xar.making import attachment, jrcs, package_xml, page_xml, xar
from tests.xar.test_samples import Memory, of, read


def only(tmp_path: Path, text: str | bytes, **options: Any) -> list[Any]:
    """Records of a page's XML that has nothing wrong with it."""
    (tmp_path / "page.xml").write_bytes(text if isinstance(text, bytes) else text.encode())
    items = read(tmp_path / "page.xml", **options)
    assert of(items, Problem) == []
    return items


OLD = """<?xml version="1.0" encoding="UTF-8"?>
<xwikidoc><content>text</content><name>A.b</name><language>{}</language><web>07\\. Dev</web>
<translation>{}</translation><title/><hidden>true</hidden></xwikidoc>"""


def test_the_oldest_format_names_the_page_by_space_and_name(tmp_path: Path) -> None:
    """Format 1.1 has no attributes: reference, locale and syntax come from elements."""
    (seen, revision) = only(tmp_path, OLD.format("", 0))
    assert (seen.id.page, seen.id.locale) == (r"07\. Dev.A\.b", "")
    assert (seen.title, seen.hidden, seen.default_locale, seen.created) == ("", True, None, None)
    assert (revision.version, revision.syntax, revision.comment) == ("1.1", "xwiki/1.0", None)


@pytest.mark.parametrize("locale", ["fr", "pt_BR", "zh_TW"])
def test_a_translation_is_a_page_of_its_own(tmp_path: Path, locale: str) -> None:
    """A locale, as attribute or element, makes a page beside that of the default language."""
    assert only(tmp_path, OLD.format(locale, 1))[0].id.locale == locale
    text = page_xml("A.B").replace('locale=""', f'locale="{locale}"')
    seen = only(tmp_path, text)[0]
    assert (seen.id.locale, seen.tags) == (locale, None)


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
def test_the_reference_wins_over_space_and_name(tmp_path: Path, version: str) -> None:
    """The attribute `reference` counts where elements say otherwise."""
    text = page_xml(r"A.B\.c.WebHome", web="Other", name="Name", language="de")
    text = text.replace('version="1.5"', f'version="{version}"')
    assert only(tmp_path, text)[0].id.page == r"A.B\.c.WebHome"


def test_users_are_named_without_the_wiki_that_the_page_is_in(tmp_path: Path) -> None:
    """Only the page's own wiki is taken off a user's reference."""
    text = page_xml(author="xwiki:XWiki.a", creator="other:XWiki.b")
    seen, revision = only(tmp_path, text)
    assert (revision.author, seen.creator) == ("XWiki.a", "other:XWiki.b")
    seen, revision = only(tmp_path, text, wiki="other")
    assert (revision.author, seen.creator) == ("xwiki:XWiki.a", "XWiki.b")


@pytest.mark.parametrize("declared", ["1.0", "1.1"])
def test_control_characters_are_kept(tmp_path: Path, declared: str) -> None:
    """Control and non-characters come through, by reference and raw, in XML 1.0 and 1.1."""
    wanted = "a\x01b\x1fc\ufdd0\ufdd1\ufdefd\x85e\u2028f\tg\rh"
    body = wanted.replace("\x01", "&#1;").replace("\x1f", "&#x1F;").replace("\r", "&#13;")
    text = page_xml(declared=declared).replace("<content></content>", f"<content>{body}</content>")
    assert only(tmp_path, text)[1].content == wanted
    raw = text.encode().replace(b"&#1;", b"\x01")
    assert only(tmp_path, raw)[1].content == wanted


def test_control_characters_in_a_history_are_kept(tmp_path: Path) -> None:
    """The same holds for XML inside the XML of a history."""
    older = page_xml().replace("<content></content>", "<content>a&#2;b</content>")
    archive = jrcs({"2.1": page_xml(version="2.1"), "1.1": older})
    archive = archive.replace("&", "&amp;").replace("<", "&lt;")
    text = page_xml(version="2.1", declared="1.1", inside=f"<versions>{archive}</versions>")
    assert [r.content for r in of(only(tmp_path, text), Revision)] == ["", "a\x02b"]


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252", "GBK", "UTF-16", "utf-8"])
def test_pages_in_another_encoding(tmp_path: Path, encoding: str) -> None:
    """The declared encoding is used, a byte order mark is passed over."""
    wanted = "é" if encoding in ("ISO-8859-1", "windows-1252") else "售后"
    text = page_xml(content=wanted).replace("UTF-8", encoding)
    assert only(tmp_path, text.encode(encoding))[1].content == wanted
    assert only(tmp_path, page_xml(content=wanted).encode("utf-8-sig"))[1].content == wanted


COMMENT = """<object><class><name>XWiki.XWikiComments</name></class><number>{}</number>
<className>XWiki.XWikiComments</className><guid>g</guid>
<property><author>xwiki:XWiki.a</author></property><property><comment>see &lt;b&gt;</comment>
</property><property><date>2010-02-26 14:57:22.0</date></property>{}</object>"""


def test_comments_and_annotations_come_out_of_their_objects(tmp_path: Path) -> None:
    """A comment's object gives the object and a Comment; its date is local to the wiki."""
    more = (
        "<property><replyto>1</replyto></property><property><selection>words</selection></property>"
    )
    inside = COMMENT.format(1, "") + COMMENT.format(4, more)
    items = only(tmp_path, page_xml(inside=inside), timezone="Europe/Paris")
    assert len(of(items, WikiObject)) == 2
    assert of(items, Comment) == [
        Comment(number=1, text="see <b>", author="XWiki.a", date="2010-02-26T13:57:22Z"),
        Comment(
            number=4, text="see <b>", author="XWiki.a", date="2010-02-26T13:57:22Z", reply_to=1,
            selection="words",
        ),
    ]  # fmt: skip
    assert of(only(tmp_path, page_xml(inside=inside)), Comment)[0].date == "2010-02-26T14:57:22"


RIGHTS = """<object><number>{}</number><className>XWiki.{}</className>
<property><allow>0</allow></property><property><groups>XWiki.Staff</groups></property>
<property><levels>view</levels></property><property><users/></property></object>"""


def test_rights_are_kept_with_their_page(tmp_path: Path) -> None:
    """Rights objects come with their numbers and all their properties."""
    inside = RIGHTS.format(3, "XWikiRights") + RIGHTS.format(0, "XWikiGlobalRights")
    items = only(tmp_path, page_xml("Space.WebPreferences", inside=inside))
    rights: dict[str, PropertyValue] = {
        "allow": "0",
        "groups": "XWiki.Staff",
        "levels": "view",
        "users": "",
    }
    assert of(items, WikiObject) == [
        WikiObject(class_name="XWiki.XWikiRights", number=3, properties=rights),
        WikiObject(class_name="XWiki.XWikiGlobalRights", number=0, properties=rights),
    ]


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("<tags><value>a b</value><value>售后</value><value>a b</value></tags>", ("a b", "售后")),
        ("<tags>a|b</tags>", ("a", "b")),
        ("<tags/>", ()),
    ],
)
def test_tags(tmp_path: Path, tags: str, found: tuple[str, ...]) -> None:
    """Tags are read from a list of values, from a text with bars, and from nothing."""
    inside = (
        "<object><number>0</number><className>XWiki.TagClass</className>"
        f"<property type='StaticList'>{tags}</property></object>"
    )
    assert only(tmp_path, page_xml(inside=inside))[0].tags == found


def test_a_class_tells_the_types_of_its_properties(tmp_path: Path) -> None:
    """A class gives short type names and its own XML; one without properties gives nothing."""
    kind = "com.xpn.xwiki.objects.classes.{}Class"
    inside = (
        "<class><name>A.B</name><customClass/><nameField/>"
        f"<state><name>state</name><classType>{kind.format('StaticList')}</classType></state>"
        f"<name2><classType>{kind.format('String')}</classType></name2></class>"
    )
    (definition,) = of(only(tmp_path, page_xml(inside=inside)), WikiClass)
    assert definition.properties == {"state": "StaticList", "name2": "String"}
    assert definition.raw == inside.encode()
    assert of(only(tmp_path, page_xml(inside="<class><name>A</name></class>")), WikiClass) == []


def test_a_property_may_have_any_name(tmp_path: Path) -> None:
    """Properties named like page elements are read as properties."""
    inside = (
        "<object><number>0</number><className>A.B</className><property><content>c</content>"
        "</property><property><versions>v</versions></property>"
        "<property><property>p</property></property></object>"
    )
    (thing,) = of(only(tmp_path, page_xml(inside=inside)), WikiObject)
    assert thing.properties == {"content": "c", "versions": "v", "property": "p"}


def versions_of(
    items: Iterable[object], sink: Memory
) -> list[tuple[str, bytes | None, str | None]]:
    return [(f.version, sink.get(f.sha256 or ""), f.comment) for f in of(items, AttachmentRevision)]


REVISIONS = """<revisions>
<revision><version>1.1</version><comment>one</comment><content>MS4x</content></revision>
<revision><revision>1.2</revision><contentAlias/></revision>
<revision><version>1.3</version><contentAlias>1.1</contentAlias></revision>
</revisions>"""


def test_histories_of_files_in_the_newer_form(tmp_path: Path) -> None:
    """`<revisions>` gives each version; an alias shares another one's bytes."""
    text = page_xml(inside=attachment("x", b"1.4", inside=REVISIONS, version="1.4", comment="now"))
    (tmp_path / "page.xml").write_text(text)
    sink = Memory()
    items = read(tmp_path / "page.xml", sink)
    assert of(items, Problem) == []
    assert versions_of(items, sink) == [
        ("1.4", b"1.4", "now"),
        ("1.1", b"1.1", "one"),
        ("1.2", b"1.4", None),
        ("1.3", b"1.1", None),
    ]


@pytest.mark.parametrize("full", [set(), {"1.1"}])
def test_histories_of_files_in_archives(tmp_path: Path, full: set[str]) -> None:
    """`<versions>` gives each version; history and bytes can be switched off."""
    texts = {
        version: attachment("x", data, version=version).replace("><", ">\n<")
        for version, data in {"1.3": b"c", "1.2": b"bb", "1.1": b"aaa"}.items()
    }
    archive = jrcs(texts, full=full).replace("&", "&amp;").replace("<", "&lt;")
    inside = attachment("x", b"c", inside=f"<versions>{archive}</versions>", version="1.3")
    (tmp_path / "page.xml").write_text(page_xml(inside=inside))
    sink = Memory()
    items = read(tmp_path / "page.xml", sink)
    assert of(items, Problem) == []
    assert versions_of(items, sink) == [
        ("1.3", b"c", None), ("1.2", b"bb", None), ("1.1", b"aaa", None),
    ]  # fmt: skip
    newest = read(tmp_path / "page.xml", Memory(), history=False)
    assert [f.version for f in of(newest, AttachmentRevision)] == ["1.3"]
    without = read(tmp_path / "page.xml", Memory(), attachments=False)
    assert [f.sha256 for f in of(without, AttachmentRevision)] == [None, None, None]
    assert of(without, Problem) == []


@pytest.mark.parametrize("full", [set(), {"1.2"}])
def test_histories_of_files_too_long_to_hold(
    tmp_path: Path, full: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A history above the memory limit is read in pieces with the same result."""
    monkeypatch.setattr("importers.xar.attachment_versions.ARCHIVE_LIMIT", 100)
    monkeypatch.setattr("importers.xar.rcs_script._CHUNK", 7)
    wanted = {"1.4": b"d" * 99, "1.3": b"c", "1.2": b"bb" * 50, "1.1": b""}
    texts = {
        version: attachment("x", data, version=version).replace("><", ">\n<")
        for version, data in wanted.items()
    }
    archive = jrcs(texts, full=full).replace("&", "&amp;").replace("<", "&lt;")
    inside = attachment("x", wanted["1.4"], inside=f"<versions>{archive}</versions>", version="1.4")
    before = attachment("w", b"w", inside="<versions></versions>")
    (tmp_path / "page.xml").write_text(page_xml(inside=before + inside))
    sink = Memory()
    items = read(tmp_path / "page.xml", sink)
    assert of(items, Problem) == []
    found = [f for f in of(items, AttachmentRevision) if f.name == "x"]
    assert {f.version: sink[f.sha256 or ""] for f in found} == wanted
    broken = (tmp_path / "page.xml").read_text().replace("text\n@d", "text\n@d99")
    (tmp_path / "page.xml").write_text(broken)
    codes = {p.code for p in of(read(tmp_path / "page.xml"), Problem)}
    assert codes == {"lost-file-version"}


def test_large_base64_is_cut_out_of_the_raw_bytes_and_named(tmp_path: Path) -> None:
    """The kept XML names the digest of large bytes in place of their base64."""
    text = page_xml(inside=attachment("x", bytes(9000)) + attachment("y", b"small"))
    (tmp_path / "page.xml").write_text(text)
    sink = Memory()
    items = read(tmp_path / "page.xml", sink)
    digest = of(items, AttachmentRevision)[0].sha256
    cut = text.replace("A" * 12000, f'<?kb sha256="{digest}"?>')
    assert (of(items, PageSeen)[0].raw or b"").decode() == cut
    assert f"<content>{'A' * 12000}</content>" in text


def test_what_is_chosen_is_read_and_nothing_else_is_kept(tmp_path: Path) -> None:
    """Pages that the options leave out put no byte into the sink."""
    entries = {
        f"{name}.xml": page_xml(name, inside=attachment("x", name.encode()))
        for name in ("A.WebHome", "A.B.WebHome", "C.D")
    }
    path = xar(tmp_path / "a.xar", entries, listed=["A.WebHome", "A.B.WebHome", "C.D"])
    sink = Memory()
    items = read(path, sink, spaces=("A",), exclude=("A.B",))
    assert [seen.id.page for seen in of(items, PageSeen)] == ["A.WebHome"]
    assert list(sink.values()) == [b"A.WebHome"]
    assert of(items, Problem) == []
    assert [s.id.page for s in of(read(path, pages=("C.*",)), PageSeen)] == ["C.D"]


def test_lists_and_entries_are_put_together(tmp_path: Path) -> None:
    """Pages listed or not are read; a listed one that is missing is a Problem."""
    entries = {
        "listed.xml": page_xml("A.Listed"),
        "unlisted.xml": page_xml("A.Unlisted"),
        "odd-name": page_xml("A.Odd"),
        "META-INF/x": "x",
        "package.xml": package_xml("A.Listed", "odd-name", "A.Missing"),
    }
    items = read(xar(tmp_path / "a.xar", entries, listed=False))
    assert [seen.id.page for seen in of(items, PageSeen)] == ["A.Listed", "A.Unlisted", "A.Odd"]
    assert [(p.where, p.code) for p in of(items, Problem)] == [
        ("a.xar!/package.xml", "missing-entry")
    ]


def test_a_package_without_a_list_is_read_and_said_to_be_one(tmp_path: Path) -> None:
    """A XAR without package.xml is read, with one Problem."""
    items = read(xar(tmp_path / "a.xar", {"a.xml": page_xml("A.B")}, listed=False))
    assert [p.code for p in of(items, Problem)] == ["no-package-list"]


def test_dates_without_an_inner_one_are_the_archives(tmp_path: Path) -> None:
    """The archive's local date is used where the XML has none, in UTC if the zone is known."""
    text = page_xml(version="2.1", inside="<versions>{}</versions>").replace(
        "<date>1586500000000</date>", ""
    )
    inner = page_xml(version="2.1").replace("<date>1586500000000</date>", "")
    archive = jrcs({"2.1": inner, "1.1": inner}).replace("<", "&lt;")
    items = only(tmp_path, text.format(archive), timezone="Asia/Shanghai")
    assert of(items, Revision)[1].date == "2020-04-10T06:26:40Z"
    assert of(only(tmp_path, text.format(archive)), Revision)[1].date == "2020-04-10T14:26:40"


@pytest.mark.parametrize(
    ("name", "data", "sure"),
    [
        ("a.xar", b"PK\x03\x04", Confidence.SURE),
        ("a.zip", b"PK\x03\x04", Confidence.MAYBE),
        ("a.xml", page_xml().encode(), Confidence.SURE),
        ("a.xml", b"<project/>", Confidence.NO),
        ("a.txt", b"text <xwikidoc", Confidence.NO),
        ("a.xar", b"broken", Confidence.LIKELY),
    ],
)
def test_what_is_recognised(tmp_path: Path, name: str, data: bytes, sure: Confidence) -> None:
    """Confidence follows the first bytes and the name."""
    (tmp_path / name).write_bytes(data)
    assert Xar().recognises(Source(str(tmp_path / name))) is sure


def test_folders_are_recognised_by_what_they_hold(tmp_path: Path) -> None:
    """A folder of page XML is LIKELY; with other files in it, or empty, it is not."""
    assert Xar().recognises(Source(str(tmp_path))) is Confidence.NO
    (tmp_path / "A").mkdir()
    (tmp_path / "A" / "B.xml").write_text(page_xml())
    assert Xar().recognises(Source(str(tmp_path))) is Confidence.LIKELY
    (tmp_path / "notes.txt").write_text("1.1 | 1 | text")
    assert Xar().recognises(Source(str(tmp_path))) is Confidence.NO
    assert Xar().recognises(Source("http://x/a.xar")) is Confidence.NO
