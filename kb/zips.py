"""Zips of strangers: what reading one may raise."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import Final

DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError,
    LookupError, OverflowError,
)  # fmt: skip
"""All that zipfile raises of a damaged, encrypted or forged one; found by tests/fuzz."""
