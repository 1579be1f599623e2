"""CSV that a spreadsheet opens with its Chinese whole and runs nothing of.

RFC 4180 with CR LF, in UTF-8 with the mark that spreadsheets know it by. A cell that a
spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final

from kb.export.jsonl import FATES as FATES_OF_CASES
from kb.export.protocol import Contents, Exporter, ExportOptions, Part, file_or_stdout, line_parts
from kb.export.report import LossReport, account_for
from kb.export.tables.data_tables import (
    ALL_TABLES,
    CASE_TABLES,
    FATES,
    CellValue,
    Column,
    RowValues,
    Tables,
    tables_of,
)
from kb.files import new_folder

BOM: Final = "\ufeff"
_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠'")


def cell(value: CellValue) -> str | int | float | None:
    """Return the value for a spreadsheet: a text that begins like a formula is defused."""
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "")
    if text.lstrip(" \u00a0\u3000")[:1] in _STARTS and not _is_number(text):
        return f"'{text}"
    return text


def _is_number(text: str) -> bool:
    """Return True for `-5` and `+8613800138000`: digits alone are no formula."""
    return text[:1] in "+-" and text[1:].isascii() and text[1:].isdigit()


class CsvExporter(Exporter[ExportOptions]):
    """The cases as one CSV, or a folder with a CSV of each table."""

    name = "csv"
    description = "a table of cases, or a folder of all tables"
    options = ExportOptions

    def export(self, contents: Contents, dest: str, options: ExportOptions) -> LossReport:
        """Write the cases to stdout or a file that ends in `.csv`; else all tables to a folder."""
        tables = tables_of(contents.archive, contents.cases.cases())
        fates = FATES_OF_CASES
        if dest == "-" or dest.endswith(".csv"):
            with file_or_stdout(dest) as file:
                write_cases(tables, file)
        else:
            fates = FATES
            with new_folder(Path(dest)) as folder:
                write_folder(tables, folder)
        return account_for("csv", contents.archive, fates, wanted=options.report is not None)

    def parts(self, made: Path) -> Iterator[Part]:
        """Yield the files, some lines at a time."""
        return line_parts(made)


def _csv_table(file: IO[str], columns: Iterable[Column]) -> Callable[[RowValues], object]:
    """Begin a table in an open file. Return what writes a row of it."""
    file.write(BOM)
    writer = csv.writer(file)
    writer.writerow(column.name for column in columns)
    return lambda row: writer.writerow(map(cell, row))


def write_folder(tables: Tables, folder: Path) -> None:
    """Write every table as a file of its name into ``folder``, which exists."""
    with ExitStack() as stack:
        write = {}
        for table in ALL_TABLES:
            path = folder / f"{table.name}.csv"
            file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            write[table.name] = _csv_table(file, table.columns)
        for table_of, row in tables.rows():
            write[table_of.name](row)


def write_cases(tables: Tables, file: IO[bytes]) -> None:
    """Write the table of cases alone."""
    table = CASE_TABLES[0]
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    write = _csv_table(text, table.columns)
    for case in tables.cases:
        for row in table.rows(case, tables):
            write(row)
    text.flush()
    text.detach()
