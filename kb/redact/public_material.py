"""The material for the public: cases and pages without what is protected."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import msgspec

from kb.archive import LineView, PageView
from kb.cases.record import Case, from_json
from kb.model import PageId
from kb.redact.material import Material, MaterialPage, MaterialVersion
from kb.redact.personal_data import protect_case, protect_name, protect_page, protect_rules
from kb.redact.protected import ProtectedValues
from kb.redact.public_pages import PublicPages

_KEPT = frozenset({
    "schema_version", "number", "lines", "version", "date", "status", "language", "history",
    "locale", "change", "kind", "code", "round", "wiki",
})  # fmt: skip
"""Keys of a record whose values are the project's own words, or numbers and dates."""


class PublicMaterial:
    """Another material, redacted. When it is made it reads everything, to learn what to protect."""

    def __init__(self, inner: Material, visible: PublicPages, key: bytes) -> None:
        self.inner = inner
        self.rules = visible.rules
        self.protected = ProtectedValues(self.rules, key)
        self._visible = visible
        self._withheld: dict[PageId, list[Case]] = {}
        """Cases that are kept back, by the page whose other text may be shown."""
        self._inside: set[str] = set()
        """Ids of all cases that are not for the public."""
        self._learn()

    def _learn(self) -> None:
        protect_rules(self.protected, self.rules)
        for page in self.inner.pages():
            protect_page(self.protected, page.read())
            for author in sorted(page.authors()):
                protect_name(self.protected, author)
        for record in self.inner.records():
            case = from_json(record)
            protect_case(self.protected, case, self.rules)
            if self._is_withheld(case):
                self._withheld.setdefault(_page_of(case), []).append(case)
            if not self._is_public(case):
                self._inside.add(case.id)

    def records(self) -> Iterable[bytes]:
        """Cases that may be public."""
        for record in self.inner.records():
            case = from_json(record)
            if self._is_public(case):
                yield msgspec.json.encode(self._redacted(msgspec.json.decode(record)))

    def pages(self) -> Iterable[MaterialPage]:
        """Pages that guests could read, under names that tell nothing."""
        for page in self.inner.pages():
            if self._shown(page.id):
                view = self._view(page.read())
                seen = msgspec.msgpack.encode((page.digest, view))
                yield MaterialPage(
                    id=view.id, digest=hashlib.blake2b(seen, digest_size=16).digest(),
                    read=partial(_same, view), versions=partial(self._versions, page),
                )  # fmt: skip

    def blob(self, sha256: str) -> bytes:
        """Bytes of an attachment that a public page lists."""
        return self.inner.blob(sha256)

    def _is_public(self, case: Case) -> bool:
        return self._shown(_page_of(case)) and not self._is_withheld(case)

    def _is_withheld(self, case: Case) -> bool:
        """True where kb.toml or a correction keeps the case back."""
        by_hand = isinstance(case.x, dict) and "withheld" in case.x
        return by_hand or self._matches(case.id, self.rules.withhold)

    def _shown(self, page: PageId) -> bool:
        return self._visible.visibility(page).open

    @staticmethod
    def _matches(name: str, patterns: Iterable[str]) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in patterns)

    def _redacted(self, record: dict[str, Any]) -> dict[str, Any]:
        record["attachments"] = [
            file for file in record["attachments"]
            if self._matches(file["name"], self.rules.attachments)
        ]  # fmt: skip
        record["source"]["url"] = None
        record["related"] = [one for one in record["related"] if one["id"] not in self._inside]
        for key, value in record.get("x", {}).items():
            record["x"][key] = self._without_inside(value)
        for field in record["fields"]:
            if field["name"] in self.rules.kinds:
                field["parsed"] = None
                field["value"] = self._whole(field["name"], field["value"])
        for identifier in record["identifiers"]:
            if identifier["kind"] in self.rules.kinds:
                identifier["value"] = self._whole(identifier["kind"], identifier["value"])
        done: dict[str, Any] = self._clean(record)
        return done

    def _without_inside(self, value: Any) -> Any:
        """Leave out of an extension's value the cases that are not for the public."""
        match value:
            case dict():
                return {k: v for k, v in value.items() if k not in self._inside}
            case list():
                return [one for one in value if one not in self._inside]
            case _:
                return value

    def _whole(self, kind: str, value: str) -> str:
        """Protect a value as a whole, even where nothing in it was found."""
        cleaned = self.protected.replaced(value)
        return cleaned if cleaned != value or not value else self.protected.pseudonym(kind, value)

    def _clean(self, value: Any) -> Any:
        match value:
            case str():
                return self.protected.replaced(value)
            case list():
                return [self._clean(item) for item in value]
            case dict():
                return {k: v if k in _KEPT else self._clean(v) for k, v in value.items()}
            case _:
                return value

    def _view(self, page: PageView) -> PageView:
        clean = self.protected.replaced
        name = PageId(page.id.wiki, clean(page.id.page), page.id.locale)
        kept_back = self._withheld.get(page.id, [])
        theirs = {file.name for case in kept_back for file in case.attachments}
        files = (
            f for f in page.attachments
            if f.name not in theirs and self._matches(f.name, self.rules.attachments)
        )  # fmt: skip
        return msgspec.structs.replace(
            page, id=name, title=clean(page.title or "") or None, parent=None, creator=None,
            url=None, lines=tuple(self._lines(page.lines, kept_back)), comments=(), objects=(),
            attachments=tuple(msgspec.structs.replace(f, author=None, comment=None) for f in files),
            tags=tuple(map(clean, page.tags)), digest=b"",
        )  # fmt: skip

    def _versions(self, page: MaterialPage) -> Iterator[MaterialVersion]:
        clean = self.protected.replaced
        partly = page.id in self._withheld  # where a case stood in older versions is not known
        for about, source in page.versions():
            public = msgspec.structs.replace(
                about, author=clean(about.author) if about.author else None,
                comment=clean(about.comment or "") or None, title=clean(about.title or "") or None,
            )  # fmt: skip
            shown = None if partly else source
            lines = map(clean, shown.split("\n")) if shown is not None else None
            yield MaterialVersion(public, None if lines is None else "\n".join(lines))

    def _lines(self, lines: Iterable[LineView], without: Iterable[Case]) -> Iterator[LineView]:
        """Yield the lines, those of withheld cases empty, so that the others keep their numbers."""
        clean = self.protected.replaced
        spans = (case.source.lines for case in without)
        empty = {n for first, last in spans for n in range(first, last + 1)}
        for line in lines:
            if line.number in empty:
                yield LineView(line.number, "", line.version, None, line.date)
                continue
            author = clean(line.author) if line.author else None
            yield msgspec.structs.replace(line, text=clean(line.text), author=author)


def _page_of(case: Case) -> PageId:
    return PageId(case.source.wiki, case.source.page, case.source.locale)


def _same(view: PageView) -> PageView:
    return view
