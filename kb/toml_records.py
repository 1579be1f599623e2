"""TOML files as records: an error names the file and the key, and what may stand there."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

from kb.errors import InputError

T = TypeVar("T")


def read_toml(path: Path, kind: type[T], hint: str) -> T:
    """Read a TOML file as a record. InputError where it cannot be read or does not fit."""
    try:
        return parse_toml(path.read_text("utf-8"), kind, str(path), hint)
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else f"not UTF-8: {error}"
        raise InputError(f"{path}: {what}", hint=hint) from error


def parse_toml(text: str, kind: type[T], where: str, hint: str) -> T:
    """Parse TOML as a record. InputError, which says ``where``, for what does not fit."""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{where}: {error}", hint=hint) from error
    return as_record(values, kind, where, hint)


def as_record(values: object, kind: type[T], where: str, hint: str = "") -> T:
    """Convert plain values to a record. InputError for what does not fit, with what would."""
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        from kb.allowed_values import allowed  # which takes long to load

        raise InputError(f"{where}: {error}", hint=allowed(kind, str(error)) or hint) from error
