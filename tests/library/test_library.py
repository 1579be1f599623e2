"""The library by itself: what it gives, what it raises, and what it leaves alone."""

from __future__ import annotations

import gc
import inspect
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import kb
from tests.conftest import ROOT

CASE = "njhx_case#9_20230412"
NO_PATHS: list[Any] = [5]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[kb.Library]:
    """A library with the demo's two pages."""
    with kb.open(tmp_path / "home", create=True) as library:
        library.import_(ROOT / "demo")
        yield library


def test_the_main_job_in_fifteen_lines(tmp_path: Path) -> None:
    """Import, search, read, correct, build, export and verify take a script of 15 lines."""
    lines = f"""\
import kb
with kb.open({str(tmp_path / "home")!r}, create=True) as library:
    report = library.import_({str(ROOT / "demo")!r})
    assert report.pages == 2 and not report.problems
    hits = library.search("重复扣费", limit=20)
    assert [hit.id for hit in hits][:1] == [{CASE!r}]
    case = library.case({CASE!r})
    assert case.turns[0].origin.author and case.timeline
    page = library.page(case.source.page)
    assert page.blame() and page.history()
    library.correct(case.id, "status", "resolved", why="refunded", by="editor")
    assert library.case(case.id).status == "resolved"
    library.build({str(tmp_path / "site")!r})
    library.export("markdown", {str(tmp_path / "docs")!r})
    assert library.verify().whole
""".splitlines()
    assert len(lines) == 15
    exec("\n".join(lines), {})
    assert (tmp_path / "site" / "index.html").is_file()


def test_what_is_public_is_what_the_contract_says() -> None:
    """`kb.__all__` with the signatures of its functions and methods is api.txt, line for line."""
    stored = (ROOT / "tests" / "library" / "api.txt").read_text("utf-8")
    assert api() == stored, "a change of the contract: python -m tests.library.test_library"


def api() -> str:
    """Each public name; of classes the public methods and attributes of their own."""
    lines: list[str] = []
    for name in sorted(kb.__all__):
        found = getattr(kb, name)
        if inspect.isclass(found):
            lines.append(f"class {name}({', '.join(base.__name__ for base in found.__bases__)})")
            lines += [f"    {line}" for line in sorted(_members(found))]
        elif callable(found) and inspect.isfunction(found):
            lines.append(f"{name}{inspect.signature(found)}")
        else:
            lines.append(f"{name} = {found}")
    return "\n".join(lines) + "\n"


def _members(found: type) -> list[str]:
    lines = [
        f"{name}: {kind}" for name, kind in inspect.get_annotations(found).items()
        if not name.startswith("_")
    ]  # fmt: skip
    for name, member in vars(found).items():
        if name.startswith("_"):
            continue
        if inspect.isfunction(member):
            lines.append(f"{name}{inspect.signature(member)}")
        elif isinstance(member, property) and member.fget is not None:
            kind = inspect.signature(member.fget).return_annotation
            lines.append(f"{name} -> {kind}")
    return lines


def test_every_public_name_is_documented() -> None:
    """Each name and each of its methods says what it gives."""
    for name in kb.__all__:
        found = getattr(kb, name)
        if not inspect.isclass(found) and not inspect.isfunction(found):
            continue  # a Literal of words
        assert inspect.getdoc(found), name
        for member, value in vars(found).items() if inspect.isclass(found) else ():
            if not member.startswith("_") and callable(value):
                assert inspect.getdoc(value), f"{name}.{member}"


def test_every_type_of_the_contract_can_be_named() -> None:
    """What a public signature or attribute speaks of is itself public, or anybody's."""
    text = re.sub(r"Literal\[[^]]*\]|^class \w+", "", api(), flags=re.MULTILINE)
    anybodys = {
        "Any", "Callable", "ClassVar", "Exception", "False", "ForwardRef", "Iterable", "Iterator",
        "Mapping", "None", "Path", "Sequence", "Struct", "True", "UnsetType",
    }  # fmt: skip
    literals = {
        "Approve", "DocumentKind", "EventKind", "Fate", "History", "LineKind", "OnProgress",
        "PropertyValue", "Reason", "Verdict",
    }  # fmt: skip
    words = set(re.findall(r"\b[A-Z]\w+", text))
    assert words - set(kb.__all__) - anybodys - literals == set()


def test_names_are_imported_when_asked_for() -> None:
    """`import kb` alone imports nothing heavy, and `dir` shows all there is."""
    assert set(kb.__all__) <= set(dir(kb))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        kb.nothing  # noqa: B018


def test_the_process_is_left_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """No output, no signal handler, the collector and the folder as they were."""
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), Path.cwd(), dict(os.environ)
    with kb.open(tmp_path / "home", create=True) as library:
        library.import_(ROOT / "demo")
        library.build()
        library.export("sqlite", tmp_path / "cases.db")
        list(library.search("重复扣费"))
    assert signals == {number: signal.getsignal(number) for number in signals}
    after = gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), Path.cwd(), dict(os.environ)
    assert after == before
    assert capfd.readouterr() == ("", "")


