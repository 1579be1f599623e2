"""The page that it all began with: what a person reads there, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from importers.base import Options, Source
from importers.blame_text import BlameText
from kb.archive import Archive, PageView
from kb.cases.reader.normalise import cases_of
from kb.cases.record import Case, Turn
from kb.cases.store.store import CaseStore
from kb.config import CasesConfig
from tests.cases.pages import AFTER_SALES
from tests.conftest import Kb


def _import(shared: Path, to: Path) -> None:
    source = Source(str(shared / "samples" / "after-sales-cases.blame.txt"))
    with Archive(to, create=True) as archive:
        known = archive.source(source.location, "blame-text")
        options = Options(page_name="Support.Cases.WebHome")
        archive.ingest(known, BlameText().records(source, options, known, archive.blobs))


@pytest.fixture(scope="module")
def page(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> PageView:
    path = tmp_path_factory.mktemp("sample") / "archive.db"
    _import(shared, path)
    with Archive(path) as archive:
        return next(iter(archive.pages()))


@pytest.fixture(scope="module")
def cases(page: PageView) -> dict[int, Case]:
    return {case.number or 0: case for case in cases_of(page, AFTER_SALES)}


def test_heads(cases: dict[int, Case]) -> None:
    """Id, date, language, status, station, problem and engineers are as the page has them."""
    assert {n: (c.id, c.date, c.language, c.status, c.source.lines) for n, c in cases.items()} == {
        46: ("szds_case#46_20200410", "2020-04-10", "zh", "unset", (5, 57)),
        45: ("szds_case#45_20200407", "2020-04-07", "zh", "unset", (58, 85)),
        44: ("szds_case#44_20200407", "2020-04-07", "zh", "resolved", (86, 101)),
        43: ("szds_case#43_20200403", "2020-04-03", "zh", "resolved", (102, 112)),
    }
    assert cases[46].station == "深圳德顺站点"
    assert [case.station for case in cases.values()][1:] == [None, None, None]
    assert cases[46].problem == "此单重复扣费"
    assert [c.problem[:6] for c in cases.values()] == [
        "此单重复扣费",
        "增加仅固定时",
        "罗宾森提出麻",
        "账号gzss",
    ]
    assert [c.engineers for c in cases.values()] == [
        ("施文俊",), ("施文俊",), ("YD",), ("chinyee", "YD")
    ]  # fmt: skip
    assert all(case.resolution is None and not case.unclassified for case in cases.values())


def test_fields(cases: dict[int, Case]) -> None:
    """The fields of a case are found with their types and lines."""
    found = [(f.name, f.label, f.parsed, f.origin.lines[0]) for f in cases[46].fields]
    assert found == [
        ("phone", "手机号码", None, 8),
        ("bill", "账单号", None, 9),
        ("connector", "枪号", 2, 10),
        ("pile", "桩号", None, 11),
        ("started", "充电时间", "2020-04-04T04:51:09", 12),
        ("ended", "结束时间", "2020-04-04T06:18:18", 13),
    ]
    assert cases[46].fields[1].value == "20200404045109666730"
    assert not any(cases[n].fields for n in (45, 44, 43))


TURNS: dict[int, list[tuple[int | None, str | None, int, int, int]]] = {
    46: [
        (1, None, 19, 21, 0), (2, None, 23, 27, 0), (2, "陈劫", 31, 32, 8), (2, "令", 33, 34, 4),
        (2, "令", 35, 35, 4), (2, "陈劫", 37, 38, 6), (2, "令", 39, 39, 5), (2, "陈劫", 40, 40, 7),
        (2, "令", 41, 51, 4),
    ],
    45: [(None, None, 63, 66, 0), (None, "shi", 78, 78, 6), (None, "许总", 79, 79, 5)],
    44: [(None, "YD", 92, 92, 5), (None, "罗宾森", 94, 94, 6), (None, "令技术", 96, 96, 6)],
    43: [(None, "YD", 108, 108, 5)],
}  # fmt: skip
"""Round, speaker, first and last line, characters of the mark before the text."""
SECTIONS = {
    46: [("疑问", 28, 29, 6), ("补充说明", 30, 30, 8)],
    45: [("PS", 68, 72, 4), ("疑似客户新要求", 74, 76, 11)],
    44: [],
    43: [],
}


def _text(page: PageView, first: int, last: int, mark: int) -> str:
    return "\n".join(line.text for line in page.lines[first - 1 : last])[mark:]


def _shape(turn: Turn) -> tuple[Any, ...]:
    return turn.round, turn.speaker, *turn.origin.lines


@pytest.mark.parametrize("number", TURNS)
def test_turns(number: int, cases: dict[int, Case], page: PageView) -> None:
    """Each turn has its round, speaker, lines, and the source's text after its mark."""
    expected = TURNS[number]
    assert [_shape(turn) for turn in cases[number].turns] == [turn[:4] for turn in expected]
    for turn, (*_, first, last, mark) in zip(cases[number].turns, expected, strict=True):
        assert turn.text == _text(page, first, last, mark).strip()


@pytest.mark.parametrize("number", SECTIONS)
def test_sections(number: int, cases: dict[int, Case], page: PageView) -> None:
    """Each section has its label, lines, and the source's text after its label."""
    expected = SECTIONS[number]
    found = [(s.label, *s.origin.lines) for s in cases[number].sections]
    assert found == [section[:3] for section in expected]
    for section, (_, first, last, mark) in zip(cases[number].sections, expected, strict=True):
        assert section.text == _text(page, first, last, mark).strip()


