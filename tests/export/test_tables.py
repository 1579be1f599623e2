"""CSV, SQLite and Parquet of the demo's cases."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kb.export.tables.csv import cell, write_folder
from kb.export.tables.data_tables import CellValue, tables_of
from kb.export.tables.sqlite import search_terms, write_sqlite
from tests.export.wiki import Wiki, page, revisions

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has the demo's cases."""
    folder = tmp_path_factory.mktemp("home")
    run(folder, "import", str(ROOT / "demo"))
    return folder


def run(home: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[bytes]:
    """The command at work in ``home``."""
    command = [sys.executable, "-m", "kb", *arguments]
    done = subprocess.run(command, cwd=home, capture_output=True, check=False)
    assert done.returncode == code, done.stderr.decode()
    return done


@pytest.fixture(scope="module")
def cases(home: Path) -> list[dict[str, Any]]:
    """The demo's records."""
    return [json.loads(line) for line in run(home, "export", "jsonl", "-").stdout.splitlines()]


@pytest.fixture(scope="module")
def db(home: Path) -> sqlite3.Connection:
    """The demo's cases in SQLite."""
    run(home, "export", "sqlite", "data/cases.db")
    return open_db(home / "data" / "cases.db")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1+cmd", "'+1+cmd"),
        ("-2+3", "'-2+3"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("'quoted", "''quoted"),
        ("-5", "-5"),
        ("+8613800138000", "+8613800138000"),
        ("案例", "案例"),
        ("a\0b", "ab"),
        ("", ""),
        (None, None),
        (-7, -7),
    ],
)
def test_a_cell_is_never_a_formula(value: CellValue, shown: CellValue) -> None:
    """What a spreadsheet would run gets an apostrophe; numbers and words stay."""
    assert cell(value) == shown


def test_csv_of_cases_is_what_the_records_say(home: Path, cases: list[dict[str, Any]]) -> None:
    """With its mark and CR LF, the same on stdout and in a file, a row for each case."""
    run(home, "export", "csv", "cases.csv")
    data = (home / "cases.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfid,number,")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [row["id"] for row in rows] == [case["id"] for case in cases]
    assert [row["problem"] for row in rows] == [case["problem"] for case in cases]
    assert run(home, "export", "csv", "-").stdout == data


def test_a_folder_of_csv_holds_every_table(home: Path, cases: list[dict[str, Any]]) -> None:
    """Fields are those of the records; the folder is exchanged whole; another's stays."""
    for _ in range(2):
        run(home, "export", "csv", "out")
        with (home / "out" / "fields.csv").open(encoding="utf-8-sig", newline="") as file:
            fields = [(r["case"], r["label"], r["value"]) for r in csv.DictReader(file)]
        assert fields == [
            (case["id"], f["label"], f["value"]) for case in cases for f in case["fields"]
        ]
    assert not (home / ".out.next").exists()
    (home / "mine").mkdir()
    (home / "mine" / "file").touch()
    run(home, "export", "csv", "mine", code=3)
    assert [p.name for p in (home / "mine").iterdir()] == ["file"]


