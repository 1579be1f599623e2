"""Generated histories in git: every version's bytes, in an order of time, whatever the wiki did."""

from __future__ import annotations

import random
import subprocess
from collections import defaultdict
from pathlib import Path
from urllib.parse import unquote

import pytest

from kb.export.git import export_git
from kb.model import AttachmentRevision, Gone, Item, PageId, Revision, version_key
from tests.export.wiki import WIKI, Wiki, page

AUTHORS = (
    "XWiki.ruan", "XWiki.阮<b>", "xwiki:XWiki.a\\.b", "", "XWiki.O'Neil \"x\" ", ".", "<>", "a\nb",
    "XWiki." + "x" * 300, "é\u202e", None,
)  # fmt: skip
COMMENTS = (
    None, "", "saved", "二\n\nWiki-Version: 9.9\nWiki-Page: xwiki:Z.Z", "x" * 70_000, "\0\x07",
    "Wiki-Gone: yes\n", "-----BEGIN PGP SIGNATURE-----", "data 3\nabc\n", "  \n \n",
)  # fmt: skip
PIECES = (
    "案例\n", "a\r\nb", "no end", "\n", "", " \n\n", "\0\ufeff", "data 5\nhello\n",
    "🚗" * 20 + "\n",
    "= x =\n\n* y\n", "commit refs/heads/main\n", "\r",
)  # fmt: skip
NAMES = ("A.P", "A.WebHome", "a.p", "空间.页", "B.CON", "B.x\\.git", "A.P.WebHome")
FILES = ("shot.png", ".gitattributes", "../x", "SHOT.png", "a b.txt")


class Life:
    """A wiki that random things happen to, and what it then must be in git."""

    def __init__(self, wiki: Wiki, seed: int) -> None:
        self.wiki = wiki
        self.rng = random.Random(seed)
        self.time = 1_500_000_000
        self.known: dict[PageId, list[Item]] = {}
        self.gone: set[PageId] = set()
        self.count = 0

    def moment(self) -> str | None:
        """Often the same second as before, seldom unknown or only a day."""
        self.time += self.rng.choice((0, 0, 1, 3600, 86_400))
        from datetime import UTC, datetime

        told = datetime.fromtimestamp(self.time, UTC).isoformat().replace("+00:00", "Z")
        return self.rng.choice((told,) * 8 + (told[:10], None))

    def step(self) -> None:
        """One thing happens."""
        what = self.rng.random()
        pages = sorted(set(self.known) - self.gone)
        if not pages or what < 0.2:
            self.save(PageId(WIKI, self.rng.choice(NAMES), self.rng.choice(("", "", "fr"))))
        elif what < 0.75:
            self.save(self.rng.choice(pages))
        elif what < 0.85:
            self.attach(self.rng.choice(pages))
        elif what < 0.93:
            self.leave(self.rng.choice(pages))
        else:
            self.rename(self.rng.choice(pages))

    def save(self, where: PageId) -> None:
        """A new version, of a page that may have been gone."""
        items = self.known.setdefault(where, [])
        versions = [i.version for i in items if isinstance(i, Revision)]
        last = max(versions, key=version_key, default="0.1")
        major, minor = version_key(last)
        minor_edit = bool(versions) and self.rng.random() < 0.3
        items.append(
            Revision(
                version=f"{major}.{minor + 1}" if minor_edit else f"{major + 1}.1",
                content="".join(self.rng.choices(PIECES, k=self.rng.randint(0, 6))),
                author=self.rng.choice(AUTHORS), date=self.moment(), minor=minor_edit,
                comment=self.rng.choice(COMMENTS),
            )
        )  # fmt: skip
        self.tell(where)

    def attach(self, where: PageId) -> None:
        """A new version of a file."""
        if where.locale:
            return
        name, items = self.rng.choice(FILES), self.known[where]
        before = sum(isinstance(i, AttachmentRevision) and i.name == name for i in items)
        self.count += 1
        items.append(
            self.wiki.file(name, b"\0%d" % self.count, f"1.{before + 1}", date=self.moment(),
                           author=self.rng.choice(AUTHORS))
        )  # fmt: skip
        self.tell(where)

    def leave(self, where: PageId) -> None:
        """The page is deleted."""
        self.gone.add(where)
        self.wiki.add(Gone(id=where, noticed="2026-01-01T00:00:00Z"))

    def rename(self, where: PageId) -> None:
        """The page and its history stand under a new name."""
        self.count += 1
        new = PageId(WIKI, f"New.P{self.count}", where.locale)
        self.known[new] = list(self.known[where])
        self.tell(new)
        self.gone.add(where)
        self.wiki.add(Gone(id=where, noticed="2026-01-01T00:00:00Z", renamed_to=new.page))

    def tell(self, where: PageId) -> None:
        """The archive learns of the page as it is now."""
        self.gone.discard(where)
        self.wiki.add(page(where.page, where.locale), *self.known[where])