def test_identifiers(cases: dict[int, Case]) -> None:
    """Every occurrence of an identifier is found, malformed ones included."""
    found = [(i.kind, i.value[-6:], i.origin.lines[0]) for i in cases[46].identifiers]
    assert found == [
        ("phone", "765291", 8), ("bill", "666730", 9),
        ("pile", "200030", 11), ("bill", "372317", 19), ("bill", "666730", 19),
        ("bill", "372317", 23), ("pile", "200031", 23),
        ("bill", "666730", 24), ("pile", "020030", 24),
        ("bill", "666730", 35),
    ]  # fmt: skip
    rest = [[(i.kind, i.value) for i in cases[n].identifiers] for n in (45, 44, 43)]
    assert rest == [[], [("bill", "200404061834254768")], [("account", "gzss")]]


def test_files_and_anomalies(cases: dict[int, Case]) -> None:
    """Files that the text names are listed, and what is odd has its lines."""
    files = [[(f.name, f.kind, f.sha256) for f in case.attachments] for case in cases.values()]
    assert files == [
        [("1586489889894-194.png", "image", None)], [],
        [("罗宾森_20200404-1.log", "file", None)], [],
    ]  # fmt: skip
    anomalies = [[(a.code, a.origin.lines) for a in case.anomalies] for case in cases.values()]
    assert anomalies == [
        [
            ("identifier-length", (24, 24)), ("identifier-near", (24, 24)),
            ("time-conflict", (26, 33)),
        ],
        [], [("identifier-length", (88, 88))], [],
    ]  # fmt: skip
    assert "4403050004000020030" in cases[46].anomalies[0].message


def test_origins_and_timeline(cases: dict[int, Case], page: PageView) -> None:
    """Each value has the newest version of its lines; a blame page tells no creation."""
    assert {p: o.version for p, o in cases[44].origins.items()} == {
        "/id": "1.6", "/number": "1.6", "/date": "1.6", "/status": "2.5", "/problem": "1.7",
        "/engineers/0": "1.6",
    }  # fmt: skip
    assert cases[43].origins["/engineers/1"].lines == (112, 112)
    assert cases[45].turns[0].origin.version == "2.4"
    assert [(e.version, e.change, e.name, e.old) for e in cases[44].timeline] == [
        ("1.6", "turn", "YD", None), ("1.6", "turn", "罗宾森", None),
        ("1.6", "engineer", None, None), ("1.6", "edited", None, None),
        ("1.7", "problem", None, None), ("2.2", "turn", "令技术", None),
        ("2.2", "attachment", None, None), ("2.5", "status", None, None),
    ]  # fmt: skip
    for case in cases.values():
        assert not {"created", "removed"} & {event.change for event in case.timeline}


def test_every_line_is_taken_once(cases: dict[int, Case], page: PageView) -> None:
    """Every line of the page that is not blank is taken for exactly one thing."""
    taken: list[int] = []
    for case in cases.values():
        assert isinstance(case.x, dict)
        runs = [run for of_kind in case.x["lines"].values() for run in of_kind]
        taken += [n for first, last in runs for n in range(first, last + 1)]
    assert sorted(taken) == [line.number for line in page.lines[4:] if line.text.strip()]


def test_command_and_schema(shared: Path, kb: Kb, tmp_path: Path) -> None:
    """The export is valid against the schema, byte-stable, and the commands show its cases."""
    sample = shared / "samples" / "after-sales-cases.blame.txt"
    kb("import", sample, "--page-name", "Support.Cases.WebHome")
    lines = kb("export", "jsonl", "-").stdout.splitlines()
    schema = json.loads((shared / "case.schema.json").read_text("utf-8"))
    checker = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    for line in lines:
        checker.validate(json.loads(line))
    kb("export", "jsonl", tmp_path / "cases.jsonl")
    assert (tmp_path / "cases.jsonl").read_text("utf-8").splitlines() == lines
    assert kb("cases", "--status", "resolved").stdout.count("\n") == 2
    assert "重复扣费" in kb("show", "szds_case#46_20200410").stdout
    assert kb("show", "#46").stdout == kb("show", "szds_case#46_20200410").stdout
    assert kb("show", "4", check=False).returncode == 2
    assert "#45_20200407, szds_case#44" in kb("show", "0407", check=False).stderr
    source = kb("show", "Support.Cases.WebHome").stdout.splitlines()
    assert len(source) == 112
    assert kb("show", "nothing", check=False).returncode == 2


def test_store_reads_a_page_once(shared: Path, tmp_path: Path) -> None:
    """A page that did not change is not read again."""
    _import(shared, tmp_path / "archive.db")
    config = CasesConfig()
    with Archive(tmp_path / "archive.db") as archive, CaseStore(tmp_path / "cases.db") as store:
        first = store.refresh(archive, config)
        again = store.refresh(archive, config)
        assert (first.pages, first.cases, first.changed) == (1, 4, 4)
        assert (again.pages, again.cases, again.changed) == (0, 4, 0)
        assert [case.id for case in store.cases()] == [name for name, _ in store.digests()]
        assert store.case("szds_case#43_20200403") is not None
