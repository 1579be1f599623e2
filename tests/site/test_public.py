"""The public site: nothing protected stands anywhere, and the leak check would see it if it did."""

# ruff: noqa: E501
from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import io
import lzma
import quopri
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
import zstandard

from kb.archive import PageView
from kb.cases.record import Related, from_json
from kb.model import PageId, WikiObject
from kb.publish.browser_index.documents import indexed_case
from kb.publish.browser_index.full import IndexBuilder
from kb.publish.browser_index.shards import page_script
from kb.publish.data_scripts import data_script
from kb.publish.paths import encode
from kb.publish.site_build.leak_check import check
from kb.publish.site_build.site_builder import build
from kb.redact.leaks import LeakError
from kb.redact.protected import ProtectedValues
from kb.redact.public_rules import PublicRules, rules_of
from kb.text.interface import own_texts
from tests.site.conftest import SITE, Command
from tests.site.samples import PIXEL, PIXEL_SHA, Sample, double_charge, page, refund, small

PHONE, NAME, LATIN = "13800138000", "试验员甲", "Tester"
SHARP = "".join(f"&#{ord(c)};" for c in NAME)
TRADITIONAL = "試驗員甲"


def zipped(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


def png_with_text(text: bytes) -> bytes:
    body = b"Comment\0\0" + zlib.compress(text)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body
    return PIXEL[:33] + chunk + struct.pack(">I", zlib.crc32(b"zTXt" + body)) + PIXEL[33:]


HIDING: dict[str, tuple[str, bytes]] = {
    "text": ("a.html", f"<p>{PHONE}</p>".encode()),
    "title": ("a.html", f"<title>{NAME}</title>".encode()),
    "attribute": ("a.html", f"<a title='x {NAME} y'>".encode()),
    "percent-encoded link": ("a.html", b'<a href="%E8%AF%95%E9%AA%8C%E5%91%98%E7%94%B2.html">'),
    "encoded link": ("a.html", f'<a href="case/{encode("é" + NAME)}.html">'.encode()),
    "file name": (f"file/{NAME}.png", b""),
    "encoded file name": (f"file/{encode(PHONE + '#')}.html", b""),
    "folder": (f"list/{NAME}/1.html", b""),
    "entities": ("a.html", SHARP.encode()),
    "between tags": ("a.html", f"<b>{PHONE[:5]}</b><i>{PHONE[5:]}</i>".encode()),
    "JSON escapes": ("a.js", NAME.encode("ascii", "backslashreplace")),
    "full width": ("a.html", "１３８００１３８０００".encode()),
    "spaces": ("a.html", b"138 0013 8000"),
    "hyphens": ("a.html", b"138-0013-8000"),
    "longer number": ("a.html", f"8613{PHONE[2:]}99".encode()),
    "traditional": ("feed.xml", TRADITIONAL.encode()),
    "other case": ("a.html", b"by TESTER."),
    "gzip": ("a.html.gz", gzip.compress(NAME.encode())),
    "zip": ("a.zip", zipped("x.txt", PHONE.encode())),
    "name inside a zip": ("a.docx", zipped(f"{PHONE}.txt", b"x")),
    "zip in gzip": ("a.gz", gzip.compress(zipped("x", NAME.encode()))),
    "picture's comment": ("a.png", png_with_text(NAME.encode())),
    "UTF-16": ("a.log", NAME.encode("utf-16")),
    "GB 18030": ("a.log", NAME.encode("gb18030")),
    "base64": (
        "a.css",
        b"url(data:;base64," + base64.b64encode(f"user {NAME} here".encode()) + b")",
    ),
    "index term": ("search/t/0/1.js", page_script(1, "gAAA")),
    "facet": ("search/a/speaker.js", data_script("kbA", f'"speaker",{{"{NAME}":"!!"}}')),
    "base64 of a number alone": ("a.html", b"x=" + base64.b64encode(PHONE.encode())),
    "base64 of a name in a path": (
        "a.html",
        b"list/" + base64.urlsafe_b64encode(NAME.encode()) + b"/",
    ),
    "base64 over lines": ("a.eml", base64.encodebytes(b"text before it " * 4 + PHONE.encode())),
    "hexadecimal": ("a.html", PHONE.encode().hex().encode()),
    "MD5": ("a.html", b"<p data-x=" + hashlib.md5(PHONE.encode()).hexdigest().encode()),
    "SHA-256 of a name": ("a.js", hashlib.sha256(NAME.encode()).hexdigest().upper().encode()),
    "entities of entities": ("a.html", SHARP.replace("&", "&amp;").encode()),
    "percent signs of percent signs": ("a.html", quote(quote(NAME)).encode()),
    "code points in braces": ("a.js", "".join(f"\\u{{{ord(c):x}}}" for c in NAME).encode()),
    "quoted printable": ("a.eml", quopri.encodestring(NAME.encode())),
    "other separators": ("a.html", "（138）0013–8000".encode()),
    "slashes and spaces": ("a.html", b"138 / 0013 / 8000"),
    "Han numerals": ("a.html", "一三八零零一三八零零零".encode()),
    "numerals of banks": ("a.html", "幺三八〇〇幺三八〇〇〇".encode()),
    "digits in cells": ("a.html", b"<td>138</td>\n<td>0013</td>\n<td>8000</td>"),
    "zero-width spaces": ("a.html", "138\u200b0013\u200b8000".encode()),
    "soft hyphens": ("a.html", "试&shy;验&shy;员&shy;甲".encode()),
    "spaces in a name": ("a.html", "试 验 员　甲".encode()),
    "a comment inside": ("a.html", b"138<!-- x -->00138000"),
    "UTF-16 without a mark": ("a.log", NAME.encode("utf-16-le")),
    "UTF-16 at an odd place": ("a.jpg", b"\xff\xd8\xff\xe1\0" + PHONE.encode("utf-16-le")),
    "Big5": ("a.log", "試驗員甲".encode("big5")),
    "bzip2": ("a.bz2", bz2.compress(NAME.encode())),
    "xz": ("a.xz", lzma.compress(PHONE.encode())),
    "zstd": ("a.zst", zstandard.compress(PHONE.encode())),
    "SVG": ("a.svg", f"<svg><text>{NAME[:2]}<tspan>{NAME[2:]}</tspan></text></svg>".encode()),
    "a sealed archive": ("a.7z", b"7z\xbc\xaf\x27\x1c\0\4"),
    "a long name in folders": (f"case/w/{encode('x' * 175 + PHONE)}.html", b""),
    "redirects": ("_redirects", f"/bin/view/{NAME} /x 301".encode()),
}


@pytest.fixture
def protected() -> ProtectedValues:
    made = ProtectedValues(PublicRules(), b"key")
    for kind, value in (("phone", PHONE), ("name", NAME), ("name", LATIN), ("name", "甲")):
        made.add(kind, value)
    return made


def plant(folder: Path, name: str, data: bytes) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


@pytest.mark.parametrize("place", HIDING)
def test_the_check_finds_a_value_hidden_as(
    place: str, protected: ProtectedValues, tmp_path: Path
) -> None:
    """The check finds a protected value however it is encoded, compressed or written."""
    plant(tmp_path, *HIDING[place])
    with pytest.raises(LeakError):
        check(tmp_path, protected, [], [])


def test_the_check_lets_innocent_bytes_pass(protected: ProtectedValues, tmp_path: Path) -> None:
    """Texts that resemble protected values, pictures and index files pass the check."""
    plant(
        tmp_path,
        "a.html",
        "甲方和乙方,testers, 13800138, 2020-04-04 04:51:09, 一二三四五六七八".encode(),
    )
    index = IndexBuilder(1, partial(plant, tmp_path))
    index.add(0, indexed_case(small("c#1", "甲方 tests 方")))
    index.finish()
    plant(tmp_path, "a.png", PIXEL)
    check(tmp_path, protected, [], [], {PIXEL_SHA})


REPLACED: list[tuple[str, Callable[[str], bool]]] = [
    (f"打 {PHONE} 找{NAME}", lambda t: t.startswith("打 phone-") and "找name-" in t),
    ("１３８００１３８０００", lambda t: t.startswith("phone-")),
    ("13912345678 is nobody's that we know", lambda t: t.startswith("phone-")),
    ("粤B12345 停在门口", lambda t: t.startswith("vehicle-")),
    ("write to a.b@example.org now", lambda t: "mail-" in t and "example" not in t),
    ("订单 99999999999999999999", lambda t: "number-" in t),
    (TRADITIONAL, lambda t: t.startswith("name-")),
    ("【甲】:好", lambda t: "name-" in t),
    ("打(138)0013–8000", lambda t: t.startswith("打(phone-")),
    ("电话一三八零零一三八零零零", lambda t: t.startswith("电话phone-")),
    ("2020-04-04 04:51:09, 1380, 0138", lambda t: t == "2020-04-04 04:51:09, 1380, 0138"),
    ("试 验 员 甲 来电", lambda t: t.startswith("name-") and t.endswith(" 来电")),
    ("甲方同意", lambda t: t == "甲方同意"),
    ("the testers and tester", lambda t: t.startswith("the testers and name-")),
    ("2020-04-04 04:51:09", lambda t: t == "2020-04-04 04:51:09"),
    ("", lambda t: t == ""),
]


@pytest.mark.parametrize(("text", "good"), REPLACED, ids=[text for text, _ in REPLACED])
def test_texts_are_replaced(
    text: str, good: Callable[[str], bool], protected: ProtectedValues
) -> None:
    """Protected values are replaced however they are written; a second time changes nothing."""
    done = protected.replaced(text)
    assert good(done), done
    assert protected.replaced(done) == done


def test_pseudonyms_are_stable_and_need_the_key() -> None:
    """A pseudonym is the same for the same key and value, another for another key."""
    one, same, other = (ProtectedValues(PublicRules(), key) for key in (b"k", b"k", b"x"))
    assert one.pseudonym("name", "甲") == same.pseudonym("name", "甲")
    assert one.pseudonym("name", "甲") != other.pseudonym("name", "甲")
    assert ProtectedValues(PublicRules(style="mask"), b"k").pseudonym("name", "甲") == "•••"


def test_wrong_rules_are_named() -> None:
    """An unknown key of kb.toml's `[public]` is an error that says where."""
    with pytest.raises(Exception, match=r"\[public\]"):
        rules_of({"stile": "mask"})


def test_no_person_phone_or_bill_is_left_in_a_built_site(tmp_path: Path) -> None:
    """A public site has no protected value and no attachment; pile numbers stay."""
    public = Sample().public()
    build(public, tmp_path / "out", SITE, tmp_path / "memory")
    check(tmp_path / "out", public.protected, own_texts(), ())
    everything = b"".join(p.read_bytes() for p in (tmp_path / "out").rglob("*.html")).decode()
    for value in (
        "13800000001",
        "20200404045100006730",
        "乙技术",
        "Engineer B",
        "示例一站",
        "工程师甲",
    ):
        assert value not in everything
    assert "44030500040000200030" in everything
    assert not (tmp_path / "out" / "file").exists()


def test_what_guests_could_not_read_stays_inside() -> None:
    """A page that the wiki's rights close has neither its text nor its cases in public."""
    deny = WikiObject(
        class_name="XWiki.XWikiRights", number=0,
        properties={"levels": "view", "users": "XWiki.XWikiGuest", "groups": "", "allow": 0},
    )  # fmt: skip
    only_some = WikiObject(
        class_name="XWiki.XWikiGlobalRights", number=0,
        properties={"levels": ["view", "edit"], "groups": ["XWiki.Support"], "users": [], "allow": 1},
    )  # fmt: skip

    def around(name: str, *objects: WikiObject) -> PageView:
        return msgspec.structs.replace(page(), id=PageId("xwiki", name), objects=objects)

    wiki = [around("XWiki.XWikiPreferences"), around("Support.WebHome")]
    hidden = [
        [msgspec.structs.replace(page(), objects=(deny,)), *wiki],
        [page(), around("Support.WebPreferences", only_some), *wiki],
        [msgspec.structs.replace(page(), hidden=True), *wiki],
        [page()],
    ]
    for pages in hidden:
        public = Sample(all_pages=pages).public(open=())
        assert list(public.records()) == []
        assert all(shown.id != page().id for shown in public.pages())
    assert len(list(Sample(all_pages=[page(), *wiki]).public(open=()).records())) == 6


def test_withheld_cases_and_listed_attachments() -> None:
    """Withheld cases are left out; of attachments only those that kb.toml lists are there."""
    public = Sample().public(
        withhold=("*#4[0-4]_*",), attachments=("screen*",), looked_at=("*.png",)
    )
    cases = [from_json(line) for line in public.records()]
    assert [case.number or case.id for case in cases] == [46, "demo_case#45_20200407"]
    assert [file.name for file in cases[0].attachments] == ["screen 1.png"]


def test_a_case_withheld_by_hand_is_nowhere_in_public() -> None:
    """A case that a correction withholds leaves its lines, files, ties and old versions inside."""
    case = double_charge()
    note = {"by": "ann", "why": "private", "date": None}
    withheld = msgspec.structs.replace(case, x={"withheld": note})
    tie = Related(id=case.id, via=("bill:1",))
    other = msgspec.structs.replace(refund(), related=(tie,))
    public = Sample([withheld, other], [page()]).public(attachments=("*",))
    (left,) = [from_json(line) for line in public.records()]
    assert (left.number, left.related) == (other.number, ())
    (shown,) = public.pages()
    view = shown.read()
    first, last = case.source.lines
    assert {line.text for line in view.lines[first - 1 : last]} == {""}
    assert any(line.text for line in view.lines)
    assert not {file.name for file in view.attachments} & {f.name for f in case.attachments}
    assert {version.source for version in shown.versions()} <= {None}


def test_a_public_build_is_put_in_place_only_when_somebody_agrees(
    kb: Command, shared: Path, tmp_path: Path
) -> None:
    """A dump without rights is closed until kb.toml opens it by name; then names, then a yes."""
    dump = shared / "samples" / "after-sales-cases.blame.txt"
    kb("import", dump, "--page-name", "Support.Cases.WebHome")
    closed = kb("build", "--audience", "public", "--yes")
    assert "0 cases" in closed.stderr
    assert "of 1 page the archive lacks the rights" in closed.stderr
    rules = '[public]\nopen = ["Support.Cases.*", "Suport.*"]\n'
    (tmp_path / "kb.toml").write_text(rules)
    undecided = kb("build", "--audience", "public", "--yes", check=False)
    assert undecided.returncode == 1
    assert "names that nobody decided about: 金凯瑞" in undecided.stderr
    (tmp_path / "kb.toml").write_text(rules + 'allow = ["金凯瑞"]\n', "utf-8")
    refused = kb("build", "--audience", "public", check=False)
    assert refused.returncode == 2
    assert "[public] open: 'Suport.*' matches no page" in refused.stderr
    assert "4 cases" in refused.stderr
    done = kb("build", "--audience", "public", "--yes")
    assert "4 cases" in done.stderr
    inside = kb("build", "--out", tmp_path / "build" / "public", check=False)
    assert inside.returncode == 2
    assert "a public site, which one for the inside would replace" in inside.stderr


def test_a_leak_stops_the_build(tmp_path: Path) -> None:
    """A number in base64 is not found by the rules, but by the search after."""
    text = f"见 {base64.b64encode(b'13800000001').decode()}"
    turn = msgspec.structs.replace(refund().turns[0], text=text)
    case = small("leak#1", "见下", turns=(turn,))
    public = Sample([double_charge(), case], [page()]).public()
    with pytest.raises(LeakError):
        build(
            public, tmp_path / "out", SITE, tmp_path / "memory",
            lambda staged, _: check(staged, public.protected, own_texts(), ()),
        )  # fmt: skip
    assert list(tmp_path.iterdir()) == [tmp_path / "memory"] or not list(tmp_path.iterdir())


def test_nobody_else_looks_into_what_is_prepared(tmp_path: Path) -> None:
    """The folder beside a site is its owner's alone; the site is as the user's mask has it."""
    out = tmp_path / "out"
    for kept in ((), ("*#44_*",)):
        public = Sample().public(withhold=kept)
        build(public, out, SITE, tmp_path / "memory")
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        beside = modes.keys() - {"out", "memory"}
        assert beside
        assert {modes[name] for name in beside} == {0o700}
        assert modes["out"] == modes["memory"]
