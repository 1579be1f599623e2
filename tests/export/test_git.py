"""The git export, read back with git itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.export.git import AuthorMap, export_git, read_authors
from kb.export.git.commits import FastImportStream, GitCommit
from kb.export.git.encoders import MarkdownEncoder
from kb.model import Gone, LineOrigin, PageId, Revision, RevisionSeen, Snapshot
from tests.export.wiki import WIKI, Wiki, page, revisions

AT = "2020-04-20T00:00:00Z"


def git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "core.quotePath=false", *arguments], cwd=repository, capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def log(repository: Path, form: str = "%s", *more: str) -> list[str]:
    said = git(repository, "log", "--reverse", f"--format={form}", *more)
    return said.replace("+00:00", "Z").strip("\n").split("\n")


def tree(repository: Path, commit: str = "HEAD") -> list[str]:
    return git(repository, "ls-tree", "-r", "-z", "--name-only", commit).strip("\0").split("\0")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_a_commit_for_each_revision_in_order_of_time(wiki: Wiki, out: Path) -> None:
    """Two pages' revisions are mixed by date; author, date and comment are the wiki's."""
    wiki.add(page("A.WebHome"), *revisions("one\n", "two\n"))
    wiki.add(page("B.Page"), *revisions("x", day=1, author="XWiki.ann"))
    wiki.add(page("A.WebHome", "fr"), *revisions("un", day=2))
    report = export_git(wiki.archive, out)
    assert (report.commits, report.pages, report.revisions) == (4, 3, 4)
    assert log(out, "%an|%ae|%aI|%s") == [
        "ruan|ruan@xwiki.invalid|2020-04-01T09:00:00Z|save 1",
        "ann|ann@xwiki.invalid|2020-04-01T09:00:00Z|save 1",
        "ruan|ruan@xwiki.invalid|2020-04-01T10:00:00Z|save 2",
        "ruan|ruan@xwiki.invalid|2020-04-02T09:00:00Z|save 1",
    ]
    assert tree(out) == ["A/WebHome.fr.xwiki", "A/WebHome.xwiki", "B/Page.xwiki"]
    assert (out / "A/WebHome.xwiki").read_bytes() == b"two\n"
    git(out, "fsck", "--strict")


def test_contents_are_byte_for_byte(wiki: Wiki, out: Path) -> None:
    """CR LF, no line end, emoji, a NUL: what the wiki gave is what git has."""
    texts = ["a\r\nb", "", "  \n\n", "🚗\x00案例\n", "data 5\nhello\ncommit refs/heads/main\n"]
    wiki.add(page("A.P"), *revisions(*texts))
    export_git(wiki.archive, out)
    for commit, text in zip(log(out, "%H"), texts, strict=True):
        blob = subprocess.run(
            ["git", "show", f"{commit}:A/P.xwiki"], cwd=out, capture_output=True, check=True
        )
        assert blob.stdout == text.encode()


def test_a_later_run_adds_only_what_is_new(wiki: Wiki, out: Path) -> None:
    """Old ids stay; a run with nothing new changes nothing; an earlier date comes last."""
    wiki.add(page("A.P"), *revisions("one", "two", day=5))
    export_git(wiki.archive, out)
    before = log(out, "%H")
    assert export_git(wiki.archive, out).commits == 0
    wiki.add(page("A.P"), *revisions("one", "two", "three", day=5))
    wiki.add(page("a.p"), *revisions("old", day=1))
    assert export_git(wiki.archive, out).commits == 2
    assert log(out, "%H")[:2] == before
    assert log(out, "%aI")[2:] == ["2020-04-01T09:00:00Z", "2020-04-05T11:00:00Z"]
    assert log(out, "%ct") == sorted(log(out, "%ct"))
    assert export_git(wiki.archive, out).commits == 0
    assert len({name.casefold() for name in tree(out)}) == 2


def test_the_same_archive_gives_the_same_ids(
    wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the user's settings nor the place change a commit."""
    wiki.add(page("A.P"), *revisions("one", "two"), wiki.file("a.png", b"png", date=AT))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "somebody")
    first = export_git(wiki.archive, tmp_path / "one").head
    assert export_git(wiki.archive, tmp_path / "two.git").head == first


def test_attachments_come_with_their_revision_or_alone(wiki: Wiki, out: Path) -> None:
    """A file dated just before a save by the same author is in its commit; others have one."""
    saved = "2020-04-01T09:00:02Z"
    wiki.add(
        page("A.P"),
        Revision(version="1.1", content="see", author="XWiki.ruan", date=saved),
        wiki.file("with.png", b"1", author="XWiki.ruan", date="2020-04-01T09:00:01Z"),
        wiki.file("alone.png", b"2", author="XWiki.ann", date="2020-04-01T09:00:01Z"),
        wiki.file("alone.png", b"3", "1.2", author="XWiki.ann", date="2020-04-02T09:00:00Z"),
    )
    report = export_git(wiki.archive, out)
    assert (report.commits, report.files) == (3, 3)
    assert log(out, "%an: %s") == [
        "ann: A.P: alone.png 1.1", "ruan: A.P 1.1", "ann: A.P: alone.png 1.2",
    ]  # fmt: skip
    assert tree(out, "HEAD~1") == ["A/P.xwiki", "A/P_files/alone.png", "A/P_files/with.png"]
    assert (out / "A/P_files/alone.png").read_bytes() == b"3"
    assert export_git(wiki.archive, out).commits == 0


