"""CSV that a spreadsheet opens with its Chinese whole and runs nothing of.

RFC 4180 with CR LF, in UTF-8 with the mark that spreadsheets know it by. A cell that a
spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from kb.archive import Archive
from kb.config import Home
from kb.export.account import told
from kb.export.formats import Cases, Options
from kb.export.jsonl import FATES as FATES_OF_CASES
from kb.export.ledger import Ledger
from kb.export.tables.rows import FATES, Tables, tables_of
from kb.export.tables.tables import CASE_TABLES, PAGE_TABLES, Row, Value
from kb.files import new_file, new_folder

BOM = "\ufeff"
_STARTS = frozenset("=+-@\t\r\n＝＋－＠'")


def cell(value: Value) -> str | int | float | None:
    """The value as a spreadsheet may have it: a text that begins like a formula is defused."""
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "")
    if text.lstrip(" \u00a0\u3000")[:1] in _STARTS and not _is_number(text):
        return f"'{text}"
    return text


def _is_number(text: str) -> bool:
    """True for `-5` and `+8613800138000`: digits alone are no formula."""
    return text[:1] in "+-" and text[1:].isascii() and text[1:].isdigit()


def export(home: Home, archive: Archive, store: Cases, dest: str, options: Options) -> Ledger:
    """The cases to stdout or a file that ends in `.csv`; else all tables to a folder."""
    tables = tables_of(archive, store.cases())
    fates = FATES
    if dest == "-":
        fates = FATES_OF_CASES
        write_cases(tables, sys.stdout.buffer)
    elif dest.endswith(".csv"):
        fates = FATES_OF_CASES
        with new_file(Path(dest)) as part, part.open("wb") as file:
            write_cases(tables, file)
    else:
        with new_folder(Path(dest)) as folder:
            write_folder(tables, folder)
    return told("csv", archive, fates, wanted=options.report is not None)


class CsvWriter:
    """A table as CSV into an open file."""

    def __init__(self, file: IO[str], columns: Iterable[str]) -> None:
        file.write(BOM)
        self._writer = csv.writer(file)
        self._writer.writerow(columns)

    def write(self, row: Row) -> None:
        """Write a row."""
        self._writer.writerow([cell(value) for value in row])


def write_folder(tables: Tables, folder: Path) -> None:
    """Every table as a file of its name in ``folder``, which exists."""
    with ExitStack() as stack:
        writers = {}
        for table in (*CASE_TABLES, *PAGE_TABLES):
            path = folder / f"{table.name}.csv"
            file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            writers[table.name] = CsvWriter(file, [column.name for column in table.columns])
        for table_of, row in tables.rows():
            writers[table_of.name].write(row)


def write_cases(tables: Tables, file: IO[bytes]) -> None:
    """The table of cases alone."""
    table = CASE_TABLES[0]
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = CsvWriter(text, [column.name for column in table.columns])
    for case in tables.cases:
        for row in table.rows(case, tables.keys):
            writer.write(row)
    text.flush()
    text.detach()
