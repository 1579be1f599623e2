"""Parquet files of the tables, written by pyarrow (the extra `parquet`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from kb.errors import UsageError
from kb.export.protocol import Contents, Exporter, ExportOptions, Part, path_of, row_parts
from kb.export.report import LossReport, account_for
from kb.export.tables.data_tables import ALL_TABLES, FATES, RowValues, Tables, tables_of
from kb.files import new_folder

BATCH: Final = 5_000
"""Rows held before they are written."""


class ParquetExporter(Exporter[ExportOptions]):
    """A folder with a Parquet file of each table."""

    name = "parquet"
    description = "a folder of all tables for DuckDB, pandas"
    options = ExportOptions

    def export(self, contents: Contents, dest: str, options: ExportOptions) -> LossReport:
        """Write all tables to a folder."""
        with new_folder(path_of(dest, "Parquet")) as folder:
            write_parquet(tables_of(contents.archive, contents.cases.cases()), folder)
        return account_for("parquet", contents.archive, FATES, wanted=options.report is not None)

    def parts(self, made: Path) -> Iterator[Part]:
        """Yield every row of every file."""
        import pyarrow.parquet as pq

        for path in sorted(made.glob("*.parquet")):
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches():
                    yield from row_parts(path.name, (list(r.values()) for r in batch.to_pylist()))


def write_parquet(tables: Tables, folder: Path) -> None:
    """Write every table as a file of its name into ``folder``, which exists.

    UsageError where pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UsageError(
            "Parquet needs pyarrow", hint="pip install 'wiki-casebook[parquet]'"
        ) from error
    types = {"text": pa.string(), "integer": pa.int64()}
    with ExitStack() as stack:
        schemas, writers = {}, {}
        waiting: dict[str, list[RowValues]] = {}
        for table in ALL_TABLES:
            schema = pa.schema([(column.name, types[column.type]) for column in table.columns])
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
