"""What is told of a page besides its text: its front matter, and its objects as a file of data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from importers.markdown.memory import OBJECTS, PageObjects
from kb.archive import Archive, PageView
from kb.cases.record import Case
from kb.export.report import Loss
from kb.frontmatter import Yaml
from kb.redact.public_rules import without_secrets
from kb.references import split_reference

_MAY_BE_EMPTY = ("title", "parent", "creator", "syntax", "created", "url")
"""Facts of which it is told that they are known to be empty."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d))?")


def case_facts(case: Case) -> dict[str, Yaml]:
    """Return the values of a case that one sorts and filters by; ``fields`` by their labels."""
    fields: dict[str, Yaml] = {}
    for field in case.fields:
        if field.value:
            before = fields.get(field.label)
            fields[field.label] = f"{before}; {field.value}" if before else field.value
    return {
        "id": case.id, "status": case.status, "date": case.date, "station": case.station,
        "engineers": list(case.engineers), "problem": case.problem, "fields": fields,
    }  # fmt: skip


def page_facts(
    page: PageView, names: Mapping[str, str], cases: Iterable[Mapping[str, Yaml]]
) -> dict[str, Yaml]:
    """Return the page's facts: title and tags where all programs look, the rest as `wiki`."""
    authors = dict.fromkeys(line.author for line in page.lines if line.author)
    about: dict[str, Yaml] = {
        "untitled": page.title is None or None,
        "title": page.title if page.title and page.title != title_of(page) else None,
        "empty": [key for key in _MAY_BE_EMPTY if getattr(page, key) == ""],
        "name": page.id.wiki, "reference": page.id.page, "locale": page.id.locale,
        "version": page.version, "syntax": page.syntax, "history": page.history,
        "authors": [names.get(author, author) for author in authors],
        "creator": page.creator, "created": page.created, "modified": _modified(page),
        "parent": page.parent, "hidden": page.hidden, "url": page.url,
        "comments": [
            {
                "number": c.number, "author": c.author, "date": c.date, "reply_to": c.reply_to,
                "selection": c.selection, "resolved": c.resolved, "text": c.text,
            }
            for c in page.comments
        ],
    }  # fmt: skip
    return {
        "title": title_of(page),
        "tags": list(page.tags),
        "wiki": about,
        "cases": list(cases),
    }


def title_of(page: PageView) -> str:
    """Return the page's title, else the last of its names that says something."""
    names = split_reference(page.id.page)
    own = names[-2] if len(names) > 1 and names[-1] == "WebHome" else names[-1]
    return " ".join((page.title or "").split()) or own


def _modified(page: PageView) -> str | None:
    return page.modified or max((line.date for line in page.lines if line.date), default=None)


def built_dates(page: PageView) -> dict[str, Yaml]:
    """Return `date` and `lastmod` for a builder that refuses a date less than whole."""
    pairs = (("date", page.created), ("lastmod", _modified(page)))
    return {key: value for key, value in pairs if value and _DATE.fullmatch(value)}


def objects_path(page_path: str) -> str:
    """Return where the objects of the page at a path of the content folder stand in the tree.

    No builder publishes that folder: objects have more in them than readers were meant to see.
    """
    return f"{OBJECTS}/{page_path.removesuffix('.md')}.json"


def objects_of(archive: Archive, page: PageView) -> tuple[bytes | None, list[Loss]]:
    """Return the page's objects and class as JSON, None where it has none, and what is left out."""
    class_ = archive.class_(page.key)
    if not page.objects and class_ is None:
        return None, []
    objects = [without_secrets(one) for one in page.objects]
    lost = [
        Loss("property", page.id.page, one.class_name, "dropped", "a password's hash or a key")
        for one, kept in zip(page.objects, objects, strict=True)
        if kept is not one
    ]
    found = PageObjects(
        reference=page.id.page, locale=page.id.locale, objects=objects, class_=class_
    )
    return msgspec.json.format(msgspec.json.encode(found)) + b"\n", lost
