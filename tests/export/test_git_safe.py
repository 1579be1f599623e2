"""Exports into a repository of a stranger's, or into one that a killed export left."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.errors import KbError, UsageError
from kb.export.file_names import check_known_paths, safe_name
from kb.export.git import export_git
from kb.export.git.commits import FastImportStream, GitCommit
from kb.programs import find_program
from tests.conftest import Kb
from tests.export.wiki import Wiki, page, revisions

pytestmark = pytest.mark.skipif(os.name != "posix", reason="programs and links as POSIX has them")
RUNS = {
    "monitor": "[core]\nfsmonitor = {p}\n",
    "hooks path": "[core]\nhooksPath = {d}/hooks\n",
    "filters": "[filter \"f\"]\nsmudge = {p}\nclean = {p}\nprocess = {p}\nrequired = true\n"
               "[core]\nattributesFile = {d}/attributes\n",
    "signatures": "[log]\nshowSignature = true\n[gpg]\nprogram = {p}\n[commit]\ngpgSign = true\n",
    "diffs": "[diff]\nexternal = {p}\n[diff \"f\"]\ntextconv = {p}\ncommand = {p}\n",
    "promisor": "[extensions]\npartialClone = x\n[remote \"x\"]\nurl = {d}\npromisor = true\n"
                "uploadpack = {p}\n",
    "programs": "[core]\npager = {p}\neditor = {p}\nsshCommand = {p}\naskPass = {p}\n"
                "gitProxy = {p}\nalternateRefsCommand = {p}\n[credential]\nhelper = !{p}\n"
                "[sequence]\neditor = {p}\n[pager]\nlog = {p}\nstatus = {p}\n",
    "aliases": "[alias]\nlog = !{p}\nreset = !{p}\nstatus = !{p}\nfast-import = !{p}\n",
    "include": "[include]\npath = {d}/more\n[includeIf \"gitdir:/\"]\npath = {d}/more\n",
    "work tree's own": "[extensions]\nworktreeConfig = true\n",
    "submodules": "[submodule]\nrecurse = true\n[submodule \"s\"]\nupdate = !{p}\nactive = true\n",
    "gc": "[gc]\nauto = 1\n[maintenance]\nauto = true\n[core]\nfsyncMethod = batch\n",
}  # fmt: skip
HOOKS = ("post-checkout", "post-index-change", "reference-transaction", "pre-commit", "update",
         "fsmonitor-watchman", "post-rewrite", "pre-auto-gc", "post-merge")  # fmt: skip


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "protocol.file.allow=always", *arguments], cwd=folder, capture_output=True,
        check=True,
    )  # fmt: skip
    return done.stdout.decode().strip()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that leaves a mark, in a folder of hooks too."""
    path = tmp_path / "evil" / "program"
    (tmp_path / "evil" / "hooks").mkdir(parents=True)
    path.write_text(f"#!/bin/sh\ntouch {tmp_path}/mark\ncat\n")
    path.chmod(0o755)
    for hook in HOOKS:
        shutil.copy(path, tmp_path / "evil" / "hooks" / hook)
    (tmp_path / "evil" / "attributes").write_text("* filter=f diff=f\n")
    (tmp_path / "evil" / "more").write_text(f"[core]\nfsmonitor = {path}\n")
    return path


@pytest.fixture
def out(wiki: Wiki, tmp_path: Path) -> Path:
    """An export with one commit; the wiki has gone on since."""
    wiki.add(page("A.P"), *revisions("one\r\n"))
    export_git(wiki.archive, tmp_path / "out")
    wiki.add(page("A.P"), *revisions("one\r\n", "two\r\n"))
    return tmp_path / "out"


def went_well(wiki: Wiki, out: Path) -> None:
    assert export_git(wiki.archive, out).commits == 1
    assert (out / "A/P.xwiki").read_bytes() == b"two\r\n"
    assert not (out.parent / "mark").exists()
    assert not list(out.rglob("*.lock"))
    assert export_git(wiki.archive, out).commits == 0
    assert not (out.parent / "mark").exists()


