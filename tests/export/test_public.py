"""Exports for the public: nothing protected in any byte, whatever the format packs it into."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kb.export.protocol import exporter_named, file_parts
from kb.export.xar import write_xar
from kb.model import Comment, Revision
from tests.export.wiki import Wiki, page, revisions

OLD_AUTHOR, AUTHOR = "XWiki.quentinold", "XWiki.ruanli"
FIRST = """= njhx_case#1_20200410 =

电话：025-88012345

问题：充电中断，请回电 13800138000

状态：处理中"""
SECRETS = ("13800138000", "88012345", "quentinold", "ruanli", "secret.png", "secret bytes")
OPEN = '[public]\nopen = ["*"]\n'
"""kb.toml of a home whose archive does not know the wiki's rights."""
FORMS = {
    "jsonl": "p.jsonl", "csv": "p", "sqlite": "p.db", "xar": "p.xar", "mediawiki": "p.xml",
    "git": "repo", "markdown": "tree",
}  # fmt: skip


def run(home: Path, *arguments: object, code: int = 0) -> subprocess.CompletedProcess[bytes]:
    """The command at work in ``home``."""
    command = [sys.executable, "-m", "kb", *map(str, arguments)]
    done = subprocess.run(command, cwd=home, capture_output=True, check=False)
    assert done.returncode == code, done.stderr.decode()
    return done


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose case was written by one, corrected by another, and had its phone taken out."""
    folder = tmp_path_factory.mktemp("home")
    wiki = Wiki(folder)
    second = FIRST.replace("025-88012345", "").replace("处理中", "已解决")
    wiki.add(
        page("Support.Cases"),
        Revision(version="1.1", content=FIRST, author=OLD_AUTHOR, date="2020-04-10T09:00:00Z",
                 comment="asked quentinold"),
        Revision(version="2.1", content=second.replace("=", "= ", 1), author=AUTHOR,
                 date="2020-04-11T09:00:00Z", comment="closed"),
        Revision(version="3.1", content="\n".join(f"{line} " for line in second.split("\n")),
                 author=AUTHOR, date="2020-04-12T09:00:00Z"),
        wiki.file("secret.png", b"secret bytes", author=OLD_AUTHOR, date="2020-04-10T09:00:00Z"),
        Comment(number=0, text="quentinold knows", author=OLD_AUTHOR),
    )  # fmt: skip
    wiki.add(page("Support.Other"), *revisions("see [[Support.Cases]]", author=AUTHOR))
    write_xar(wiki.archive, folder / "wiki.xar")
    wiki.archive.close()
    (folder / "archive.db").unlink()
    (folder / "kb.toml").write_text(OPEN, "utf-8")
    run(folder, "import", "wiki.xar")
    return folder


@pytest.mark.parametrize("form", FORMS)
def test_nothing_protected_in_any_byte_or_revision(home: Path, form: str) -> None:
    """Names of those whose lines are gone, numbers of earlier revisions: gone from all of it."""
    dest = home / FORMS[form]
    run(home, "export", form, dest, "--audience", "public", "--report", home / f"report-{form}")
    told = [*exporter_named(form).parts(dest), *file_parts(home / f"report-{form}")]
    data = b"\n".join(name.encode() + b"\n" + part for name, part in told)
    for secret in SECRETS:
        assert secret.encode() not in data, secret
    assert "充电中断".encode() in data
    assert not list(home.glob(".public-*"))


def test_every_public_revision_is_there(home: Path) -> None:
    """Three commits by pseudonyms; a second run keeps their ids; git finds nothing wrong."""
    run(home, "export", "git", "again.git", "--audience", "public")
    log = ["git", "-C", str(home / "again.git"), "log", "--format=%H %an"]
    first = subprocess.run(log, capture_output=True, check=True).stdout.splitlines()
    assert len(first) == 4
    assert len({line.split()[1] for line in first}) == 2
    assert all(line.split()[1].startswith(b"name-") for line in first)
    assert b"0 new commit" in run(home, "export", "git", "again.git", "--audience", "public").stderr
    assert subprocess.run(log, capture_output=True, check=True).stdout.splitlines() == first


LEAKS = {"jsonl": "p.jsonl", "csv": "p", "sqlite": "p.db", "xar": "p.xar", "git": "repo.git",
         "mediawiki": "p.xml", "markdown": "tree"}  # fmt: skip


@pytest.mark.parametrize("form", LEAKS)
def test_a_leak_stops_every_format(tmp_path: Path, form: str) -> None:
    """A number in base64 is not found by the rules, but by the search after."""
    wiki = Wiki(tmp_path)
    wiki.add(page("A.Cases"), *revisions(f"{FIRST}\n\n见 MTM4MDAxMzgwMDA="))
    write_xar(wiki.archive, tmp_path / "wiki.xar")
    wiki.archive.close()
    (tmp_path / "archive.db").unlink()
    (tmp_path / "kb.toml").write_text(OPEN, "utf-8")
    run(tmp_path, "import", "wiki.xar")
    dest = tmp_path / LEAKS[form]
    done = run(tmp_path, "export", form, dest, "--audience", "public", code=1)
    assert b"a protected phone" in done.stderr
    assert not dest.exists()


def test_the_demo_has_no_protected_value_on_stdout(tmp_path: Path) -> None:
    """No phone, bill or name of the demo in any byte; what is not protected is there."""
    (tmp_path / "kb.toml").write_text(OPEN, "utf-8")
    run(tmp_path, "import", Path(__file__).resolve().parents[2] / "demo")
    cases = [json.loads(line) for line in run(tmp_path, "export", "jsonl", "-").stdout.splitlines()]
    data = run(tmp_path, "export", "jsonl", "-", "--audience", "public").stdout
    for case in cases:
        for field in case["fields"]:
            if field["name"] in ("phone", "bill") and len(field["value"]) > 5:
                assert field["value"].encode() not in data
        for engineer in case["engineers"]:
            assert engineer.encode() not in data
    assert "充电".encode() in data


def test_who_people_are_is_not_asked_for(home: Path) -> None:
    """An authors' file and a foreign folder are refused."""
    (home / "authors").write_text("XWiki.ruanli = Ruan Li <ruan@example.org>\n", "utf-8")
    run(home, "export", "git", "x", "--audience", "public", "--authors", "authors", code=2)
    (home / "mine").mkdir()
    (home / "mine" / "file").touch()
    run(home, "export", "csv", "mine", "--audience", "public", code=3)
    run(home, "export", "xar", "mine", "--audience", "public", code=3)
    assert os.listdir(home / "mine") == ["file"]  # noqa: PTH208


