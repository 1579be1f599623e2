"""One case a line, as JSON in UTF-8, by the published schema."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from pathlib import Path
from typing import Annotated, Final

import msgspec

from kb.cases.record import Case, to_json
from kb.export.protocol import Contents, Exporter, ExportOptions, Part, file_or_stdout, line_parts
from kb.export.report import IN_DATA_FORMATS, Fates, LossReport, account_for

FATES: Final = Fates(
    page=("changed", "its cases are records; what belongs to no case is in the other formats"),
    gone=("dropped", "gone from the wiki; --removed writes its cases"),
    revision=("changed", "their changes are in the timelines; their texts in kb export git"),
    file=("changed", "named with their digests; the bytes are in kb export markdown, git and xar"),
    older=("dropped", "in kb export git and xar"),
    comment=IN_DATA_FORMATS,
    object=IN_DATA_FORMATS,
    link=("changed", "stand in the text of their case, as the wiki wrote them"),
)


class JsonlOptions(ExportOptions, frozen=True, kw_only=True):
    """Options of jsonl."""

    removed: Annotated[
        bool, msgspec.Meta(description="Also cases gone from the latest revision.")
    ] = False


class JsonlExporter(Exporter[JsonlOptions]):
    """The case records alone."""

    name = "jsonl"
    description = "one case a line, by the published schema"
    options = JsonlOptions

    def export(self, contents: Contents, dest: str, options: JsonlOptions) -> LossReport:
        """Write all cases to the file ``dest``, or to stdout."""
        present = (record for _, record in contents.cases.records())
        records = _with_removed(contents) if options.removed else present
        with file_or_stdout(dest) as file:
            file.writelines(record + b"\n" for record in records)
        return account_for("jsonl", contents.archive, FATES, wanted=options.report is not None)

    def parts(self, made: Path) -> Iterator[Part]:
        """Yield the file, some lines at a time."""
        return line_parts(made)


def _with_removed(contents: Contents) -> Iterator[bytes]:
    """Yield all records, those of removed cases at their page's place."""
    removed = sorted(contents.cases.removed(contents.archive), key=_place)
    return map(to_json, merge(contents.cases.cases(), removed, key=_place))


def _place(case: Case) -> tuple[str, str, str, int]:
    source = case.source
    return source.wiki, source.page, source.locale, source.lines[0]
