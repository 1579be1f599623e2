"""The wiki as a git repository: a commit for each revision, written by `git fast-import`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from kb.errors import UsageError
from kb.export.git.authors import AuthorMap, read_authors
from kb.export.git.branch import export_git
from kb.export.git.encoders import ENCODERS
from kb.export.git.page_commits import GitReport
from kb.export.git.repository import Repository
from kb.export.protocol import Contents, Exporter, ExportOptions, Part, path_of
from kb.export.report import IN_DATA_FORMATS, FateReason, Fates, LossReport, account_for

__all__ = ["AuthorMap", "GitExporter", "GitOptions", "GitReport", "export_git", "read_authors"]

_MOST_NAMED: Final = 5
_XWIKI: Final = Fates(
    gone=None, removed=None, comment=IN_DATA_FORMATS, object=IN_DATA_FORMATS,
    link=("changed", "stand in the source, as the wiki wrote them"),
)  # fmt: skip
_IN_MARKDOWN: Final[FateReason] = ("changed", "in Markdown; what it cannot say is HTML")
_MARKDOWN: Final = msgspec.structs.replace(
    _XWIKI, page=_IN_MARKDOWN, revision=_IN_MARKDOWN, link=None
)


class GitOptions(ExportOptions, frozen=True, kw_only=True):
    """Options of git."""

    authors: Annotated[
        Path | None,
        msgspec.Meta(
            description="A file of lines `XWiki.ruan = Ruan Li <ruan@example.org>`.",
            extra={"path": "file"},
        ),
    ] = None
    source: Annotated[
        Literal["xwiki", "markdown"], msgspec.Meta(description="What the files hold.")
    ] = "xwiki"
    branch: Annotated[str, msgspec.Meta(description="The branch to write to.")] = "main"


class GitExporter(Exporter[GitOptions]):
    """A repository that grows by what is new."""

    name = "git"
    description = "a repository with a commit for each revision"
    options = GitOptions
    updates_in_place = True

    def export(self, contents: Contents, dest: str, options: GitOptions) -> LossReport:
        """Bring the repository at ``dest`` up to the archive."""
        if options.audience == "public" and options.authors is not None:
            raise UsageError("the authors' file says who people are", hint="leave --authors out")
        people = read_authors(options.authors) if options.authors else AuthorMap()
        made = export_git(
            contents.archive, path_of(dest, "a repository"), authors=people,
            encoder=ENCODERS[options.source](), branch=options.branch,
        )  # fmt: skip
        fates = _XWIKI if options.source == "xwiki" else _MARKDOWN
        report = account_for(
            f"git, {options.source}", contents.archive, fates, wanted=options.report is not None
        )
        report.message = _message(made)
        if made.head:
            report.digests[f"refs/heads/{options.branch}"] = made.head
        return report

    def parts(self, made: Path) -> Iterator[Part]:
        """Yield every object of the repository, reachable or not, and the files around them."""
        git = made if made.name.endswith(".git") else made / ".git"
        for path in sorted(git.rglob("*")):
            inside = path.relative_to(git)
            if path.is_symlink():
                yield f"git/{inside.as_posix()}", os.fsencode(path.readlink())
            elif path.is_file() and inside.parts[0] != "objects":
                yield f"git/{inside.as_posix()}", path.read_bytes()
        with Repository(made, "main") as repository, repository.objects() as stream:
            while head := stream.readline().split():
                data = stream.read(int(head[2]))
                stream.read(1)
                yield head[0].decode(), _names_in(data) if head[1] == b"tree" else data
        if git != made:
            for path in sorted(made.rglob("*")):
                if git not in path.parents:
                    yield path.relative_to(made).as_posix(), b""


def _names_in(tree: bytes) -> bytes:
    """Return the names in a tree object, without the ids of other objects."""
    names, at = [], 0
    while (end := tree.find(b"\0", at)) >= 0:
        names.append(tree[at:end].partition(b" ")[2])
        at = end + 21
    return b"\n".join(names)


def _message(made: GitReport) -> str:
    """Return the report in one line, and who is missing from the authors' file in another."""
    line = (
        f"{made.commits} new commit(s) for {made.pages} page(s): {made.revisions}"
        f" revision(s), {made.files} attachment version(s), {made.renamed} renamed,"
        f" {made.gone} gone, {made.partial} known by their present text only"
    )
    if made.skipped:
        line += f"; {made.skipped} version(s) not in the archive"
    if made.unmapped:
        more = "" if len(made.unmapped) <= _MOST_NAMED else " …"
        line += f"\nnot in the authors' file: {', '.join(made.unmapped[:_MOST_NAMED])}{more}"
    return line
