"""A case's page: its texts, the lines that each value comes from, its timeline, other cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from markupsafe import Markup, escape

from kb.cases.record import Case, Identifier, Origin, from_json
from kb.model import PageId
from kb.publish.pages.attached_files import ShownFile, is_picture
from kb.publish.pages.case_story import RelationReason, edits, naming, reason_of, steps_of, value_of
from kb.publish.paths import case_path, root_of
from kb.publish.renderer import MadeFile, Renderer, digest_of, short
from kb.publish.site_catalogue import CaseFacts, Catalogue, days_to_resolve
from kb.publish.wiki_text.rendering import WikiTextRenderer


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownIdentifier:
    """An identifier, the page of the cases that name it, and where this case names it."""

    value: str
    url: str | None
    spots: list[Origin]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedCase:
    """Another case and why it is related."""

    id: str
    url: str | None
    reasons: tuple[RelationReason, ...]


def case_digest(facts: CaseFacts, catalogue: Catalogue) -> bytes:
    """Digest of what a case's page depends on: its record, its source page, what it can link to."""
    wiki = facts.card.wiki
    page = catalogue.pages.get(facts.card.page)
    linked = [(wiki, other) in catalogue.ids for other in facts.related]
    shared = [identifier in catalogue.shared for identifier in facts.identifiers]
    return digest_of(facts.digest, page.digest if page else b"", linked, shared)


def case_writer(
    catalogue: Catalogue, renderer: Renderer, write: Callable[[str, bytes], MadeFile]
) -> Callable[[bytes], MadeFile]:
    """Return what makes and writes the page of a record."""

    def work(record: bytes) -> MadeFile:
        case = from_json(record)
        return write(case_path(case.source.wiki, case.id), case_page(case, catalogue, renderer))

    return work


def case_page(case: Case, catalogue: Catalogue, renderer: Renderer) -> bytes:
    """Make the HTML of a case's page."""
    path = case_path(case.source.wiki, case.id)
    root = root_of(path)
    page = PageId(case.source.wiki, case.source.page, case.source.locale)
    page_url = catalogue.page_url(page, root)
    source = catalogue.pages.get(page)
    at = _origin_links(page_url)
    problem = case.problem.strip()
    heading = short(problem.split("\n", 1)[0].strip(), 120) or case.id
    return renderer.page(
        "case.html", path, f"{short(heading, 80)} · {case.id}" if case.problem else case.id,
        description=short(case.problem), og_type="article", case=case, page_url=page_url,
        original=_http(case.source.url), heading=heading,
        problem_more=heading != problem, at=at,
        body=WikiTextRenderer(page, root, catalogue, source.syntax if source else None),
        events=edits(case.timeline), name=naming(case), said=value_of,
        took=days_to_resolve(case), steps=steps_of(case.resolution.text if case.resolution else ""),
        marked=case.origins.get("/status") if case.status != "unset" else None,
        origin=lambda pointer: at(case.origins.get(pointer)),
        rounds=[(n, list(turns)) for n, turns in groupby(case.turns, key=attrgetter("round"))],
        numbers=_identifiers(case.identifiers, catalogue, root),
        speakers=list(dict.fromkeys(turn.speaker for turn in case.turns if turn.speaker)),
        files=list(_files(case, page, catalogue, root)), related=_related(case, catalogue, root),
    )  # fmt: skip


def _http(url: str | None) -> str | None:
    """The URL if its scheme is HTTP; no other is safe to follow."""
    return url if url and url.lower().startswith(("http://", "https://")) else None


def _origin_links(page_url: str | None) -> Callable[[Origin | None], Markup]:
    """Return what prints an origin: a small link to the lines of the source page."""
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
    """What is known of an origin, and its version, as HTML. A case's lines have few of them."""
    known = escape(" · ".join(v for v in (version, author, date) if v))
    return str(known), f"<i> v{escape(version)}</i>" if version else ""


def _identifiers(
    found: Iterable[Identifier], catalogue: Catalogue, root: str
) -> list[tuple[str, list[ShownIdentifier]]]:
    """Identifiers by kind, each value once, in the order of the case."""
    kinds: dict[str, dict[str, list[Origin]]] = {}
    for one in found:
        spots = kinds.setdefault(one.kind, {}).setdefault(one.value, [])
        if one.origin not in spots:
            spots.append(one.origin)
    return [
        (kind, [
            ShownIdentifier(
                value=value, url=catalogue.identifier_url(kind, value, root), spots=spots
            )
            for value, spots in values.items()
        ])
        for kind, values in kinds.items()
    ]  # fmt: skip


def _files(case: Case, page: PageId, catalogue: Catalogue, root: str) -> Iterable[ShownFile]:
    for file in case.attachments:
        image = file.kind == "image" and is_picture(file.name)
        url = catalogue.file_url(page, file.name, root)
        yield ShownFile(name=file.name, url=url, image=image, origin=file.origin)


def _related(case: Case, catalogue: Catalogue, root: str) -> list[RelatedCase]:
    wiki = case.source.wiki
    return [
        RelatedCase(
            id=other.id, url=catalogue.case_url(wiki, other.id, root),
            reasons=tuple(reason_of(via, catalogue, root) for via in other.via),
        )
        for other in case.related
    ]  # fmt: skip
