"""Histories out of RCS archives: any mix of whole versions and deltas, every trap known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.xar.jrcs import author_of, read_archive
from importers.xar.rcs_script import apply_script, script_between
from importers.xar.rebuild import rebuilt
from importers.xar.xar_document import read_document, read_fields
from importers.xar.xml_errors import BadXmlError
from kb.export.xar.xml import RcsEntry, author_field, rcs_archive
from tests.xar.making import jrcs, page_xml, script

LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=6)
TEXT = st.lists(LINE | st.sampled_from(["@", "a@@b", "d1 1", "a1 1"]), max_size=8).map("\n".join)
XML = TEXT.map("<x>\n{}\n</x>".format)


def texts_of(text: str | Iterable[str]) -> dict[str, str | None]:
    _, nodes = rebuilt(text)
    return {node.version.number: node.text for node in nodes}


@given(st.lists(XML, min_size=1, max_size=8), st.data())
def test_any_mix_of_whole_versions_and_deltas_reads_back(
    found: list[str], data: st.DataObject
) -> None:
    """Law: each version is rebuilt whichever are whole, given whole or in pieces."""
    texts = {f"{n}.1": text for n, text in zip(range(len(found), 0, -1), found, strict=True)}
    full = data.draw(st.sets(st.sampled_from(list(texts))))
    text = jrcs(texts, full=full)
    assert texts_of(text) == texts
    cut = data.draw(st.integers(1, 50))
    assert texts_of(text[n : n + cut] for n in range(0, len(text), cut)) == texts


@given(st.lists(XML, min_size=1, max_size=12))
def test_what_is_written_reads_back(found: list[str]) -> None:
    """Law: an archive that the exporter writes gives back texts, logs, authors and dates."""
    texts = {f"{n}.1": text for n, text in zip(range(len(found), 0, -1), found, strict=True)}
    entries = [
        RcsEntry(version=v, date="2020.04.10.14.26.40", author="XWiki.阮-1", log=f"@{v}\n")
        for v in texts
    ]
    text = "".join(rcs_archive(entries, texts.__getitem__))
    versions, nodes = rebuilt(text)
    read = list(nodes)
    assert {node.version.number: node.text for node in read} == texts
    assert [node.log for node in read] == [f"@{v}\n" for v in texts]
    assert {version.author for version in versions.values()} == {"XWiki.阮-1"}
    assert {version.date for version in versions.values()} == {"2020-04-10T14:26:40"}


@given(TEXT, TEXT)
def test_a_script_makes_the_older_of_the_newer(newer: str, older: str) -> None:
    """Law: an edit script turns the newer text into the older one exactly."""
    assert apply_script(newer, script(newer, older)) == older
    made = script_between(newer, older)
    assert made is not None
    assert apply_script(newer, made) == older


def test_lines_are_those_that_the_server_counts() -> None:
    """Lines end at LF, CR and CRLF and at no other Unicode break."""
    newer = "<a>\r\nb\rc\nd\u2028e\x85f"
    assert apply_script(newer, "d2 1\na3 1\nX\n") == "<a>\r\nc\nX\nd\u2028e\x85f"
    assert script_between("a\rb", "a") is None


@pytest.mark.parametrize(
    ("text", "edits"),
    [
        ("a\nb", "d3 1\n"),
        ("a\nb", "d1 9\n"),
        ("a\nb", "a9 1\nx\n"),
        ("a\nb", "d2 1\nd1 1\n"),
        ("a\nb", "a1 3\nx\n"),
        ("a\nb", "x1 1\n"),
        ("a\nb", "d99999999999 1\n"),
    ],
)
def test_scripts_that_do_not_fit_are_refused(text: str, edits: str) -> None:
    """A script that names lines that are not there raises bad-delta."""
    with pytest.raises(BadXmlError) as caught:
        apply_script(text, edits)
    assert caught.value.code == "bad-delta"


def test_versions_in_any_order_are_sorted_where_the_archive_is_whole() -> None:
    """Order matters only for an archive that comes in pieces."""
    text = jrcs({"1.10": "<b/>\n", "1.9": "<a/>\n"}, full={"1.9"})
    front, _, texts = text.partition("desc\n@@\n")
    swapped = texts.split("\n\n\n")[::-1]
    shuffled = f"{front}desc\n@@\n\n\n" + "\n\n\n".join(part.strip("\n") for part in swapped)
    assert list(texts_of(shuffled)) == ["1.10", "1.9"]
    with pytest.raises(BadXmlError, match=r"1\.10 after 1\.9"):
        texts_of(iter([shuffled]))


def test_a_lost_version_loses_those_that_stand_on_it_and_no_others() -> None:
    """A whole version ends the loss that a bad delta begins."""
    texts = {f"{n}.1": f"<v>\n{n}\n</v>\n" for n in (6, 5, 4, 3, 2, 1)}
    text = jrcs(texts, full={"2.1"}).replace("d2 1\na2 1\n4\n", "d77 1\na2 1\n4\n")
    found = texts_of(text)
    assert [number for number, xml in found.items() if xml is None] == ["4.1", "3.1"]
    assert found["1.1"] == texts["1.1"]


@pytest.mark.parametrize("cut", range(1, 460, 7))
def test_an_archive_cut_short_is_said_to_be(cut: int) -> None:
    """An archive cut anywhere never passes for a whole one."""
    text = jrcs({"2.1": "<a>@</a>", "1.1": "<b/>"})
    found = []
    with suppress(BadXmlError):
        _, nodes = rebuilt(iter([text[:cut]]))
        found += [node.version.number for node in nodes]
    assert len(found) < 2 or cut >= len(text) - 2


def test_numbers_names_and_states_of_the_front() -> None:
    """State and author of a version are read from the archive's front."""
    text = jrcs({"1.2": "<a/>"}, state="Exp", author="xwiki_3AXWiki_2Eu_5F_31")
    versions, nodes = read_archive([text])
    assert versions["1.2"].state == "Exp"
    assert versions["1.2"].author == "xwiki:XWiki.u_1"
    assert len(list(nodes)) == 1


