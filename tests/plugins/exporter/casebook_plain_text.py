"""The cases as plain text: the smallest whole exporter, to copy."""

from __future__ import annotations

from typing import Annotated

import msgspec

from kb.export import Contents, Exporter, ExportOptions, Fates, LossReport, account_for, path_of
from kb.files import new_file

FATES = Fates(
    page=("changed", "its cases are texts"),
    revision=("dropped", "in kb export git"),
    file=("dropped", "in kb export markdown, git and xar"),
    comment=("dropped", "in kb export markdown, sqlite and xar"),
    object=("dropped", "in kb export markdown, sqlite and xar"),
    link=("changed", "stand in the text of their case"),
)


class TextOptions(ExportOptions, frozen=True, kw_only=True):
    """Options of text."""

    underline: Annotated[str, msgspec.Meta(description="Sign under each case's id.")] = "="


class PlainText(Exporter[TextOptions]):
    """One text file."""

    name = "text"
    description = "the cases as plain text"
    options = TextOptions

    def export(self, contents: Contents, dest: str, options: TextOptions) -> LossReport:
        """Write id, problem and fields of each case to the file ``dest``."""
        path = path_of(dest, "text")
        with new_file(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
            for case in contents.cases.cases():
                file.write(f"{case.id}\n{options.underline * len(case.id)}\n{case.problem or ''}\n")
                file.writelines(f"{field.label}: {field.value}\n" for field in case.fields)
        return account_for("text", contents.archive, FATES, wanted=options.report is not None)
