"""File names: reversible, safe, the same for ever."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.model import PageId
from kb.publish.paths import (
    case_path,
    decode,
    encode,
    file_path,
    page_path,
    root_of,
    saved_name,
    url_of,
)
from kb.publish.served_types import KEPT, is_kept

KNOWN = [
    ("szds_case#46_20200410", "szds_case~2346_20200410"),
    ("案例#1", "案例~231"),
    ("a/b", "a~2fb"),
    ("..", "~2e~2e"),
    (".hidden", "~2ehidden"),
    ("end.", "end~2e"),
    ("", "~_"),
    ("~", "~7e"),
    ("NUL", "~4eUL"),
    ("com1.log", "~63om1.log"),
    ("a b", "a~20b"),
    ("é", "~c3~a9"),
    ("CON", "~43ON"),
]


@pytest.mark.parametrize(("name", "path"), KNOWN)
def test_known_names_keep_their_path(name: str, path: str) -> None:
    """These names have the paths that they always had, and come back from them."""
    assert encode(name) == path
    assert decode(path) == name


@given(st.text())
def test_every_name_comes_back_and_is_safe(name: str) -> None:
    """Any name comes back from its path, which every file system can hold."""
    path = encode(name)
    assert decode(path) == name
    assert unicodedata.is_normalized("NFC", path)
    for part in path.split("/"):
        assert 0 < len(part.encode()) <= 190
        assert not set(part) & set('\\:*?"<>|#%& \n\t\x00')
        assert part not in (".", "..")
        assert not part.endswith(".")


@given(st.text(), st.text())
def test_no_two_names_share_a_path(one: str, other: str) -> None:
    """Two names have one path only where they are equal."""
    assert (encode(one) == encode(other)) == (one == other)


@pytest.mark.parametrize("name", ["案" * 300, "x" * 900, "#" * 300, "😀" * 70])
def test_long_names_go_on_in_folders(name: str, tmp_path: Path) -> None:
    """A name too long for a file system is divided into folders."""
    target = tmp_path / f"{encode(name)}.html"
    assert decode(encode(name)) == name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("x")


@pytest.mark.parametrize("letter", ["案", "x", "#", "😀"])
def test_names_too_long_for_any_path_are_cut(letter: str, tmp_path: Path) -> None:
    """Three names of a hundred thousand characters still make a path; none is that of another."""
    long = letter * 100_000
    page = PageId(long, long, long)
    for path in (page_path(page), file_path(page, long), case_path(long, long)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    assert encode(long) != encode(long + letter)
    with pytest.raises(ValueError, match="not an encoded name"):
        decode(encode(long))


@pytest.mark.parametrize("path", ["a b", "~2", "~ff", "~41", "~2fa/b", "../x", "a/"])
def test_what_is_no_path_of_ours_is_refused(path: str) -> None:
    """A path that no name is encoded as raises ValueError."""
    with pytest.raises(ValueError, match=r"not an encoded name|can't decode"):
        decode(path)


def test_paths_of_cases_pages_and_files() -> None:
    """Paths tell wiki, name and locale."""
    page = PageId("xwiki", r"07\. Dev.Suppliers.WebHome", "fr")
    assert case_path("xwiki", "a#1") == "case/xwiki/a~231.html"
    assert page_path(page) == "page/xwiki/07~5c.~20Dev.Suppliers.WebHome~-fr.html"
    assert page_path(PageId("xwiki", "A.B")) == "page/xwiki/A.B.html"
    assert file_path(page, "截图 1.png").endswith("/截图~201.png")
    assert url_of("case/x/案~231.html") == "case/x/%E6%A1%88~231.html"
    assert root_of("case/x/y.html") == "../../"


FILES = {
    "report.pdf": "report.pdf", "v1.2.PDF": "v1.2.PDF", "2020.04.10.png": "2020.04.10.png",
    "shot.png.jpg": "shot.png.jpg", "table.xlsx": "table.xlsx", "notes.txt": "notes.txt",
    "evil.HTML": "evil~2eHTML~.txt", "x.svg": "x~2esvg~.txt", "app.log": "app~2elog~.txt",
    "README": "README~.txt", "x.php.jpg": "x~2ephp.jpg", "x.shtml.txt": "x~2eshtml.txt",
    "x.html.zzz": "x~2ehtml~2ezzz~.bin", "x.xpdl": "x~2expdl~.txt", "x.jsp": "x~2ejsp~.txt",
    "x.msg": "x~2emsg~.bin", "logs.tar.gz": "logs.tar~2egz~.bin", "x.html.": "x~2ehtml~2e~.txt",
    ".htaccess": "~2ehtaccess~.txt", "": "~_~.txt", "x.html~.txt": "x~2ehtml~7e.txt",
    "x.svg .png": "x~2esvg~20.png", "x.var": "x~2evar~.bin", "x.html.gz": "x~2ehtml~2egz~.bin",
}  # fmt: skip
"""Name of an attached file → the last part of its path."""


@pytest.mark.parametrize("name", FILES)
def test_only_names_that_no_server_acts_on_are_kept(name: str) -> None:
    """A name on the allow-list stays; of any other no ending is left that means something."""
    assert file_path(PageId("w", "p"), name) == f"file/w/p/{FILES[name]}"


_NAMES = st.text(st.sampled_from("ab.~/_ 2e%x")) | st.text() | st.sampled_from(sorted(FILES))
_ENDINGS = st.sampled_from(
    ["", ".html", ".php", ".txt", "~.txt", ".bin", ".png", ".HTM", ".gz", "."]
)


@given(_NAMES, _ENDINGS, _NAMES, _ENDINGS)
def test_no_two_files_share_a_path_and_none_has_an_ending_that_acts(
    one: str, ending: str, other: str, last: str
) -> None:
    """Whatever the names: each has a path of its own, with endings of the allow-list alone."""
    page = PageId("w", "p")
    name, path = one + ending + other + last, file_path(page, one + ending + other + last)
    assert (path == file_path(page, other + last)) == (name == other + last)
    endings = path.rpartition("/")[2].split(".")[1:]
    assert endings
    assert all(is_kept(part) or "~" in part for part in endings)  # no server knows one with ~
    assert endings[-1].lower() in KEPT
    saved = saved_name(url_of(path))
    assert saved == (name if path.endswith("~.bin") else None)


@pytest.mark.parametrize("length", [*range(170, 200), 400])
def test_a_long_name_keeps_its_ending_whole(length: int) -> None:
    """Where a name goes on in a folder, its ending is not cut in two."""
    for ending in (".html", ".png", ".msg", ".php.jpg"):
        path = file_path(PageId("w", "p"), "x" * length + ending)
        assert path.rpartition("/")[2].rpartition(".")[2] in ("txt", "png", "bin", "jpg")