@pytest.mark.parametrize(
    ("field", "author"),
    [
        ("XWiki_2EAdmin", "XWiki.Admin"),
        ("_", None),
        ("", None),
        ("XWiki.Admin", "XWiki.Admin"),
        ("some_one", "some_one"),
        ("john_de", "john_de"),
        ("XWiki_2E_E9_98_AE", "XWiki.阮"),
        ("a b", None),
    ],
)
def test_users_of_the_front_are_decoded_as_the_server_does(field: str, author: str | None) -> None:
    """Underscores stand for percent signs unless the field cannot be so encoded."""
    assert author_of(field) == author


@given(st.text(min_size=1))
def test_users_written_are_read(author: str) -> None:
    """Law: any author that the exporter encodes is decoded to the same text."""
    assert author_of(author_field(author)) == author


ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff"))


@given(ANY, ANY, st.sampled_from(["1.0", "1.1"]), st.booleans())
def test_the_quick_reader_reads_what_the_careful_one_does(
    content: str, title: str, declared: str, nested: bool
) -> None:
    """Law: lxml's short cut gives the fields and errors of the event reader."""
    inside = "<object><number>1</number></object><content>second</content><!-- c --><?p i?>"
    text = page_xml(content=content, title=title, declared=declared, inside=inside)
    if nested:
        text = text.replace("</title>", "<b>x</b></title>")
    data = text.encode()
    try:
        careful = read_document([data])
    except BadXmlError as error:
        with pytest.raises(BadXmlError, match=re.escape(str(error))):
            read_fields(data)
        return
    quick = read_fields(data)
    assert quick.attributes == careful.attributes
    for field in ("version", "author", "date", "title", "syntaxId", "content"):
        assert quick.fields.get(field) == careful.fields.get(field)
