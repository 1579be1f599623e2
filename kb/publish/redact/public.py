"""The public material of a home: cases and pages without what is protected."""

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
from kb.publish.material import Leaf, Material, Version
from kb.publish.redact.people import protect_case, protect_name, protect_page, protect_rules
from kb.publish.redact.protected import Protected
from kb.publish.redact.rights import Rights
from kb.publish.redact.rules import Rules

_KEPT = frozenset({
    "schema_version", "number", "lines", "version", "date", "status", "language", "history",
    "locale", "change", "kind", "code", "round", "wiki",
})  # fmt: skip
"""Keys of a record whose values are the project's own words, or numbers and dates."""


class PublicMaterial:
    """Another material, redacted. It reads everything once at the beginning."""

    def __init__(self, inner: Material, rules: Rules, key: bytes) -> None:
        self.inner = inner
        self.rules = rules
        self.protected = Protected(rules, key)
        self._rights = Rights()
        self._hidden: set[PageId] = set()
        self._learn()

    def _learn(self) -> None:
        protect_rules(self.protected, self.rules)
        seen: set[PageId] = set()
        for leaf in self.inner.pages():
            page = leaf.read()
            self._rights.learn(page)
            protect_page(self.protected, page)
            for author in sorted(leaf.authors()):
                protect_name(self.protected, author)
            if page.hidden or page.gone or self._matches(page.id.page, self.rules.exclude):
                self._hidden.add(page.id)
            seen.add(page.id)
        for record in self.inner.records():
            protect_case(self.protected, from_json(record), self.rules)

    def records(self) -> Iterable[bytes]:
        """Cases that may be public."""
        for record in self.inner.records():
            case = from_json(record)
            if self._is_public(case):
                yield msgspec.json.encode(self._redacted(msgspec.json.decode(record)))

    def pages(self) -> Iterable[Leaf]:
        """Pages that guests could read, under names that tell nothing."""
        for leaf in self.inner.pages():
            if self._shown(leaf.id):
                view = self._view(leaf.read())
                seen = msgspec.msgpack.encode((leaf.digest, view))
                digest = hashlib.blake2b(seen, digest_size=16).digest()
                yield Leaf(view.id, digest, partial(_same, view), partial(self._versions, leaf))

    def blob(self, sha256: str) -> bytes:
        """Bytes of an attachment that is listed."""
        return self.inner.blob(sha256)

    def _is_public(self, case: Case) -> bool:
        page = PageId(case.source.wiki, case.source.page, case.source.locale)
        return self._shown(page) and not self._matches(case.id, self.rules.withhold)

    def _shown(self, page: PageId) -> bool:
        return page not in self._hidden and self._rights.guests_may_view(page.wiki, page.page)

    @staticmethod
    def _matches(name: str, patterns: Iterable[str]) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in patterns)

    def _redacted(self, record: dict[str, Any]) -> dict[str, Any]:
        record["attachments"] = [
            file for file in record["attachments"]
            if self._matches(file["name"], self.rules.attachments)
        ]  # fmt: skip
        record["source"]["url"] = None
        for field in record["fields"]:
            if field["name"] in self.rules.kinds:
                field["parsed"] = None
                field["value"] = self._whole(field["name"], field["value"])
        for identifier in record["identifiers"]:
            if identifier["kind"] in self.rules.kinds:
                identifier["value"] = self._whole(identifier["kind"], identifier["value"])
        done: dict[str, Any] = self._clean(record)
        return done

    def _whole(self, kind: str, value: str) -> str:
        """A value that is protected as a whole, even where nothing in it could be found."""
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
        files = (f for f in page.attachments if self._matches(f.name, self.rules.attachments))
        return msgspec.structs.replace(
            page, id=name, title=clean(page.title or "") or None, parent=None, creator=None,
            url=None, lines=tuple(self._lines(page.lines)), comments=(), objects=(),
            attachments=tuple(msgspec.structs.replace(f, author=None, comment=None) for f in files),
            tags=tuple(map(clean, page.tags)), digest=b"",
        )  # fmt: skip

    def _versions(self, leaf: Leaf) -> Iterator[Version]:
        clean = self.protected.replaced
        for about, source in leaf.versions():
            public = msgspec.structs.replace(
                about, author=clean(about.author) if about.author else None,
                comment=clean(about.comment or "") or None, title=clean(about.title or "") or None,
            )  # fmt: skip
            lines = map(clean, source.split("\n")) if source is not None else None
            yield Version(public, None if lines is None else "\n".join(lines))

    def _lines(self, lines: Iterable[LineView]) -> Iterator[LineView]:
        clean = self.protected.replaced
        for line in lines:
            author = clean(line.author) if line.author else None
            yield msgspec.structs.replace(line, text=clean(line.text), author=author)


def _same(view: PageView) -> PageView:
    return view
