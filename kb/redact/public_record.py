"""Redact a case record: what is protected is replaced, what leads inside is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from kb.model import PageId
from kb.redact.protected import ProtectedValues
from kb.redact.public_rules import PublicRules

_KEPT: Final = frozenset({
    "schema_version", "number", "lines", "version", "date", "status", "language", "history",
    "locale", "change", "kind", "code", "round", "wiki", "sha256",
})  # fmt: skip
"""Keys of a record whose values are the project's own words, digests, or numbers and dates."""


@dataclass(frozen=True, kw_only=True)
class RecordRedaction:
    """What becomes of a record, as JSON, when the public reads it."""

    protected: ProtectedValues
    clean: Callable[[str], str]
    """Replaces what is protected in a text."""
    rules: PublicRules
    shown: Callable[[PageId], bool]
    """Whether a page may be public."""
    file_shown: Callable[[str, str | None], bool]
    """Whether a file of that name and digest may be public."""
    inside: set[str] = field(default_factory=set)
    """Ids of all cases that are not for the public."""

    def redacted(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the record for the public; ``record`` is used up."""
        record["attachments"] = [
            file for file in record["attachments"]
            if self.file_shown(file["name"], file.get("sha256"))
        ]  # fmt: skip
        source = record["source"]
        source["url"] = None
        record["related"] = [one for one in record["related"] if one["id"] not in self.inside]
        record["timeline"] = [
            event for event in record["timeline"]
            if "page" not in event
            or self.shown(PageId(source["wiki"], event["page"], source["locale"]))
        ]  # fmt: skip
        extra = {key: self._without_inside(value) for key, value in record.get("x", {}).items()}
        for one in record["fields"]:
            if one["name"] in self.rules.kinds:
                one["parsed"] = None
                one["value"] = self._whole(one["name"], one["value"])
        for one in record["identifiers"]:
            if one["kind"] in self.rules.kinds:
                one["value"] = self._whole(one["kind"], one["value"])
        done: dict[str, Any] = self._clean(record)
        if "x" in record:
            done["x"] = self._clean(extra, keys=True)
        return done

    def _without_inside(self, value: Any) -> Any:
        """Leave out of an extension's value the cases that are not for the public."""
        match value:
            case dict():
                return {k: v for k, v in value.items() if k not in self.inside}
            case list():
                return [one for one in value if one not in self.inside]
            case _:
                return value

    def _whole(self, kind: str, value: str) -> str:
        """Protect a value as a whole, even where nothing in it was found."""
        cleaned = self.clean(value)
        return cleaned if cleaned != value or not value else self.protected.pseudonym(kind, value)

    def _clean(self, value: Any, *, keys: bool = False) -> Any:
        """Replace in all texts of a value; with ``keys`` in the names of its parts, too."""
        clean = self.clean
        match value:
            case str():
                return clean(value)
            case list():
                return [self._clean(item, keys=keys) for item in value]
            case dict():
                return {
                    (clean(k) if keys else k): v if k in _KEPT else self._clean(v, keys=keys)
                    for k, v in value.items()
                }
            case _:
                return value