def test_a_partial_history_is_one_commit_that_says_so(wiki: Wiki, out: Path) -> None:
    """Lines only: the present text, every known author named, nothing invented."""
    lines = Snapshot(
        lines=("a", "b", "", "d"),
        origins=(
            LineOrigin("1.1", "Ann"), LineOrigin("3.2", "Ben"), LineOrigin(None),
            LineOrigin("3.2", "Ben"),
        ),
        missing=frozenset((3,)),
    )  # fmt: skip
    wiki.add(page("A.P", history="lines", modified="2020-04-10"), lines)
    report = export_git(wiki.archive, out)
    assert (report.commits, report.partial, report.revisions) == (1, 1, 0)
    body = git(out, "log", "--format=%an %aI%n%B")
    assert body.startswith("unknown 2020-04-10T00:00:00")
    for said in ("Wiki-History: lines", "Wiki-Line-Author: Ann", "Wiki-Line-Author: Ben",
                 "Wiki-Missing-Lines: 3", "Wiki-Date: 2020-04-10"):  # fmt: skip
        assert said in body
    assert (out / "A/P.xwiki").read_text() == "a\nb\n\nd"
    assert export_git(wiki.archive, out).commits == 0


def test_a_version_without_its_text_is_counted_not_made(wiki: Wiki, out: Path) -> None:
    """A row of a history list gives no commit."""
    wiki.add(page("A.P", history="latest"), RevisionSeen(version="1.1"), *revisions("x", "y")[1:])
    report = export_git(wiki.archive, out)
    assert (report.commits, report.skipped) == (1, 1)


def test_a_rename_moves_page_and_files(wiki: Wiki, out: Path) -> None:
    """The copied history is committed once, under the old name; git follows the new one."""
    texts = [f"text {n}\n" * 30 for n in range(3)]
    shot = wiki.file("shot.png", b"png", author="XWiki.ruan", date="2020-04-01T09:30:00Z")
    wiki.add(page("A.Old"), *revisions(*texts[:2]), shot)
    wiki.add(page("B.New"), *revisions(*texts), shot)
    wiki.add(Gone(id=PageId(WIKI, "A.Old"), noticed=AT, renamed_to="B.New"))
    report = export_git(wiki.archive, out)
    assert (report.commits, report.renamed, report.gone) == (5, 1, 0)
    assert tree(out) == ["B/New.xwiki", "B/New_files/shot.png"]
    assert log(out)[-2:] == ["A.Old is now B.New", "save 3"]
    followed = git(out, "log", "--follow", "--format=%s", "--", "B/New.xwiki").split("\n")
    assert followed[:4] == ["save 3", "A.Old is now B.New", "save 2", "save 1"]
    assert export_git(wiki.archive, out).commits == 0


def test_a_page_goes_and_comes_back(wiki: Wiki, out: Path) -> None:
    """Going takes page and files out; coming back puts them in again."""
    records = [page("A.P"), *revisions("x"), wiki.file("f.txt", b"f", date=AT)]
    wiki.add(page("B.Q"), *revisions("q"))
    wiki.add(*records)
    export_git(wiki.archive, out)
    wiki.add(Gone(id=PageId(WIKI, "A.P"), noticed="2020-05-01T00:00:00Z"))
    assert export_git(wiki.archive, out).gone == 1
    assert tree(out) == ["B/Q.xwiki"]
    assert export_git(wiki.archive, out).commits == 0
    wiki.add(*records)
    export_git(wiki.archive, out)
    assert tree(out) == ["A/P.xwiki", "A/P_files/f.txt", "B/Q.xwiki"]
    assert export_git(wiki.archive, out).commits == 0
    git(out, "fsck", "--strict")


HOSTILE = [
    "..\\.\\./etc.passwd", "\\.git.config", "\\.gitmodules", "CON.aux\\.txt", "A." + "长" * 300,
    "🚗🚙.👨\u200d👩\u200d👧", "a\nb.c\td", "trailing\\.\\.\\..x ", "A.A", "a.a", "A.a", "~.$HOME",
    "-rf.--help", "WebHome", '"quo\\\\ted".\'x\'', "A.WebHome", "a.index", "e\u0301.x", "\u00e9.x",
    ".", "x.%0A%2F", "\u202egnp.exe",
    ".".join(f"a very long name of a space {n}" for n in range(40)),
]  # fmt: skip