def test_several_threads_use_one_library(library: kb.Library) -> None:
    """Threads read, search and build at once; each sees the same, and all is closed by one."""
    start = threading.Barrier(4)

    def read(_: int) -> tuple[list[str], list[str]]:
        start.wait()
        hits = [hit.id for hit in library.search("重复扣费")]
        return [case.id for case in library.cases()], hits

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(read, range(4))
    assert len(first[0]) == 8
    assert others == [first] * 3


def test_what_changed_is_seen_at_once(library: kb.Library, tmp_path: Path) -> None:
    """An import by another library shows in the next answer of one that is open."""
    assert not list(library.pages("New.*"))
    page = tmp_path / "page.txt"
    page.write_text((ROOT / "demo" / "after-sales-zh.blame.txt").read_text("utf-8"), "utf-8")
    count = len(list(library.cases()))
    with kb.open(library.root) as other:
        other.import_(page, page_name="New.Cases.WebHome")
    assert [found.reference for found in library.pages("New.*")] == ["New.Cases.WebHome"]
    assert len(list(library.cases())) > count


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda one: one.case("nope"), kb.NotFoundError, "no case 'nope'"),
        (lambda one: one.case("njhx_case"), kb.NotFoundError, "no case 'njhx_case'"),
        (lambda one: one.page("No.Page"), kb.NotFoundError, "no page 'No.Page'"),
        (lambda one: next(one.pages()).at("99.1"), kb.NotFoundError, "not in the archive"),
        (lambda one: next(one.pages()).blame("99.1"), kb.NotFoundError, "not in the archive"),
        (lambda one: one.like("nope"), kb.NotFoundError, "nope"),
        (lambda one: one.import_("nowhere.xar"), kb.InputError, "nowhere.xar"),
        (lambda one: one.import_("demo", format="odd"), kb.UsageError, "odd"),
        (lambda one: one.sync(), kb.InputError, "names no source"),
        (lambda one: one.export("odd", "x"), kb.UsageError, "odd"),
        (lambda one: one.export("jsonl", "x", odd=1), kb.UsageError, "odd"),
        (lambda one: one.cases(after="soon"), kb.UsageError, "soon"),
        (lambda one: one.cases(status="done"), kb.UsageError, "no status 'done'"),
        (lambda one: one.search("x", limit=0), kb.UsageError, "limit 0"),
        (lambda one: one.search("x", limit=10**10), kb.UsageError, "limit 1000"),
        (lambda one: one.like(CASE, limit=-3), kb.UsageError, "limit -3"),
        (lambda one: one.import_("demo", exclude="Archive.*"), kb.UsageError, "not a list"),
        (lambda one: one.import_(""), kb.UsageError, "without a name"),
        (lambda one: one.import_(ROOT / "demo", page_name="A.B"), kb.UsageError, "one page only"),
        (lambda one: one.build(audience="secret"), kb.UsageError, "no audience 'secret'"),
        (lambda one: one.server(port=99999), kb.UsageError, "99999 is no port"),
        (lambda one: one.correct(CASE, "date", "soon", why="y"), kb.UsageError, "no date"),
        (lambda one: one.export("jsonl", ROOT / "README.md" / "x"), kb.InputError, "README.md"),
        (lambda one: kb.open(ROOT / "README.md" / "x", create=True), kb.InputError, "README.md"),
        (lambda one: one.search("x", offset=-1), kb.UsageError, "offset -1"),
        (lambda one: one.search("x", sort="odd"), kb.UsageError, "no order 'odd'"),
        (lambda one: one.correct(CASE, "odd", "x", why="y"), kb.UsageError, "has no odd"),
        (lambda one: one.correct(CASE, "status", "x", why="y"), kb.UsageError, "/status"),
        (lambda one: one.search("x", old=True), kb.UsageError, "earlier versions"),
        (lambda one: one.profile("odd"), kb.InputError, "odd"),
        (lambda one: one.case("njhx_case"), kb.NotFoundError, "a part of 5 ids"),
        (lambda one: one.look_up("njhx_case"), kb.NotFoundError, "a part of 5 ids"),
        (lambda one: one.search(5), kb.UsageError, "search: query=5: int, not str"),
        (lambda one: one.search("x", limit="5"), kb.UsageError, "limit='5': str, not int"),
        (lambda one: one.search("x", limit=True), kb.UsageError, "limit=True: bool, not int"),
        (lambda one: one.case(None), kb.UsageError, "id=None: NoneType, not str"),
        (lambda one: one.cases(station=3), kb.UsageError, "station=3: int"),
        (lambda one: one.cases(status=3), kb.UsageError, "no status 3"),
        (lambda one: one.page(7), kb.UsageError, "reference=7: int"),
        (lambda one: next(one.pages()).at(1.1), kb.UsageError, "version=1.1: float"),
        (lambda one: one.import_(b"demo"), kb.UsageError, "source=b'demo': bytes"),
        (lambda one: one.import_("demo", 5), kb.UsageError, "more=5: int"),
        (lambda one: one.import_("demo", pages=[1]), kb.UsageError, "pages=\\[1\\]: list"),
        (lambda one: one.import_("demo", settings=[1]), kb.UsageError, "settings=\\[1\\]: list"),
        (lambda one: one.correct(CASE, "date", 5, why="y"), kb.UsageError, "value=5: int"),
        (lambda one: one.build(5), kb.UsageError, "out=5: int"),
        (lambda one: one.export("jsonl", 5), kb.UsageError, "dest=5: int"),
        (lambda one: one.export("jsonl", "x", removed="yes"), kb.UsageError, "removed"),
        (lambda one: one.server(port="80"), kb.UsageError, "port='80': str"),
        (lambda one: one.backup(None), kb.UsageError, "dest=None"),
        (lambda _: kb.open(NO_PATHS[0]), kb.UsageError, "path=5: int"),
        (lambda one: kb.restore(NO_PATHS[0], "x"), kb.UsageError, "restore: backup=5"),
    ],
)
def test_an_error_names_what_is_wrong(
    library: kb.Library, call: Callable[[kb.Library], object], error: type[kb.KbError], words: str
) -> None:
    """Each error is of its kind, names the value, and nothing but a KbError comes."""
    with pytest.raises(error, match="(?s)" + words):
        call(library)