def git(repository: Path, *arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def commits(repository: Path) -> list[tuple[str, dict[str, list[str]]]]:
    """Id and trailers of each commit, oldest first."""
    log = git(repository, "log", "-z", "--reverse", "--topo-order", "--format=%H%n%B").decode()
    found: list[tuple[str, dict[str, list[str]]]] = []
    for entry in log.strip("\0").split("\0"):
        head, _, body = entry.partition("\n")
        pairs: defaultdict[str, list[str]] = defaultdict(list)
        for line in body.rstrip("\n").rpartition("\n\n")[2].split("\n"):
            key, _, value = line.partition(": ")
            pairs[key.removeprefix("Wiki-")].append(value)
        found.append((head, pairs))
    return found


def check(life: Life, repository: Path) -> None:
    """Every version of every page and file is in git by its commit; the tree is the wiki's."""
    git(repository, "fsck", "--strict", "--no-dangling")
    versions: dict[tuple[PageId, str], bytes] = {}
    files: dict[tuple[PageId, str, str], bytes] = {}
    paths: dict[PageId, str] = {}
    former: dict[PageId, PageId] = {}
    for head, pairs in commits(repository):
        where, locale = pairs["Page"][0], pairs.get("Locale", [""])[0]
        wiki, _, reference = where.partition(":")
        owner = PageId(unquote(wiki), unquote(reference), unquote(locale))
        for old in pairs.get("Renamed-From", []):
            former[owner] = PageId(WIKI, unquote(old.partition(":")[2]), owner.locale)
        for path in pairs.get("Path", []):
            paths[owner] = unquote(path)
        for version in pairs.get("Version", []):
            versions[owner, version] = git(repository, "show", f"{head}:{paths[owner]}")
        for told in pairs.get("File", []):
            number, name, path = told.split("\t")
            data = git(repository, "show", f"{head}:{unquote(path)}")
            files[owner, unquote(name), number] = data
    shown = set(git(repository, "ls-tree", "-r", "-z", "--name-only", "HEAD").decode().split("\0"))
    for view in life.wiki.archive.pages():
        line = [view.id]
        while (older := former.get(line[-1])) and older not in line:
            line.append(older)
        for revision in life.wiki.archive.revisions(view.key):
            text = life.wiki.archive.content(view.key, revision.version)
            held = [
                versions[p, revision.version] for p in line if (p, revision.version) in versions
            ]
            assert text is not None
            assert text.encode() in held, (view.id, revision.version)
        for file in view.attachments:
            found = [files.get((p, file.name, file.version)) for p in line]
            assert file.sha256 is not None
            assert life.wiki.archive.blobs.open(file.sha256) in found
        present = paths.get(view.id) in shown
        assert present == (view.gone is None), view.id
        if present:
            data = git(repository, "show", f"HEAD:{paths[view.id]}")
            assert data == view.source.encode()


@pytest.mark.parametrize("seed", range(12))
def test_a_random_life_is_in_git_byte_for_byte(wiki: Wiki, tmp_path: Path, seed: int) -> None:
    """In runs as it happens, and again in one: old commits keep their ids, nothing is lost."""
    life = Life(wiki, seed)
    ids: list[str] = []
    for _ in range(4):
        for _ in range(12):
            life.step()
        export_git(wiki.archive, tmp_path / "steps")
        now = [head for head, _ in commits(tmp_path / "steps")]
        assert now[: len(ids)] == ids
        ids = now
    assert export_git(wiki.archive, tmp_path / "steps").commits == 0
    check(life, tmp_path / "steps")
    head = export_git(wiki.archive, tmp_path / "once.git").head
    check(life, tmp_path / "once.git")
    assert export_git(wiki.archive, tmp_path / "twice.git").head == head
