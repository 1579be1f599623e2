"""The library: a home, and all that can be done with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, get_args

from kb.config import Home, find_home
from kb.errors import InputError, NotFoundError, UsageError
from kb.files import make_folder, unwritable_told
from kb.library.argument_types import check_part, checked, checks_arguments, globs_of
from kb.library.opened import Opened
from kb.library.stats import Stats
from kb.locks import writing
from kb.model import PageId
from kb.options import Choice

if TYPE_CHECKING:
    from kb.cases.reader.coverage import PageCoverage, TakenLine
    from kb.cases.record import Case, Status
    from kb.export.report import LossReport
    from kb.library.backing_up import BackupReport
    from kb.library.building import Approve
    from kb.library.correcting import Corrector
    from kb.library.pages import Page
    from kb.library.profiling import ProfileInfo, ProposedProfile
    from kb.library.progress import OnProgress
    from kb.library.repairing import RepairReport
    from kb.library.serving import SiteServer
    from kb.library.taking_in import ImportReport
    from kb.library.verifying import Verification
    from kb.publish.site_build.site_builder import BuildReport
    from kb.redact.public_pages import InsideReport
    from kb.redact.public_rules import Audience
    from kb.search.asking.hits import Hits
    from kb.search.documents.search_document import SortOrder
    from kb.verify import Finding


_MOST_NAMED: Final = 10
"""Cases that an error names."""


@checks_arguments
class Library:
    """An archive of wiki pages with its case records, search, site and exports; a context manager.

    A library may be used by several threads: each gets connections of its own, and an iterator
    belongs to the thread that asked for it. `close` closes them all, for good; call it when no
    thread uses the library any more. What reads brings records and index up to the archive first,
    which costs in proportion to what changed. Nothing is printed; errors are `kb.KbError`.
    """

    def __init__(self, home: Home) -> None:
        """``home`` as `kb.open` finds it; its kb.toml was read once."""
        self.home: Final = home
        self._opened: Final = Opened(home)

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Library {str(self.root)!r}>"

    @property
    def root(self) -> Path:
        """The home's folder, with kb.toml and, under `.kb`, the working data."""
        return self.home.root

    def close(self) -> None:
        """Close what any thread has open."""
        self._opened.close()

    # What comes in.

    def import_(
        self, source: str | Path, *more: str | Path,
        format: str | None = None,  # noqa: A002  (what users call it)
        spaces: Sequence[str] = (), pages: Sequence[str] = (), exclude: Sequence[str] = (),
        page_name: str | None = None, history: bool = True, attachments: bool = True,
        user: str | None = None, password_env: str | None = None, cookie_env: str | None = None,
        settings: dict[str, str] | None = None, progress: OnProgress | None = None,
    ) -> ImportReport:  # fmt: skip
        """Import pages with their history from files, folders, XARs or URLs of a wiki.

        ``format`` names the importer, else it is recognised. ``spaces``, ``pages`` and ``exclude``
        are globs on references. ``page_name`` is the reference of a page whose dump does not say
        it. A password is read from the environment variable that ``password_env`` names.
        InputError where nothing is usable, RemoteError where a server refuses; what was taken in
        until then is kept, and the next import goes on from there.
        """
        from kb.library.taking_in import take_in

        choice = Choice(
            spaces=globs_of("spaces", spaces), pages=globs_of("pages", pages),
            exclude=globs_of("exclude", exclude), page_name=page_name,
            history=history, attachments=attachments, user=user, password_env=password_env,
            cookie_env=cookie_env, settings=settings or {},
        )  # fmt: skip
        locations = [os.fspath(one) for one in (source, *more)]
        with unwritable_told(self.home.archive):
            return take_in(self.home, locations, format, choice, progress)

    def sync(self, *, progress: OnProgress | None = None) -> ImportReport:
        """Import every source of kb.toml, only what changed since the last time.

        SyncError where a source could not be had, once all others were imported.
        """
        from kb.library.taking_in import sync

        with unwritable_told(self.home.archive):
            return sync(self.home, progress)

    # What is held.

    def pages(self, reference: str = "*") -> Iterator[Page]:
        """Yield the pages whose reference fits the glob, by wiki, reference and locale."""
        from kb.library.pages import Page

        archive = self._opened.archive()
        keys = [key for key, page, _ in archive.digests() if fnmatchcase(page.page, reference)]
        found = (Page(self._opened.archive, archive.view(key)) for key in keys)
        return self._opened.while_open(found)

    def page(self, reference: str, *, locale: str = "", wiki: str | None = None) -> Page:
        """Return the page of that reference, of the first wiki that has one.

        NotFoundError, with up to five references that come near, where there is none.
        """
        from kb.library.pages import Page

        archive = self._opened.archive()
        usual = wiki or self.home.config.wiki.name
        view = archive.page(PageId(usual, reference, locale))
        if view is not None:
            return Page(self._opened.archive, view)
        ids = [(key, page) for key, page, _ in archive.digests()]
        for key, page in ids if wiki is None else ():
            if (page.page, page.locale) == (reference, locale):
                return Page(self._opened.archive, archive.view(key))
        near = [page.page for _, page in ids if reference.lower() in page.page.lower()]
        hint = f"did you mean: {', '.join(near[:5])}" if near else "kb pages lists the pages"
        raise NotFoundError(f"there is no page {reference!r}", hint=hint)

    def cases(
        self, *, status: Status | None = None, station: str | None = None,
        engineer: str | None = None, speaker: str | None = None, page: str | None = None,
        anomaly: str | None = None, after: str | None = None, before: str | None = None,
    ) -> Iterator[Case]:  # fmt: skip
        """Yield the cases that state all that is asked, by wiki, page and line.

        Texts are globs (`德顺*`), compared without regard to letter case, width and traditional
        forms; of ``page`` letter case counts, as in `pages`. ``after`` and ``before`` are a year, a
        month or a day; a case without a date fits neither. UsageError for a status or a date that
        there is not.
        """
        from kb.library.selecting import CaseFilter

        store = self._opened.store()
        wanted = CaseFilter(
            status=status, station=station, engineer=engineer, speaker=speaker, page=page,
            anomaly=anomaly, after=after, before=before,
        )  # fmt: skip
        return self._opened.while_open(filter(wanted.fits, store.cases()))

    def case(self, id: str) -> Case:  # noqa: A002  (what users call it)
        """Return the case of that id, or the only one of whose id ``id`` is a part.

        A part does not cut a number: `#7` is a part of `hl_case#7_2023`, `202` is not. A case that
        no page has any more is found by its whole id. NotFoundError, with ids that come near,
        where there is none.
        """
        store, archive = self._opened.store(), self._opened.archive()
        case = store.meant(id) or next((c for c in store.removed(archive) if c.id == id), None)
        return case or self._no_case(id)

    def look_up(self, name: str) -> tuple[Case | None, Page | None]:
        """Return the case and the page that a person means by a name. NotFoundError for neither.

        Where there is a page of that reference, a case needs its whole id to be meant.
        """
        page = case = None
        try:
            page = self.page(name)
        except NotFoundError as error:
            no_page = error
        try:
            case = self._opened.store().case(name) if page else self.case(name)
        except NotFoundError as no_case:
            if page is None and len(self._opened.store().having(name)) > 1:
                raise
            near = [e.hint.partition("did you mean: ")[2] for e in (no_case, no_page)]
            found = ", ".join(filter(None, near))
            raise NotFoundError(
                f"there is no case or page {name!r}",
                hint=f"did you mean: {found}" if found else "kb cases lists the cases",
            ) from None
        return case, page

    def removed_cases(self) -> Iterator[Case]:
        """Yield cases that no page has any more, as the last version that had them shows them."""
        removed = self._opened.store().removed(self._opened.archive())
        return self._opened.while_open(removed)

    def stats(self) -> Stats:
        """Count what there is, and list every problem."""
        from kb.cases.store.summary import summarise

        store, archive = self._opened.store(), self._opened.archive()
        return Stats(
            counts=archive.counts(), cases=summarise(store.cases()), public=self.public_pages(),
            problems=(*archive.problems(), *store.problems()),
        )  # fmt: skip

    def public_pages(self) -> InsideReport:
        """Say how many pages the public may see, and which of the others stay inside, and why.

        By XWiki's rights as far as the archive has them, and by `[public]` of kb.toml.
        """
        from kb.redact.public_pages import PublicPages
        from kb.redact.public_rules import rules_of

        rules = rules_of(self.home.config.public)
        return PublicPages.of(
            self._opened.archive(), rules, self._opened.store().problems()
        ).report()

    def verify(
        self, against: str | Path | None = None, *,
        format: str | None = None,  # noqa: A002  (what users call it)
        spaces: Sequence[str] = (), pages: Sequence[str] = (), user: str | None = None,
        password_env: str | None = None, cookie_env: str | None = None,
        expect: str | Path | None = None, on_finding: Callable[[Finding], None] | None = None,
        on_digest: Callable[[str], None] | None = None,
    ) -> Verification:  # fmt: skip
        """Check that the archive is whole and, beside a source, that it lacks nothing of it.

        ``expect`` is the digest that it had, or a file with the digests of its pages and tables, a
        line each; ``on_digest`` is called with these lines. ``on_finding`` is called for each
        difference as it is found. RemoteError where the source cannot be asked.
        """
        from kb.library.verifying import verify

        choice = Choice(
            spaces=globs_of("spaces", spaces), pages=globs_of("pages", pages), user=user,
            password_env=password_env, cookie_env=cookie_env,
        )  # fmt: skip
        location = None if against is None else os.fspath(against)
        return verify(
            self.home, location, format, choice, on_finding,
            expect=None if expect is None else os.fspath(expect), on_digest=on_digest,
        )  # fmt: skip

    def backup(self, dest: str | Path, *, check: bool = False) -> BackupReport:
        """Add a backup of all that cannot be made again to the folder ``dest``, and verify it.

        It holds one moment of the archive, also while something is imported, and stores only what
        no earlier backup there has; with ``check`` those are read through too. It holds personal
        data and the key of the pseudonyms. `kb.restore` brings it back. InputError where ``dest``
        is something else than a new, an empty or a backup's folder.
        """
        from kb.library.backing_up import back_up

        return back_up(self.home, Path(dest), check=check)

    def repair(
        self, *sources: str | Path,
        format: str | None = None,  # noqa: A002  (what users call it)
        spaces: Sequence[str] = (), pages: Sequence[str] = (), user: str | None = None,
        password_env: str | None = None, cookie_env: str | None = None,
    ) -> RepairReport:  # fmt: skip
        """Mend what is damaged of the archive: by what it holds itself, and by sources.

        A source is a folder of backups, or what `import_` takes. What cannot be mended exactly
        stays as it is, and the file as it was is kept. Records, index and state of the site are
        made anew when they are asked for. The library is closed then: open it again.
        """
        from kb.library.repairing import repair

        choice = Choice(
            spaces=globs_of("spaces", spaces), pages=globs_of("pages", pages), user=user,
            password_env=password_env, cookie_env=cookie_env,
        )  # fmt: skip
        self.close()
        return repair(self.home, [os.fspath(one) for one in sources], format, choice)

    # What is found.

    def search(
        self, query: str, *, limit: int = 10, offset: int = 0, sort: SortOrder = "relevance",
        facets: bool = False, explain: bool = False, old: bool = False,
    ) -> Hits:  # fmt: skip
        """Find cases and pages, in Chinese and English, best first.

        The query language is that of `kb search`; whatever is typed means something. ``old``
        searches what earlier versions said. The result iterates over its hits. UsageError for a
        ``limit`` below 1, a negative ``offset``, a ``sort`` that there is not, or for ``old`` where
        kb.toml does not ask for it; RemoteError where an engine elsewhere cannot be asked.
        """
        check_part(limit, offset)
        from kb.search.asking.hits import SearchOptions
        from kb.search.documents.search_document import SortOrder

        if sort not in get_args(SortOrder):
            orders = ", ".join(get_args(SortOrder))
            raise UsageError(f"there is no order {sort!r}", hint=f"one of: {orders}")
        options = SearchOptions(
            limit=limit, offset=offset, sort=sort, facets=facets, explain=explain
        )
        return self._opened.search(old=old).find(query, options)

    def like(self, case: str, *, limit: int = 10) -> Hits:
        """Find what resembles a case, named as for `case`. NotFoundError where there is none."""
        check_part(limit, 0)
        hits = self._opened.search(old=False).like(case, limit)
        if hits is None:
            hits = self._opened.search(old=False).like(self.case(case).id, limit)
        if hits is None:
            raise NotFoundError(f"{case} is on no page any more", hint="kb cases lists the others")
        return hits

    # What is put right.

    def correct(
        self, case: str, what: str, value: str | None, *, why: str, by: str | None = None
    ) -> Path:
        """Put a value of a case right by hand; return the file that it is noted in.

        ``case`` is a whole id, since the correction is kept under it.
        ``what`` is status, problem, station, date, engineers (comma between two), a field's name,
        or a JSON pointer into the record; ``value`` None says that there is no such value. ``by``
        is the login where it is not given. UsageError where the value cannot be one.
        """
        corrector, found = self._corrector(case, why, by)
        return corrector.value(found, what, value)

    def withhold(self, case: str, *, why: str, by: str | None = None) -> Path:
        """Keep a case out of everything public; return the file that it is noted in."""
        corrector, found = self._corrector(case, why, by)
        return corrector.withhold(found)

    def declare_same(self, case: str, other: str, *, why: str, by: str | None = None) -> Path:
        """Declare that two cases are one; return the file that it is noted in."""
        corrector, found = self._corrector(case, why, by)
        return corrector.same(found, self._exact_case(other))

    def _corrector(self, case: str, why: str, by: str | None) -> tuple[Corrector, Case]:
        from kb.library.correcting import Corrector

        return Corrector(self.root, why=why, by=by), self._exact_case(case)

    def _exact_case(self, id: str) -> Case:  # noqa: A002  (what users call it)
        return self._opened.store().case(id) or self._no_case(id)

    def _no_case(self, id: str) -> NoReturn:  # noqa: A002  (what users call it)
        store = self._opened.store()
        if len(several := store.having(id)) > 1:
            more = "" if len(several) <= _MOST_NAMED else ", …"
            raise NotFoundError(
                f"there is no case {id!r}; it is a part of {len(several)} ids",
                hint=f"one of: {', '.join(several[:_MOST_NAMED])}{more}",
            )
        near = store.like(id, 5)
        hint = f"did you mean: {', '.join(near)}" if near else "kb cases lists the cases"
        raise NotFoundError(f"there is no case {id!r}", hint=hint)

    # What goes out.

    def build(
        self, out: str | Path | None = None, *, audience: Audience = "internal",
        approve: Approve | None = None, check: bool = False,
    ) -> BuildReport:  # fmt: skip
        """Write the static site to ``out`` (default: build/AUDIENCE in the home).

        Files that are missing there, or changed in size or time, are made again; ``check`` reads
        all files to find others that were changed.

        A public site has what is personal replaced, and is searched for leaks before it is put in
        its place: LeakError, and nothing changed, where one is found. ``approve`` is called with
        the cases that a public site adds, changes and drops; what it raises keeps it from there.
        """
        from kb.destinations import check_destination, source_paths
        from kb.library.building import build_site
        from kb.redact.public_rules import Audience

        if audience not in get_args(Audience):
            raise UsageError(f"there is no audience {audience!r}", hint="internal or public")
        target = self.home.build / audience if out is None else Path(out)
        sources = source_paths(self.home, self._opened.archive().locations())
        check_destination(target, self.home, sources)
        hint = "name a folder of your own with --out"
        with unwritable_told(target), writing(target, "this site", hint=hint):
            store, archive = self._opened.store(), self._opened.archive()
            with archive.one_moment(), store.one_moment():
                return build_site(self.home, archive, store, target, audience, approve, check=check)

    def export(self, format: str, dest: str | Path, **options: Any) -> LossReport:  # noqa: A002
        """Write everything in an open format to ``dest``; return what was kept and what not.

        ``options`` are those of `kb export`: audience, report, and the format's own.
        UsageError for a format or an option that there is not; LeakError, and nothing written,
        where an export for the public would hold a protected value.
        """
        from kb.export.protocol import exporter_named, options_of
        from kb.export.run import run_export
        from kb.text.interface import own_texts

        dest, exporter = os.fspath(dest), exporter_named(format)
        chosen = options_of(exporter, options)
        texts = own_texts() if chosen.audience == "public" else ()
        with (
            nullcontext()
            if dest == "-"
            else writing(Path(dest), "this destination", hint="name another one")
        ):
            store, archive = self._opened.store(), self._opened.archive()
            with archive.one_moment(), store.one_moment():
                return run_export(
                    exporter, self.home, archive, store, dest, chosen, own_texts=texts
                )

    def server(self, host: str = "127.0.0.1", port: int = 8000) -> SiteServer:
        """Bind a server of the internal site and its search. UsageError where it cannot be."""
        from kb.library.serving import SiteServer

        if not 0 <= port <= 65535:
            raise UsageError(f"{port} is no port", hint="0 to 65535; 0 takes any that is free")
        return SiteServer(self, host, port)

    # How pages become cases.

    def profiles(self) -> list[ProfileInfo]:
        """List the profiles in use, then the other shipped ones."""
        from kb.library.profiling import profiles

        return profiles(self.home)

    def profile(self, name: str) -> ProfileInfo:
        """Return a profile. InputError where there is none of that name, or it is not valid."""
        from kb.library.profiling import profile

        return profile(self.home, name)

    def check_profiles(
        self, pages: str = "*", *, profiles: Sequence[str] = ()
    ) -> list[PageCoverage]:
        """Say of each page with cases what the profiles take of it, and what is doubtful."""
        from kb.library.profiling import check_profiles

        return check_profiles(self.home, self._opened.archive(), pages, profiles)

    def taken_lines(self, page: str) -> list[TakenLine]:
        """Say which rule took each line of a page's cases. NotFoundError where there is no page."""
        from kb.library.profiling import taken_lines_of

        return taken_lines_of(self.home, self.page(page).view)

    def learn_profile(self, pages: str = "*", *, name: str = "learned") -> ProposedProfile:
        """Propose a profile from the pages that fit the glob, for a person to correct."""
        from kb.library.profiling import learn_profile

        return learn_profile(self._opened.archive(), pages, name)


@checked
def open_library(path: str | Path | None = None, *, create: bool = False) -> Library:
    """Open the home in the folder ``path``, or the one that the current folder is in.

    Without ``path`` it is the nearest folder upwards with a kb.toml, else the current one. With
    ``create`` the folder is made where it is missing. InputError where it is missing, or no
    folder, or its kb.toml is not valid.
    """
    folder = None if path is None else Path(path)
    if folder is not None and not folder.exists():
        if not create:
            raise InputError(f"{folder}: no such folder", hint="kb.open(…, create=True) makes it")
        make_folder(folder)
    return Library(find_home(folder))