def test_hostile_names_give_a_clean_tree(wiki: Wiki, out: Path) -> None:
    """Every page has a file of its own on any file system, none outside, none of git's own."""
    for name in HOSTILE:
        wiki.add(page(name), *revisions(name), wiki.file(".gitattributes", b"a", date=AT),
                 wiki.file("../../x", b"b", date=AT), wiki.file("NUL", b"c", date=AT))  # fmt: skip
    report = export_git(wiki.archive, out)
    paths = tree(out)
    assert report.commits == len(HOSTILE) * 4
    assert len(paths) == len(HOSTILE) * 4 == len({path.casefold() for path in paths})
    for path in paths:
        parts = path.split("/")
        assert len(path) <= 240
        assert not any(p.startswith(".") or p.endswith((".", " ")) or len(p) > 120 for p in parts)
        assert not set(path) & set('<>:"\\|?*\n\t')
    git(out, "fsck", "--strict")
    assert {(out / p).read_text() for p in paths if p.endswith(".xwiki")} == set(HOSTILE)
    assert export_git(wiki.archive, out).commits == 0


def test_a_comment_cannot_pass_for_what_an_export_says(wiki: Wiki, out: Path) -> None:
    """Trailers inside a comment, NUL and angle brackets in names: shown, not believed."""
    wiki.add(
        page("A.P"),
        Revision(version="1.1", content="x", author="XWiki.<b>\n", date="1969-01-01",
                 comment="fine\n\nWiki-Page: xwiki:B.Q\nWiki-Version: 9.9\n\n"),
        Revision(version="1.2", content="y", author="", comment="\0\x01\n", date="yesterday"),
    )  # fmt: skip
    wiki.add(page("B.Q"), *revisions("q"))
    export_git(wiki.archive, out)
    assert export_git(wiki.archive, out).commits == 0
    assert len(log(out, "%H")) == 3
    git(out, "fsck", "--strict")


def test_authors_come_from_the_map(wiki: Wiki, out: Path, tmp_path: Path) -> None:
    """By reference or displayed name; those it lacks are named in the report."""
    (tmp_path / "authors").write_text("# who\nXWiki.ruan = Ruan Li <ruan@example.org>\n", "utf-8")
    wiki.add(page("A.P"), *revisions("x"), *revisions("y", "z", author="XWiki.ann")[1:])
    report = export_git(wiki.archive, out, authors=read_authors(tmp_path / "authors"))
    assert log(out, "%an <%ae>") == ["Ruan Li <ruan@example.org>", "ann <ann@xwiki.invalid>"]
    assert report.unmapped == ("XWiki.ann",)
    assert AuthorMap().identity("My Wiki", None, {}) == "unknown <unknown@my-wiki.invalid>"


def test_what_is_no_export_is_not_written_to(wiki: Wiki, out: Path, tmp_path: Path) -> None:
    """A folder with files, a repository of somebody else, changes not committed: refused."""
    wiki.add(page("A.P"), *revisions("x"))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(UsageError, match="not empty"):
        export_git(wiki.archive, tmp_path / "full")
    git(tmp_path, "init", "-q", "-b", "main", "theirs")
    git(tmp_path / "theirs", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q",
        "--allow-empty", "-m", "mine")  # fmt: skip
    with pytest.raises(UsageError, match="no export"):
        export_git(wiki.archive, tmp_path / "theirs")
    export_git(wiki.archive, out)
    (out / "A/P.xwiki").write_text("edited")
    with pytest.raises(UsageError, match="not committed"):
        export_git(wiki.archive, out)
    assert (out / "A/P.xwiki").read_text() == "edited"


def test_an_interrupted_run_is_gone_on_with(
    wiki: Wiki, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a checkpoint kept is continued to the very ids of a run without a break."""
    wiki.add(page("A.P"), *revisions(*"abcdefgh"))
    wiki.add(page("B.P"), *revisions(*"abcdefgh"))
    whole = export_git(wiki.archive, tmp_path / "whole").head
    monkeypatch.setattr("kb.export.git.branch.CHECKPOINT", 5)
    calls = iter(range(12))
    commit = FastImportStream.commit

    def breaks(self: FastImportStream, made: GitCommit, committed: int) -> None:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        commit(self, made, committed)

    with monkeypatch.context() as patch:
        patch.setattr(FastImportStream, "commit", breaks)
        with pytest.raises(KeyboardInterrupt):
            export_git(wiki.archive, out)
    assert export_git(wiki.archive, out).head == whole


def test_every_revision_in_markdown(wiki: Wiki, out: Path) -> None:
    """With front matter, links to files of the tree; another source is refused on that branch."""
    wiki.add(page("A.WebHome", title="Home"), *revisions("= x =", "[[q>>B.Q]]"))
    wiki.add(page("B.Q"), *revisions("**q**"))
    export_git(wiki.archive, out, encoder=MarkdownEncoder())
    assert tree(out) == ["A/index.md", "B/Q.md"]
    text = (out / "A/index.md").read_text("utf-8")
    assert text.startswith('---\ntitle: "Home"\nwiki:\n  name: "xwiki"\n  reference: "A.WebHome"')
    assert text.endswith("---\n[q](../B/Q.md)\n")
    assert "# x" in git(out, "show", "HEAD~2:A/index.md")
    assert export_git(wiki.archive, out, encoder=MarkdownEncoder()).commits == 0
    with pytest.raises(UsageError, match="another --source"):
        export_git(wiki.archive, out)
