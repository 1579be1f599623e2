"""Writes docs/profile.schema.json, the JSON Schema of a profile for editors."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kb.cases.profile.profile import Profile

TARGET = Path(__file__).resolve().parents[1] / "docs" / "profile.schema.json"


def schema() -> bytes:
    """The schema, from the types that read the file."""
    found = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return msgspec.json.format(msgspec.json.encode(found | msgspec.json.schema(Profile))) + b"\n"


if __name__ == "__main__":
    TARGET.write_bytes(schema())
