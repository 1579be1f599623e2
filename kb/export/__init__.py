"""Exports in open formats; what the author of a further format needs is named here."""

from kb.export.protocol import (
    Contents,
    ExportedCases,
    Exporter,
    ExportOptions,
    Part,
    file_parts,
    path_of,
)
from kb.export.report import Fates, Loss, LossReport, PageAccount, account_for

__all__ = [
    "Contents",
    "ExportOptions",
    "ExportedCases",
    "Exporter",
    "Fates",
    "Loss",
    "LossReport",
    "PageAccount",
    "Part",
    "account_for",
    "file_parts",
    "path_of",
]  # fmt: skip