def test_a_closed_library_is_an_error_not_a_traceback(tmp_path: Path) -> None:
    """What is asked of a closed library, and an iterator that goes on after it, is told so."""
    with kb.open(tmp_path / "home", create=True) as library:
        library.import_(ROOT / "demo")
        cases, pages = library.cases(), library.pages()
        page = next(pages)
        next(cases)
    for call in (library.cases, library.stats, page.history, lambda: library.search("x"),
                 lambda: next(cases), lambda: next(pages)):  # fmt: skip
        with pytest.raises(kb.UsageError, match="is closed"):
            call()


def test_threads_that_make_a_home_at_once_make_one(tmp_path: Path) -> None:
    """Three first imports at once: one archive, which has what each brought."""
    text = (ROOT / "demo" / "after-sales-zh.blame.txt").read_text("utf-8")
    for number in range(3):
        (tmp_path / f"page{number}.txt").write_text(text, "utf-8")
    start = threading.Barrier(3)

    def take(number: int) -> int:
        with kb.open(tmp_path / "home", create=True) as library:
            start.wait()
            name = f"P{number}.WebHome"
            return library.import_(tmp_path / f"page{number}.txt", page_name=name).changed

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(take, range(3))) == [1, 1, 1]
    with kb.open(tmp_path / "home") as library:
        assert [page.reference for page in library.pages()] == [
            "P0.WebHome", "P1.WebHome", "P2.WebHome",
        ]  # fmt: skip


def test_a_choice_of_pages_holds_for_a_dump_too(tmp_path: Path) -> None:
    """What is excluded is not imported, whatever the source."""
    with kb.open(tmp_path / "home", create=True) as library:
        assert library.import_(ROOT / "demo", exclude=["*"]).pages == 0
        assert library.import_(ROOT / "demo", pages=["after-sales-zh*"]).pages == 1


def test_nothing_imported_is_an_error_that_says_so(tmp_path: Path) -> None:
    """An empty home has no cases, pages or hits; what to do is in the hint."""
    with kb.open(tmp_path) as library:
        for call in (library.cases, lambda: next(library.pages()), lambda: library.search("x")):
            with pytest.raises(kb.InputError) as raised:
                call()
            assert "kb import" in raised.value.hint


def test_filters_are_globs_folded_and_joined(library: kb.Library) -> None:
    """Filters hold together; a traditional form and another width find the same."""
    everything = list(library.cases())
    stations = {case.station for case in everything if case.station}
    for station in stations:
        found = list(library.cases(station=station[:2] + "*"))
        assert station in {case.station for case in found}
    assert [c.id for c in library.cases(after="2023-04-12", before="2023-04-13")] == [CASE]
    resolved = list(library.cases(status="resolved"))
    assert resolved == [case for case in everything if case.status == "resolved"]
    speaker = next(turn.speaker for case in everything for turn in case.turns if turn.speaker)
    assert all(
        speaker in [turn.speaker for turn in case.turns] for case in library.cases(speaker=speaker)
    )


def test_a_refused_public_site_changes_nothing(library: kb.Library, tmp_path: Path) -> None:
    """What `approve` raises reaches the caller, and the site is not put in place."""
    library.close()
    (library.root / "kb.toml").write_text('[public]\nopen = ["*"]\n', "utf-8")

    def refuse(changes: kb.SiteChanges) -> None:
        raise kb.UsageError(f"{len(changes.new)} new")

    with kb.open(library.root) as again:
        with pytest.raises(kb.UsageError, match="8 new"):
            again.build(tmp_path / "public", audience="public", approve=refuse)
        assert not (tmp_path / "public").exists()
        assert again.build(tmp_path / "public", audience="public").cases == 8


if __name__ == "__main__":
    (ROOT / "tests" / "library" / "api.txt").write_text(api(), "utf-8")