@pytest.mark.parametrize("kind", RUNS)
def test_nothing_that_the_repository_names_is_run(
    wiki: Wiki, out: Path, program: Path, kind: str
) -> None:
    """A program under each key leaves no mark, and the export is whole."""
    said = RUNS[kind].format(p=program, d=program.parent)
    with (out / ".git" / "config").open("a") as config:
        config.write(said)
    (out / ".git" / "config.worktree").write_text(RUNS["monitor"].format(p=program))
    (out / ".gitattributes").write_text("* filter=f diff=f\n")
    went_well(wiki, out)


def test_no_attribute_changes_a_byte(wiki: Wiki, out: Path) -> None:
    """Line ends, idents and encodings that the repository asks for are not made."""
    (out / ".gitattributes").write_text("* text eol=lf ident working-tree-encoding=UTF-16\n")
    shutil.copy(out / ".gitattributes", out / ".git" / "attributes")
    with (out / ".git" / "config").open("a") as config:
        config.write(f"[core]\nattributesFile = {out}/.git/attributes\nautocrlf = true\n")
    went_well(wiki, out)


def test_a_repository_in_use_is_gone_on_with(wiki: Wiki, out: Path) -> None:
    """Packed, with a remote, on another branch: the branch grows, what is shown stays."""
    git(out, "gc", "-q", "--prune=now")
    git(out, "pack-refs", "--all", "--prune")
    git(out, "remote", "add", "origin", "https://git.example.org/x")
    git(out, "checkout", "-q", "-b", "mine")
    (out / "note").write_text("mine")
    assert export_git(wiki.archive, out).commits == 1
    assert git(out, "rev-list", "--count", "main") == "2"
    assert git(out, "status", "--porcelain") == "?? note"
    assert (out / "A/P.xwiki").read_bytes() == b"one\r\n"
    git(out, "checkout", "-q", "main")
    assert (out / "A/P.xwiki").read_bytes() == b"two\r\n"
    git(out, "fsck", "--strict")


def test_no_hook_is_run(wiki: Wiki, out: Path, program: Path) -> None:
    """Neither those of the repository nor those of a template."""
    shutil.copytree(program.parent / "hooks", out / ".git" / "hooks", dirs_exist_ok=True)
    went_well(wiki, out)


def test_no_program_of_a_submodule_is_run(wiki: Wiki, out: Path, program: Path) -> None:
    """A repository within the work tree is not looked into."""
    inner = out / "A" / "inner"
    git(out, "init", "-q", str(inner))
    git(inner, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "--allow-empty",
        "-m", "x")  # fmt: skip
    git(out, "add", "A/inner")
    git(out, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "-m",
        "x\n\nWiki-Page: xwiki:B.Q\nWiki-Path: A/inner.xwiki")  # fmt: skip
    with (inner / ".git" / "config").open("a") as config:
        config.write(RUNS["monitor"].format(p=program))
    (inner / "new").touch()
    went_well(wiki, out)


