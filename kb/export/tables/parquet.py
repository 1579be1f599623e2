"""Parquet files of the tables, written by pyarrow (the extra `parquet`)."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from kb.archive import Archive
from kb.config import Home
from kb.errors import UsageError
from kb.export.account import told
from kb.export.formats import Cases, Options, path_of
from kb.export.ledger import Ledger
from kb.export.tables.rows import FATES, Tables, tables_of
from kb.export.tables.tables import CASE_TABLES, PAGE_TABLES, Row
from kb.files import new_folder

BATCH = 5_000
"""Rows held before they are written."""


def export(home: Home, archive: Archive, store: Cases, dest: str, options: Options) -> Ledger:
    """All tables to a folder."""
    with new_folder(path_of(dest, "Parquet")) as folder:
        write_parquet(tables_of(archive, store.cases()), folder)
    return told("parquet", archive, FATES, wanted=options.report is not None)


def write_parquet(tables: Tables, folder: Path) -> None:
    """Every table as a file of its name in ``folder``, which exists.

    UsageError where pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UsageError(
            "Parquet needs pyarrow", hint="pip install 'wiki-casebook[parquet]'"
        ) from error
    kinds = {"text": pa.string(), "integer": pa.int64()}
    with ExitStack() as stack:
        schemas, writers = {}, {}
        waiting: dict[str, list[Row]] = {}
        for table in (*CASE_TABLES, *PAGE_TABLES):
            schema = pa.schema([(column.name, kinds[column.kind]) for column in table.columns])
            schemas[table.name] = schema
            path = folder / f"{table.name}.parquet"
            writer = pq.ParquetWriter(path, schema, compression="zstd")
            writers[table.name] = stack.enter_context(writer)
            waiting[table.name] = []

        def flush(name: str) -> None:
            names = schemas[name].names
            rows = [dict(zip(names, row, strict=True)) for row in waiting[name]]
            writers[name].write_table(pa.Table.from_pylist(rows, schema=schemas[name]))
            waiting[name].clear()

        for table_of, row in tables.rows():
            waiting[table_of.name].append(row)
            if len(waiting[table_of.name]) >= BATCH:
                flush(table_of.name)
        for name in writers:
            flush(name)
