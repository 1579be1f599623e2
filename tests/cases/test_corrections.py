"""What people put right by hand, and what becomes of it when pages change."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kb.cases.record import Case
from kb.cases.store.corrections import (
    Corrections,
    WithholdEntry,
    append_entry,
    changed_ids,
    load_corrections,
)
from kb.config import CasesConfig
from kb.errors import InputError
from tests.cases.histories import Wiki, history
from tests.conftest import Kb

CASE = "= a_case#1_20200101 =\n问题描述:{problem}\n枪号:2\n状态: 已解决 | 处理中\n工程师:YD\n"
ID = "a_case#1_20200101"


@pytest.fixture
def home(kb: Kb, tmp_path: Path) -> Path:
    (tmp_path / ".kb").mkdir()
    wiki = Wiki(tmp_path / ".kb")
    wiki.take(history("A.WebHome", CASE.format(problem="甲") + CASE.replace("#1", "#2")))
    wiki.archive.close()
    return tmp_path


def show(home: Path, case_id: str = ID) -> Case:
    wiki = Wiki(home / ".kb")
    wiki.store.refresh(wiki.archive, CasesConfig(), home)
    case = wiki.store.case(case_id)
    assert case is not None
    return case


def test_values_by_name_and_by_pointer(kb: Kb, home: Path) -> None:
    """A value is put right by name or by JSON pointer; the record keeps what the page says."""
    kb("correct", ID, "status", "resolved", "--why", "told by phone", "--by", "ann")
    kb("correct", ID, "engineers", "YD, 施文俊", "--why", "both were there")
    kb("correct", ID, "connector", "3", "--why", "misread")
    kb("correct", ID, "/problem", "乙", "--why", "clearer")
    kb("correct", ID, "status", "shelved", "--why", "not after all")
    case = show(home)
    assert (case.status, case.engineers, case.problem) == ("shelved", ("YD", "施文俊"), "乙")
    assert (case.fields[0].value, case.fields[0].parsed) == ("3", 3)
    assert isinstance(case.corrections, tuple)
    assert [(c.path, c.old, c.new) for c in case.corrections] == [
        ("/status", "unset", "resolved"), ("/engineers", ["YD"], ["YD", "施文俊"]),
        ("/fields/0/value", "2", "3"), ("/problem", "甲", "乙"), ("/status", "resolved", "shelved"),
    ]  # fmt: skip
    assert case.corrections[0].by == "ann"
    assert "told by phone" in kb("show", ID).stdout


def test_said_twice_is_noted_once(kb: Kb, home: Path) -> None:
    """The same correction again, in a second run or after a kill, adds nothing."""
    for value in ("resolved", "resolved", "shelved", "resolved", "resolved"):
        kb("correct", ID, "status", value, "--why", "told by phone", "--by", "ann")
    noted = load_corrections(home)
    assert [one.new for one in noted.correction] == ["resolved", "shelved", "resolved"]


def test_two_at_once_are_both_noted(home: Path) -> None:
    """Corrections that are written at the same time do not overwrite each other."""

    def note(number: int) -> None:
        append_entry(home, "withhold", WithholdEntry(case=f"c#{number}", by="ann", why="x"))

    with ThreadPoolExecutor(8) as crew:
        list(crew.map(note, range(24)))
    assert {one.case for one in load_corrections(home).withhold} == {f"c#{n}" for n in range(24)}


@pytest.mark.parametrize(
    "what", [["status", "foo"], ["nothing", "x"], ["status"], [], ["status", "resolved", "--clear"]]
)
def test_refused(kb: Kb, home: Path, what: list[str]) -> None:
    """What names no value, or no valid one, is a usage error; nothing is written."""
    assert kb("correct", ID, *what, "--why", "x", check=False).returncode == 2
    assert not (home / "corrections.toml").exists()


def test_the_page_changes_under_it(kb: Kb, home: Path) -> None:
    """Once the page says something else, the page's word stands and the case says so."""
    kb("correct", ID, "problem", "乙", "--why", "clearer")
    wiki = Wiki(home / ".kb")
    texts = [CASE.format(problem=p) for p in ("甲", "丙")]
    wiki.take(history("A.WebHome", *texts))
    case = show(home)
    assert case.problem == "丙"
    assert [a.code for a in case.anomalies] == ["correction-outdated"]
    assert "丙" in case.anomalies[0].message


def test_withheld_and_same(kb: Kb, home: Path) -> None:
    """A withheld case says why; cases that are one are related to each other first."""
    kb("correct", ID, "--withhold", "--why", "private")
    kb("correct", ID, "--same-as", "a_case#2_20200101", "--why", "told twice")
    one, two = show(home), show(home, "a_case#2_20200101")
    assert isinstance(one.x, dict)
    assert isinstance(two.x, dict)
    assert one.x["withheld"]["why"] == "private"
    assert (one.x["same_as"], two.x["same_as"]) == ([two.id], [one.id])
    assert one.related[0].via[0] == f"same:{two.id}"


def test_withheld_is_nowhere_in_public(kb: Kb, home: Path) -> None:
    """Neither its record, nor its lines on the page's source, nor its words in the index."""
    (home / "kb.toml").write_text('[public]\nopen = ["*"]\n')
    kb("correct", ID, "--withhold", "--why", "private")
    assert "withheld from the public" in kb("show", ID).stdout
    inside = [json.loads(line) for line in kb("export", "jsonl", "-").stdout.splitlines()]
    assert [("withheld" in case["x"]) for case in inside] == [True, False]
    public = kb("export", "jsonl", "-", "--audience", "public").stdout
    assert [json.loads(line)["number"] for line in public.splitlines()] == [2]
    kb("build", "--audience", "public", "--yes")
    kb("export", "markdown", "tree", "--audience", "public")
    for folder in ("build/public", "tree"):
        files = [path for path in (home / folder).rglob("*") if path.is_file()]
        assert files
        assert not [path for path in files if "甲".encode() in path.read_bytes()]


def test_stats_count_the_cases(kb: Kb, home: Path) -> None:
    """`kb stats` counts cases by status, corrections and withheld cases."""
    kb("correct", ID, "--withhold", "--why", "private")
    kb("correct", ID, "problem", "乙", "--why", "clearer")
    found = json.loads(kb("stats", "--json").stdout)["cases"]
    assert (found["cases"], found["withheld"], found["corrections"]) == (2, 1, 1)
    assert found["by_status"] == {"unset": 2}
    assert "case unset" in kb("stats").stdout


def test_taken_back_by_editing_the_file(kb: Kb, home: Path) -> None:
    """An entry taken out of corrections.toml holds no longer."""
    kb("correct", ID, "problem", "乙", "--why", "clearer")
    assert show(home).problem == "乙"
    (home / "corrections.toml").unlink()
    assert show(home).problem == "甲"


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    """A file that is not valid is an error which names file and key."""
    (tmp_path / "corrections.toml").write_text("[[correction]]\ncase = 1\n", "utf-8")
    with pytest.raises(InputError, match=r"corrections\.toml.*case"):
        load_corrections(tmp_path)
    assert changed_ids(Corrections(), Corrections()) == set()


def test_any_text_is_written_so_that_it_is_read(tmp_path: Path) -> None:
    """A value of any characters comes back the same: DEL is none of JSON's escapes, but TOML's."""
    text = "".join(map(chr, [*range(0x20), *range(0x7E, 0xA1), 0x2028, 0xFEFF])) + "\"'\\"
    append_entry(
        tmp_path, "withhold", WithholdEntry(case="c", by=text, why=text, date="2020-01-01")
    )
    assert [one.why for one in load_corrections(tmp_path).withhold] == [text]
