"""The material for the public: cases and pages without what is protected."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any

import msgspec

from kb.archive import Archive, AttachmentView, LineView, PageView
from kb.cases.history.named import named_in_case
from kb.cases.record import Case, from_json
from kb.cases.store.store import CaseStore
from kb.config import Home
from kb.model import PageId
from kb.redact.material import ArchiveMaterial, MaterialPage, MaterialVersion, WholeMaterial
from kb.redact.personal_data import protect_named, protect_rules
from kb.redact.protected import ProtectedValues
from kb.redact.pseudonym_key import key_of
from kb.redact.public_files import PublicFiles, fits_any
from kb.redact.public_pages import PublicPages
from kb.redact.public_record import RecordRedaction
from kb.redact.public_rules import rules_of
from kb.redact.undecided_names import NameWatch

_KEPT = 1 << 16
"""Texts that are kept with what became of them: versions, views and records share most lines."""
_COPY = re.compile(r"~\d+$")
"""What tells a second case of an id from the first."""


class PublicMaterial:
    """Another material, redacted. When it is made it reads everything, to learn what to protect."""

    def __init__(
        self, inner: WholeMaterial, visible: PublicPages, key: bytes, watch: NameWatch | None = None
    ) -> None:
        self.inner = inner
        self.rules = visible.rules
        self.protected = ProtectedValues(self.rules, key)
        self.files = PublicFiles(self.rules, self.protected, inner.blob)
        self._watch = watch
        self._visible = visible
        self._withheld: dict[PageId, list[Case]] = {}
        """Cases that are kept back, by the page whose other text may be shown."""
        self._without_past: set[PageId] = set()
        """Pages that hold, or held, such a case: where it stood in a version is not known."""
        self._clean = lru_cache(_KEPT)(self.protected.replaced)
        self._record = RecordRedaction(
            protected=self.protected, clean=self._clean, rules=self.rules, shown=self._shown,
            file_shown=self.files.shown,
        )  # fmt: skip
        self._learn()

    @classmethod
    def of(cls, home: Home, archive: Archive, store: CaseStore) -> PublicMaterial:
        """Return what is public of a home. InputError where kb.toml's rules are wrong."""
        rules = rules_of(home.config.public)
        watch = NameWatch(rules, home.root / ".kb" / "names.db")
        inner = ArchiveMaterial(archive, store)
        return cls(inner, PublicPages.of(archive, rules, store.problems()), key_of(home), watch)

    def check_names(self) -> None:
        """UndecidedNamesError where what was read of this names somebody unknown."""
        if self._watch is not None:
            self._watch.check()

    def _learn(self) -> None:
        protect_rules(self.protected, self.rules)
        protect_named(self.protected, self.inner.named(), self.rules)
        by_hand: set[str] = set()
        for record in self.inner.records():
            case = from_json(record)
            protect_named(self.protected, named_in_case(case), self.rules)
            if self._is_withheld(case):
                self._withheld.setdefault(_page_of(case), []).append(case)
                by_hand.add(_COPY.sub("", case.id))
            if not self._is_public(case):
                self._record.inside.add(case.id)
        self._without_past.update(self._withheld)
        for page, name in self.inner.past():
            if name in by_hand or fits_any(name, self.rules.withhold):
                self._without_past.add(page)
        self._renamed = any(
            self._public_id(page.id) != page.id
            for page in self.inner.pages() if self._shown(page.id)
        )  # fmt: skip
        """Whether a page has another name in public: its place must not tell the old one."""

    def records(self) -> Iterable[bytes]:
        """Cases that may be public, in the order of the pages' public names."""
        public = (record for record in self.inner.records() if self._is_public(from_json(record)))
        done: Iterable[dict[str, Any]] = (
            self._seen(self._record.redacted(msgspec.json.decode(record))) for record in public
        )
        if self._renamed:
            where = itemgetter("wiki", "page", "locale", "lines")
            done = sorted(done, key=lambda record: where(record["source"]))
        return map(msgspec.json.encode, done)

    def pages(self) -> Iterable[MaterialPage]:
        """Pages that guests could read, under names that tell nothing, in the order of these."""
        shown: Iterable[tuple[PageId, MaterialPage]] = (
            (self._public_id(page.id), page)
            for page in self.inner.pages() if self._shown(page.id)
        )  # fmt: skip
        if self._renamed:
            shown = sorted(shown, key=lambda one: one[0])
        for _, page in shown:
            view = self._view(page.read())
            versions = partial(self._versions, page)
            yield MaterialPage(
                id=view.id, digest=self._digest(page, view, versions()),
                read=partial(_same, view), versions=versions,
            )  # fmt: skip

    def _seen(self, record: dict[str, Any]) -> dict[str, Any]:
        """Have a redacted record looked at for names; return it."""
        if self._watch is not None:
            self._watch.note(f"case {record['id']}", record)
        return record

    def _digest(
        self, page: MaterialPage, view: PageView, versions: Iterable[MaterialVersion]
    ) -> bytes:
        """Return a digest of all that the public reads of a page, former versions included.

        What is protected may change while the page does not: another page names somebody for the
        first time. All of it is looked at for names.
        """
        watch = self._watch
        if watch is not None:
            watch.note(page.id.page, [view.id.page, view.title, *view.tags])
            watch.note(page.id.page, [line.text for line in view.lines])
            watch.note(page.id.page, [file.name for file in view.attachments])
        digest = hashlib.blake2b(msgspec.msgpack.encode((page.digest, view)), digest_size=16)
        for version in versions:
            digest.update(msgspec.msgpack.encode(version))
            if watch is not None:
                about = version.about
                watch.note(
                    f"{page.id.page} {about.version}", [about.comment, about.title, version.source]
                )
        return digest.digest()

    def blob(self, sha256: str) -> bytes:
        """Bytes of an attachment that a public page lists."""
        return self.inner.blob(sha256)

    def _is_public(self, case: Case) -> bool:
        return self._shown(_page_of(case)) and not self._is_withheld(case)

    def _is_withheld(self, case: Case) -> bool:
        """True where kb.toml or a correction keeps the case back."""
        by_hand = isinstance(case.x, dict) and "withheld" in case.x
        return by_hand or fits_any(case.id, self.rules.withhold)

    def _shown(self, page: PageId) -> bool:
        return self._visible.visibility(page).open

    def _public_id(self, page: PageId) -> PageId:
        return PageId(page.wiki, self._clean(page.page), page.locale)

    def _view(self, page: PageView) -> PageView:
        clean = self._clean
        kept_back = self._withheld.get(page.id, [])
        theirs = {file.name for case in kept_back for file in case.attachments}
        files = (
            f for f in page.attachments
            if not f.gone and f.name not in theirs and self.files.shown(f.name, f.sha256)
        )  # fmt: skip
        return msgspec.structs.replace(
            page, id=self._public_id(page.id), title=clean(page.title or "") or None, parent=None,
            creator=None, url=None, lines=tuple(self._lines(page.lines, kept_back)), comments=(),
            objects=(), attachments=tuple(map(self._file, files)),
            tags=tuple(map(clean, page.tags)), digest=b"",
        )  # fmt: skip

    def _file(self, file: AttachmentView) -> AttachmentView:
        name = self._clean(file.name)
        return msgspec.structs.replace(file, name=name, author=None, comment=None)

    def _versions(self, page: MaterialPage) -> Iterator[MaterialVersion]:
        clean = self._clean
        for about, source in page.versions():
            public = msgspec.structs.replace(
                about, author=clean(about.author) if about.author else None,
                comment=clean(about.comment or "") or None, title=clean(about.title or "") or None,
            )  # fmt: skip
            if source is None or page.id in self._without_past:
                yield MaterialVersion(public, None)
            else:
                yield MaterialVersion(public, "\n".join(map(clean, source.split("\n"))))

    def _lines(self, lines: Iterable[LineView], without: Iterable[Case]) -> Iterator[LineView]:
        """Yield the lines, those of withheld cases empty, so that the others keep their numbers."""
        clean = self._clean
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