def test_nothing_that_the_environment_names_is_run(
    wiki: Wiki, tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings by variables, of the user's and the machine's files, and templates with hooks."""
    home = tmp_path / "home"
    (home / "git").mkdir(parents=True)
    for name in (".gitconfig", "git/config"):
        (home / name).write_text(
            RUNS["monitor"].format(p=program) + RUNS["hooks path"].format(d=program.parent)
        )
    variables = {
        "HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_GLOBAL": home / ".gitconfig",
        "GIT_CONFIG_SYSTEM": home / ".gitconfig", "GIT_CONFIG_COUNT": 1,
        "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": program,
        "GIT_TEMPLATE_DIR": program.parent, "GIT_EXTERNAL_DIFF": program, "GIT_SSH": program,
        "GIT_PAGER": program, "GIT_EDITOR": program, "GIT_DIR": tmp_path / "elsewhere",
        "GIT_OBJECT_DIRECTORY": tmp_path / "elsewhere", "GIT_INDEX_FILE": tmp_path / "elsewhere",
        "GIT_WORK_TREE": tmp_path / "elsewhere", "GIT_TRACE": tmp_path / "mark",
        "GIT_EXEC_PATH": program.parent, "GIT_ALTERNATE_OBJECT_DIRECTORIES": tmp_path,
    }  # fmt: skip
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    wiki.add(page("A.P"), *revisions("one\r\n"))
    export_git(wiki.archive, tmp_path / "out")
    wiki.add(page("A.P"), *revisions("one\r\n", "two\r\n"))
    went_well(wiki, tmp_path / "out")
    assert not (tmp_path / "elsewhere").exists()


def test_the_work_tree_is_the_folder_itself(wiki: Wiki, out: Path, tmp_path: Path) -> None:
    """core.worktree leads to no other folder."""
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "mine").write_text("mine")
    with (out / ".git" / "config").open("a") as config:
        config.write(f"[core]\nworktree = {tmp_path / 'else'}\n")
    went_well(wiki, out)
    assert [path.name for path in (tmp_path / "else").iterdir()] == ["mine"]


def test_no_program_of_the_current_folder_is_run(
    tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `git` in the current folder is none, though PATH has it in five ways."""
    monkeypatch.chdir(program.parent)
    shutil.copy(program, "git")
    real = find_program("git")
    assert real
    rest = str(Path(real).parent)
    for here in ("", ".", "./", "../evil", str(program.parent)):
        monkeypatch.setenv("PATH", f"{here}:{rest}")
        assert find_program("git") == real
    monkeypatch.setenv("PATH", "")
    assert find_program("git") is None


def test_without_git_a_message_says_so(
    wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is made."""
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    with pytest.raises(KbError, match="git is not here"):
        export_git(wiki.archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def _led(name: str) -> Callable[[Path, Path], None]:
    def lead(out: Path, other: Path) -> None:
        shutil.move(out / ".git" / name, other)
        (out / ".git" / name).symlink_to(other / Path(name).name)

    return lead


def _alternates(out: Path, other: Path) -> None:
    (out / ".git" / "objects" / "info").mkdir(exist_ok=True)
    (out / ".git" / "objects" / "info" / "alternates").write_text(f"{other}\n")


def _git_link(out: Path, other: Path) -> None:
    shutil.move(out / ".git", other)
    (out / ".git").symlink_to(other / ".git")


def _git_file(out: Path, other: Path) -> None:
    shutil.move(out / ".git", other)
    (out / ".git").write_text(f"gitdir: {other / '.git'}\n")


def _commondir(out: Path, other: Path) -> None:
    (out / ".git" / "commondir").write_text(f"{other}\n")


def _pipe(out: Path, other: Path) -> None:
    os.mkfifo(out / ".git" / "objects" / "pack" / "pack-x.idx")


def _index_pipe(out: Path, other: Path) -> None:
    (out / ".git" / "index").unlink()
    os.mkfifo(out / ".git" / "index")


def _format(out: Path, other: Path) -> None:
    with (out / ".git" / "config").open("a") as config:
        config.write("[core]\nrepositoryformatversion = 1\n[extensions]\nobjectFormat = sha256\n")


def _shallow(out: Path, other: Path) -> None:
    (out / ".git" / "shallow").write_text(git(out, "rev-parse", "HEAD") + "\n")


def _path(path: str) -> Callable[[Path, Path], None]:
    def lead(out: Path, other: Path) -> None:
        git(out, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "--allow-empty",
            "-m", f"x\n\nWiki-Page: xwiki:A.P\nWiki-Path: {path}.xwiki")  # fmt: skip

    return lead


@pytest.mark.parametrize(
    "lead",
    [
        _led("objects"), _led("refs"), _led("objects/pack"), _alternates, _git_link, _git_file,
        _commondir, _pipe, _index_pipe, _format, _shallow, _path("../x"), _path(".git/hooks/x"),
        _path("A/../../x"), _path("/tmp/x"), _path(".gitattributes"), _path("GIT~1/hooks/x"),
        _path(".g\u200cit/x"), _path(" .git/x"), _path("a\\..\\x"),
    ],
)  # fmt: skip
def test_a_repository_that_leads_elsewhere_is_refused(
    wiki: Wiki, out: Path, tmp_path: Path, lead: Callable[[Path, Path], None]
) -> None:
    """Nothing is written there, or here, and the message says what to do."""
    other = tmp_path / "other"
    other.mkdir()
    lead(out, other)
    before = sorted(map(str, other.rglob("*")))
    with pytest.raises(UsageError) as raised:
        export_git(wiki.archive, out)
    assert raised.value.hint
    assert sorted(map(str, other.rglob("*"))) == before
    assert (out / "A/P.xwiki").read_bytes() == b"one\r\n"


DOTGIT = [
    ".git", ".GIT", ".Git", ".git ", ".git.", ".git . .", "git~1", "GIT~1", "git~2", "Git~1 ",
    ".g\u200cit", ".\u202egit", "\ufeff.git", ".git\u200b", "..git", " .git", "gitmod~1",
    "GI7EBA~1", "gi250a~2", ".gitmodules", ".gitattributes", ".gitignore", ".mailmap",
    ".git::$INDEX_ALLOCATION", ".git\\x", "git~1\\x", "-git~1", "\uff0egit",
]  # fmt: skip


def test_no_name_is_one_of_gits_own(wiki: Wiki, tmp_path: Path) -> None:
    """A page, a space and a file of each name: the tree passes what git forbids on any system."""
    for name in DOTGIT:
        reference = name.replace("\\", "\\\\").replace(".", "\\.")
        wiki.add(page(f"{reference}.{reference}"), *revisions("x"), wiki.file(name, b"text"))
        assert not safe_name(name).casefold().rstrip(". ").startswith((".git", "git~"))
    export_git(wiki.archive, tmp_path / "out")
    git(tmp_path / "out", "fsck", "--strict")
    strict = ("-c", "core.protectNTFS=true", "-c", "core.protectHFS=true")
    git(tmp_path, *strict, "clone", "-q", "out", "clone")
    made = [path for path in (tmp_path / "clone").rglob("*") if ".git" not in path.parts]
    assert sum(path.is_file() for path in made) == 2 * len(DOTGIT)
    assert not [path for path in made if path.name.startswith(".")]
    check_known_paths(tmp_path, [str(path.relative_to(tmp_path / "clone")) for path in made])


@pytest.mark.parametrize("name", ["out", "out.git"])
@pytest.mark.parametrize(
    "left",
    [(), ("objects/pack", "refs/heads"), ("objects/info", "refs", "HEAD.lock")],
)
def test_half_of_a_repository_is_made_whole(
    wiki: Wiki, tmp_path: Path, name: str, left: tuple[str, ...]
) -> None:
    """What a killed `git init` leaves does not stop an export; what has content stays."""
    wiki.add(page("A.P"), *revisions("x"))
    place = tmp_path / name / ("" if name.endswith(".git") else ".git")
    for path in left:
        if path.endswith(".lock"):
            (place / path).touch()
        else:
            (place / path).mkdir(parents=True)
    (tmp_path / name).mkdir(exist_ok=True)
    if left:
        (place / "config").write_text("[core]\n")
    assert export_git(wiki.archive, tmp_path / name).commits == 1
    git(tmp_path / name, "fsck", "--strict")
    shutil.rmtree(place / "refs")
    with pytest.raises(UsageError, match="not empty"):
        export_git(wiki.archive, tmp_path / name)
    assert any(path.is_file() for path in (place / "objects").rglob("*"))


def _big(wiki: Wiki) -> None:
    for number in range(40):
        wiki.add(page(f"A.P{number}"), *revisions(*(f"{n} text\n" * 3000 for n in range(5))))


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_export_is_gone_on_with(wiki: Wiki, tmp_path: Path, seed: int) -> None:
    """Killed at moments drawn at random, again and again: the next run ends at the same commit."""
    _big(wiki)
    whole = export_git(wiki.archive, tmp_path / "whole").head
    out = tmp_path / "out"
    code = (
        "import sys; from pathlib import Path; from kb.archive import Archive;"
        "import kb.export.git.branch as b; b.CHECKPOINT = 20\n"
        "with Archive(Path(sys.argv[1])) as a: print('begun', flush=True);"
        " b.export_git(a, Path(sys.argv[2]))"
    )
    dice = random.Random(seed)
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(wiki.archive.path), str(out)], stdout=subprocess.PIPE,
            start_new_session=True,
        ) as process:  # fmt: skip
            assert process.stdout
            process.stdout.readline()
            time.sleep(dice.random() * 0.6)
            os.kill(process.pid, signal.SIGKILL)
    report = export_git(wiki.archive, out)
    assert report.head == whole
    assert not list(out.rglob("*.lock"))
    assert git(out, "status", "--porcelain") == ""
    git(out, "fsck", "--strict")


def test_a_checkout_that_was_killed_is_told_from_an_edit(wiki: Wiki, out: Path) -> None:
    """A file that is cut off or missing is written; one that somebody edited stops the export."""
    wiki.add(page("B.Q"), *revisions("a longer text\n"))
    before = (out / ".git" / "index").read_bytes()
    export_git(wiki.archive, out)
    (out / ".git" / "index").write_bytes(before)
    (out / ".git" / "casebook-checkout").touch()
    (out / "A" / "P.xwiki").write_bytes(b"tw")
    (out / "B" / "Q.xwiki").unlink()
    export_git(wiki.archive, out)
    assert (out / "A" / "P.xwiki").read_bytes() == b"two\r\n"
    assert (out / "B" / "Q.xwiki").read_bytes() == b"a longer text\n"
    (out / ".git" / "casebook-checkout").touch()
    (out / "A" / "P.xwiki").write_bytes(b"edited")
    with pytest.raises(UsageError, match=r"not committed, A/P\.xwiki first"):
        export_git(wiki.archive, out)


def test_untracked_files_of_a_new_repository_stay(wiki: Wiki, tmp_path: Path) -> None:
    """A folder where somebody has only said `git init` is not written over."""
    out = tmp_path / "out"
    git(tmp_path, "init", "-q", "-b", "main", "out")
    (out / "A").mkdir()
    (out / "A" / "P.xwiki").write_text("mine")
    wiki.add(page("A.P"), *revisions("x"))
    with pytest.raises(UsageError, match="A first"):
        export_git(wiki.archive, out)
    assert (out / "A" / "P.xwiki").read_text() == "mine"


def test_each_checkpoint_moves_the_branch(
    wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was stored is on the branch before the run ends."""
    wiki.add(page("A.P"), *revisions(*"abcdefgh"))
    monkeypatch.setattr("kb.export.git.branch.CHECKPOINT", 3)
    commit, calls = FastImportStream.commit, iter(range(7))

    def breaks(self: FastImportStream, made: GitCommit, committed: int) -> None:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        commit(self, made, committed)

    monkeypatch.setattr(FastImportStream, "commit", breaks)
    with pytest.raises(KeyboardInterrupt):
        export_git(wiki.archive, tmp_path / "out")
    assert git(tmp_path / "out", "rev-list", "--count", "main") == "6"


def test_a_pipe_in_an_earlier_public_export_is_said(kb: Kb, tmp_path: Path) -> None:
    """It is not copied, and ends with no traceback."""
    (tmp_path / "a.txt").write_text("Wiki source code of P\n1.1 | 1 | text |\n1.1 | 2 | more |\n")
    kb("import", "a.txt")
    kb("export", "git", "out", "--audience", "public")
    os.mkfifo(tmp_path / "out" / ".git" / "pipe")
    done = kb("export", "git", "out", "--audience", "public", check=False)
    assert (done.returncode, "named pipe" in done.stderr) == (2, True)