def test_what_is_inside_is_shown(tmp_path: Path, wiki: Wiki) -> None:
    """A name in a tree of git, text in a deflated entry: the search sees them."""
    wiki.add(page("A.Needle"), *revisions("in a haystack"))
    write_xar(wiki.archive, tmp_path / "x.xar")
    assert not zipfile.ZipFile(tmp_path / "x.xar").read("A/Needle.xml").startswith(b"PK")
    data = b"".join(part for _, part in exporter_named("xar").parts(tmp_path / "x.xar"))
    assert b"haystack" in data


def test_a_report_for_every_format(home: Path, tmp_path: Path) -> None:
    """Pages, revisions, files and links are told of, whatever the format holds of them."""
    for form, dest in FORMS.items():
        run(home, "export", form, tmp_path / dest, "--report", tmp_path / f"report-{form}")
        report = json.loads((tmp_path / f"report-{form}" / "report.json").read_text("utf-8"))
        counts = {kind: sum(fates.values()) for kind, fates in report["counts"].items()}
        assert counts["page"] == 2
        assert counts["revision"] == 4
        assert counts["attachment"] == 1
        assert counts["comment"] == 1
        assert counts["link in"] == 1
        assert report["digests"]
        assert all(entry["why"] for entry in report["entries"])
        assert (tmp_path / f"report-{form}" / "report.html").stat().st_size > 500
