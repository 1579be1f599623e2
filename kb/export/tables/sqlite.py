"""One SQLite file, made for Datasette: tables with foreign keys, and a full-text index.

The index holds the terms of kb.search.analysis, with the runs of up to four characters beside
them, so that `?_search=重复扣费` finds without a plugin; longer runs are found by the canned query
of metadata.yml, which cuts what is asked for into pairs.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from kb.export.protocol import Contents, Exporter, ExportOptions, Part, path_of, row_parts
from kb.export.report import LossReport, account_for
from kb.export.tables.data_tables import (
    ALL_TABLES,
    FATES,
    KEY_OF,
    Column,
    Tables,
    tables_of,
)
from kb.files import new_file
from kb.search.analysis import terms

LONGEST_RUN: Final = 4
_METADATA: Final = "metadata.yml"
_KINDS = frozenset(("char", "pair", "code", "word", "number", "stem", "part"))
_SEARCHED = {"cases": ("id", "problem", "text"), "pages": ("title", "source")}
_INDEXED = {
    "cases": ("date", "status", "station", "page"),
    "fields": ("name", "value"),
    "identifiers": ("kind", "value"),
    "engineers": ("name",),
    "turns": ("speaker",),
    "files": ("name",),
}
"""Columns that are filtered or counted by."""
_THIRD = {"attachments": ', "version"', "objects": ', "number"'}
"""The rest of a table's key, where two columns are not enough."""


class SqliteExporter(Exporter[ExportOptions]):
    """One database, and metadata.yml for Datasette beside it."""

    name = "sqlite"
    description = "all tables in one file, made for Datasette"
    options = ExportOptions

    def export(self, contents: Contents, dest: str, options: ExportOptions) -> LossReport:
        """Write the database to a file, metadata.yml beside it."""
        path = path_of(dest, "SQLite")
        with new_file(path) as part:
            write_sqlite(tables_of(contents.archive, contents.cases.cases()), part)
        about = path.with_name(_METADATA)
        with new_file(about) as part:
            part.write_text(metadata(contents.site.title, path.stem), "utf-8", newline="\n")
        report = account_for("sqlite", contents.archive, FATES, wanted=options.report is not None)
        report.message = f"datasette {path} --metadata {about}"
        return report

    def parts(self, made: Path) -> Iterator[Part]:
        """Yield every row of every table; the index of terms is made of them."""
        yield made.name, b""
        with closing(sqlite3.connect(made)) as db:
            names = db.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
            for (name,) in names:
                if "_fts" not in name:
                    yield from row_parts(name, db.execute(f'SELECT * FROM "{name}"'))
        about = made.with_name(_METADATA)
        yield about.name, about.read_bytes()