def open_db(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    return db


def test_sqlite_is_whole_and_its_keys_hold(
    home: Path, cases: list[dict[str, Any]], db: sqlite3.Connection
) -> None:
    """Same cases, turns, identifiers; no foreign key dangles; the same bytes each time."""
    run(home, "export", "sqlite", "again/cases.db")
    assert (home / "again/cases.db").read_bytes() == (home / "data/cases.db").read_bytes()
    assert not db.execute("PRAGMA foreign_key_check").fetchall()
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    for table in ("turns", "fields", "identifiers", "timeline", "related", "engineers"):
        count = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        assert count == sum(len(case[table]) for case in cases), table
    rows = db.execute("SELECT id, status, engineers FROM cases ORDER BY rowid")
    assert [(r["id"], r["status"], json.loads(r["engineers"])) for r in rows] == [
        (case["id"], case["status"], case["engineers"]) for case in cases
    ]


QUERIES = [
    "退款", "重复", "扣", "心跳中断后补传", "refund", "refunds", "Harbour Lane", "研发 日志",
    "13800138066", "hl_case#7", '"', "", "'; drop table cases --", "没有这样的词",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_the_canned_query_finds_chinese_and_english(
    home: Path, db: sqlite3.Connection, query: str
) -> None:
    """What has all the asked-for runs and words, whatever their length."""
    text = (home / "data" / "metadata.yml").read_text("utf-8")
    sql = re.search(r"sql: \|-\n(.*)", text, re.DOTALL)
    assert sql
    found = {row["id"] for row in db.execute(sql[1], {"q": query})}
    words = [word.casefold() for word in re.findall(r"[^\s\"';-]+", query)]
    expected = {
        row["id"] for row in db.execute("SELECT id, text FROM cases")
        if words and all(w.rstrip("s") in f"{row['id']}\n{row['text']}".casefold() for w in words)
    }  # fmt: skip
    assert found >= expected
    if re.search(r"[一-鿿]", query) or not words:
        assert found == expected


@pytest.mark.parametrize("word", ["退", "账单", "账单号", "充电时间", "refund", "13800138066"])
def test_a_short_run_is_found_as_datasette_asks(db: sqlite3.Connection, word: str) -> None:
    """`?_search=` puts each word in quotes: runs of up to four characters are terms."""
    rows = db.execute("SELECT rowid FROM cases_fts WHERE cases_fts MATCH ?", (f'"{word}"',))
    some = db.execute("SELECT count(*) FROM cases WHERE text LIKE ?", (f"%{word}%",))
    assert len(rows.fetchall()) == some.fetchone()[0] > 0


def test_terms_of_text_in_traditional_characters() -> None:
    """Both forms, the folded and the written, and runs of up to four."""
    assert {"退", "費", "费", "退費", "退费", "重复退费", "重复退"} <= set(search_terms("重复退費"))


def test_hostile_text_stays_text(wiki: Wiki, tmp_path: Path) -> None:
    """Formulas, NUL, quotes, line ends: one row each, the text kept in SQLite as it was."""
    texts = ["=1+1", 'a"b\r\nc,d', "x\0y", "'; DROP TABLE pages; --", "\u2028"]
    for number, text in enumerate(texts):
        wiki.add(page(f"A.P{number}", title=text), *revisions(text))
    write_sqlite(tables_of(wiki.archive, ()), tmp_path / "x.db")
    db = open_db(tmp_path / "x.db")
    assert [r["title"] for r in db.execute("SELECT title FROM pages")] == texts
    write_folder(tables_of(wiki.archive, ()), tmp_path)
    with (tmp_path / "pages.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["title"] for r in rows] == ["'=1+1", texts[1], "xy", f"'{texts[3]}", texts[4]]


def test_parquet_holds_the_same_rows(home: Path, cases: list[dict[str, Any]]) -> None:
    """Where pyarrow is installed; else the command says what to install."""
    try:
        import pyarrow.parquet as pq
    except ImportError:
        done = run(home, "export", "parquet", "tables", code=2)
        assert b"wiki-casebook[parquet]" in done.stderr
        pytest.skip("no pyarrow here")
    run(home, "export", "parquet", "tables")
    rows = pq.read_table(home / "tables" / "cases.parquet").to_pylist()
    assert [row["id"] for row in rows] == [case["id"] for case in cases]


def test_git_and_its_options_from_the_command(home: Path) -> None:
    """The demo's pages are known by lines only: a commit each, said so."""
    done = run(home, "export", "git", "repo", "--branch", "wiki")
    assert b"2 new commit(s) for 2 page(s)" in done.stderr
    assert b"0 new commit(s)" in run(home, "export", "git", "repo", "--branch", "wiki").stderr
    run(home, "export", "git", "-", code=2)
