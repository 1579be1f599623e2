"""A case's page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import groupby

import msgspec
from markupsafe import Markup, escape

from kb.cases.record import Case, Identifier, Origin, Turn, from_json
from kb.model import PageId
from kb.publish.body import Bodies
from kb.publish.catalogue import Catalogue
from kb.publish.durations import days_to_resolve
from kb.publish.names import case_path, identifier_path, root_of, url_of
from kb.publish.preview import Preview, is_picture
from kb.publish.render import Renderer, short
from kb.publish.story import Reason, edits, naming, reason_of, steps_of, value_of


class Shown(msgspec.Struct, frozen=True):
    """A file as a page shows it; no URL where the site does not hold it."""

    name: str
    url: str | None
    image: bool
    origin: Origin | None = None
    preview: Preview | None = None


class Number(msgspec.Struct, frozen=True):
    """An identifier as a page shows it."""

    value: str
    url: str | None
    spots: list[Origin]


class Link(msgspec.Struct, frozen=True):
    """Another case and why it is related."""

    id: str
    url: str | None
    reasons: tuple[Reason, ...]


def case_writer(
    catalogue: Catalogue, renderer: Renderer, write: Callable[[str, bytes], None]
) -> Callable[[bytes], None]:
    """What makes and writes the page of a record."""

    def work(record: bytes) -> None:
        case = from_json(record)
        write(case_path(case.source.wiki, case.id), case_page(case, catalogue, renderer))

    return work


def case_page(case: Case, catalogue: Catalogue, renderer: Renderer) -> bytes:
    """HTML of the case's page."""
    path = case_path(case.source.wiki, case.id)
    root = root_of(path)
    page = PageId(case.source.wiki, case.source.page, case.source.locale)
    page_url = catalogue.page_url(page, root)
    at = _origin_links(page_url)
    heading, more = _heading(case)
    return renderer.page(
        "case.html", path, f"{short(heading, 80)} · {case.id}" if case.problem else case.id,
        description=short(case.problem), og_type="article", case=case, page_url=page_url,
        original=_http(case.source.url), heading=heading, problem_more=more, at=at,
        body=Bodies(page, root, catalogue, catalogue.syntax_of(page)),
        events=edits(case.timeline), name=naming(case), said=value_of,
        took=days_to_resolve(case), steps=steps_of(case.resolution.text if case.resolution else ""),
        marked=case.origins.get("/status") if case.status != "unset" else None,
        origin=lambda pointer: at(case.origins.get(pointer)), rounds=_rounds(case.turns),
        numbers=_numbers(case.identifiers, catalogue, root), speakers=_speakers(case.turns),
        files=list(_files(case, page, catalogue, root)), related=_related(case, catalogue, root),
    )  # fmt: skip


def _heading(case: Case) -> tuple[str, bool]:
    """The page's heading, and whether the problem says more than that."""
    first = case.problem.strip().split("\n", 1)[0].strip()
    heading = short(first, 120) or case.id
    return heading, heading != case.problem.strip()


def _http(url: str | None) -> str | None:
    """The URL if a browser may safely follow it."""
    return url if url and url.lower().startswith(("http://", "https://")) else None


def _origin_links(page_url: str | None) -> Callable[[Origin | None], Markup]:
    """What prints an origin: a small link to the lines of the source page."""
    if page_url is None:
        return lambda origin: Markup("")
    before = escape(page_url)

    def link(origin: Origin | None) -> Markup:
        if origin is None:
            return Markup("")
        first, last = origin.lines
        many = f"?to={last}" if last > first else ""
        known, version = _known(origin.version, origin.author, origin.date)
        span = f"{first}–{last}" if last > first else f"{first}"
        return Markup(  # noqa: S704  (every part is escaped)
            f'<a class="o" href="{before}{many}#L{first}" title="{known}">L{span}{version}</a>'
        )

    return link


@lru_cache(maxsize=64)
def _known(version: str | None, author: str | None, date: str | None) -> tuple[str, str]:
    """What is known of an origin, and its version, as HTML: a case's lines have few of them."""
    known = escape(" · ".join(v for v in (version, author, date) if v))
    return str(known), f"<i> v{escape(version)}</i>" if version else ""


def _rounds(turns: Iterable[Turn]) -> list[tuple[int | None, list[Turn]]]:
    return [(number, list(group)) for number, group in groupby(turns, key=lambda t: t.round)]


def _numbers(
    found: Iterable[Identifier], catalogue: Catalogue, root: str
) -> list[tuple[str, list[Number]]]:
    """Identifiers by kind, each value once, in the order of the case."""
    kinds: dict[str, dict[str, list[Origin]]] = {}
    for one in found:
        spots = kinds.setdefault(one.kind, {}).setdefault(one.value, [])
        if one.origin not in spots:
            spots.append(one.origin)
    return [
        (kind, [Number(value, _number_url((kind, value), catalogue, root), spots)
                for value, spots in values.items()])
        for kind, values in kinds.items()
    ]  # fmt: skip


def _number_url(identifier: tuple[str, str], catalogue: Catalogue, root: str) -> str | None:
    """The page of an identifier that other cases name too."""
    return root + url_of(identifier_path(*identifier)) if catalogue.is_shared(identifier) else None


def _speakers(turns: Iterable[Turn]) -> list[str]:
    return list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker))


def _files(case: Case, page: PageId, catalogue: Catalogue, root: str) -> Iterable[Shown]:
    for file in case.attachments:
        image = file.kind == "image" and is_picture(file.name)
        yield Shown(file.name, catalogue.file_url(page, file.name, root), image, file.origin)


def _related(case: Case, catalogue: Catalogue, root: str) -> list[Link]:
    wiki = case.source.wiki
    return [
        Link(
            other.id, catalogue.case_url(wiki, other.id, root),
            tuple(reason_of(via, catalogue, root) for via in other.via),
        )
        for other in case.related
    ]  # fmt: skip