def write_sqlite(tables: Tables, path: Path) -> None:
    """Write the database to ``path``, which is not there yet."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        for table in ALL_TABLES:
            db.execute(_create(table.name, table.columns))
        _fill(db, tables)
        for name, columns in _INDEXED.items():
            for column in columns:
                db.execute(f'CREATE INDEX "{name}_{column}" ON "{name}" ("{column}")')
        db.execute("COMMIT")
        db.execute("VACUUM")
        db.execute("ANALYZE")


def _create(name: str, columns: Sequence[Column]) -> str:
    key = KEY_OF.get(name)
    lines = [_declared(column, key) for column in columns]
    if key is None:
        first, second = (column.name for column in columns[:2])
        lines.append(f'PRIMARY KEY ("{first}", "{second}"{_THIRD.get(name, "")})')
    return f'CREATE TABLE "{name}" ({", ".join(lines)})'


def _declared(column: Column, key: str | None) -> str:
    refers = column.refers
    target = f' REFERENCES "{refers}" ("{KEY_OF[refers]}")' if refers else ""
    primary = " PRIMARY KEY" if column.name == key else ""
    return f'"{column.name}" {column.type.upper()}{primary}{target}'


def _fill(db: sqlite3.Connection, tables: Tables) -> None:
    columns_of = {table.name: [column.name for column in table.columns] for table in ALL_TABLES}
    inserts = {name: _insert(name, len(columns)) for name, columns in columns_of.items()}
    places = {}
    for name, searched in _SEARCHED.items():
        index, listed = f"{name}_fts", ", ".join(f'"{column}"' for column in searched)
        db.execute(
            f'CREATE VIRTUAL TABLE "{index}" USING FTS5 ({listed}, content="{name}",'
            " tokenize='unicode61 remove_diacritics 0')"
        )
        inserts[index] = _insert(index, len(searched) + 1, f" (rowid, {listed})")
        places[name] = [i for i, column in enumerate(columns_of[name]) if column in searched]
    for table_of, row in tables.rows():
        name = table_of.name
        done = db.execute(inserts[name], row)
        if name in places:
            found = (" ".join(search_terms(str(row[i] or ""))) for i in places[name])
            db.execute(inserts[f"{name}_fts"], (done.lastrowid, *found))


def _insert(table: str, values: int, columns: str = "") -> str:
    return f'INSERT INTO "{table}"{columns} VALUES ({", ".join("?" * values)})'


def search_terms(text: str) -> Iterator[str]:
    """Yield the terms that ``text`` is found by, each once in the order of first occurrence."""
    found: dict[str, None] = {}
    run = ""
    at = -1
    for term in terms(text):
        if term.kind not in _KINDS:
            continue
        found[term.text] = None
        if term.kind in ("char", "pair"):
            # Not folded to simplified characters: a query in traditional ones matches.
            written = unicodedata.normalize("NFKC", text[term.start : term.end]).casefold()
            found[written] = None
        if term.kind == "char":
            run = (run if term.position == at + 1 else "")[1 - LONGEST_RUN :] + term.text
            at = term.position
            found.update((run[-size:], None) for size in range(3, len(run) + 1))
    yield from found


_CUT = """\
with recursive q(t) as (select :q || ' '),
c(i, c, p, n) as (select 1, substr(t, 1, 1), ' ', substr(t, 2, 1) from q union all
  select i + 1, substr(t, i + 1, 1), substr(t, i, 1), substr(t, i + 2, 1) from c, q
  where i < length(t)),
k(i, c, n, h, hp, hn, w, wp, wn) as (select i, c, n,
  unicode(c) between 12353 and 64255, unicode(p) between 12353 and 64255,
  ifnull(unicode(n) between 12353 and 64255, 0),
  c not in (' ', '"'), p not in (' ', '"'), n not in (' ', '"', '') from c),
m(s) as (select group_concat(case
  when h and hn then '"' || c || n || '" '
  when h and hp then ''
  when h then '"' || c || '" '
  when not w then ''
  else case when hp or not wp then '"' else '' end || c
    || case when hn or not wn then '" ' else '' end end, '')
  from (select * from k order by i))
select id, status, date, station, problem, page from cases
where rowid in (select rowid from cases_fts, m
  where cases_fts match case m.s when '' then '"."' else m.s end)
order by date desc"""
"""The canned query: what is asked for, cut into pairs and words, all of them required."""


def metadata(title: str, database: str) -> str:
    """Return metadata.yml for Datasette: titles, facets, the search and its query."""
    query = "\n".join(f"          {line}" for line in _CUT.split("\n"))
    facets = {
        "cases": ("status", "station", "language", "history"),
        "fields": ("name",), "identifiers": ("kind",), "turns": ("speaker", "round"),
        "engineers": ("name",), "timeline": ("change", "author"), "anomalies": ("code",),
        "pages": ("wiki", "history", "syntax"), "attachments": ("mimetype", "author"),
        "comments": ("author",), "objects": ("class",),
    }  # fmt: skip
    lines = [f"title: {_quoted(title)}", "databases:", f"  {_quoted(database)}:", "    tables:"]
    for table, columns in facets.items():
        lines.append(f"      {table}:")
        if table == "cases":
            lines += ["        label_column: id", "        sort_desc: date"]
        if table in _SEARCHED:
            lines.append(f"        fts_table: {table}_fts")
        lines.append(f"        facets: [{', '.join(columns)}]")
    lines += ["    queries:", "      search:", "        title: Search cases", "        sql: |-"]
    return "\n".join([*lines, query]) + "\n"


def _quoted(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "''") + "'"
