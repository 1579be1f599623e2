"""Cases that are no heading: whole pages, rows of tables, task macros, objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import NamedTuple

from kb.archive.views import PageView
from kb.cases.lines.display import Shown, shown
from kb.cases.lines.labels import cells_of
from kb.cases.lines.people import names_in
from kb.cases.lines.status import Option, Reading, joint
from kb.cases.lines.values import day, moment, parsed
from kb.cases.lines.vocabulary import label_key
from kb.cases.profile.profile import CaseRule
from kb.cases.reader.draft import (
    Draft,
    DraftField,
    DraftText,
    DraftTurn,
    Heading,
    Kind,
    Named,
    Place,
)
from kb.cases.reader.ending import Tools
from kb.cases.reader.files import find_files
from kb.cases.reader.reader import BlockReader
from kb.model import Comment, PropertyValue, WikiObject
from kb.references import split_reference

_TASK = re.compile(
    r"(?<!~)\{\{task(?P<parameters>(?:\s[^{}]{0,1000})?)\}\}(?P<text>.{0,20000}?)\{\{/task\}\}",
    re.DOTALL,
)
_PARAMETER = re.compile(r"(\w{1,40})\s*=\s*\"((?:[^\"~]|~.){0,500})\"")


class Form(NamedTuple):
    """A case read: its draft, its lines, what they show, what its status lines say."""

    draft: Draft
    lines: list[str]
    shown: list[Shown | None]
    readings: list[Reading]


class Found(NamedTuple):
    """A case found and not read yet."""

    first: int
    """Its first line on the page, from 0."""
    key: tuple[object, ...]
    """What the reading depends on: two places with the same key read the same."""
    read: Callable[[], Form]


def forms(page: PageView, opaque: Sequence[bool], tools: Tools) -> Iterator[Found]:
    """The cases of the page by the profiles whose cases do not begin with a heading."""
    yield from forms_in(page_title(page), [line.text for line in page.lines], opaque, tools, page)


def forms_in(
    title: str, lines: list[str], opaque: Sequence[bool], tools: Tools,
    page: PageView | None = None,
) -> Iterator[Found]:  # fmt: skip
    """The cases of a page's text, in one of its versions; objects and comments are the page's."""
    for profile in tools.rules.profiles:
        rule = profile.case
        if rule.begins == "page":
            comments = page.comments if page and rule.comments else ()
            yield _page(title, lines, opaque, comments, rule, tools)
        elif rule.begins == "row":
            yield from _rows(lines, opaque, rule, tools)
        elif rule.begins == "task":
            yield from _tasks(lines, rule, tools)
        elif rule.begins == "object" and page:
            yield from _objects(title, page.objects, rule, tools)


def page_title(page: PageView) -> str:
    """The page's title, or the last of its names that says something."""
    names = [name for name in split_reference(page.id.page) if name != "WebHome"]
    return page.title or (names[-1] if names else page.id.page)


def _page(
    title: str, lines: list[str], opaque: Sequence[bool], comments: Sequence[Comment],
    rule: CaseRule, tools: Tools,
) -> Found:  # fmt: skip
    def read() -> Form:
        heading = Heading("", None, None, "", title, rule)
        reader = BlockReader(lines, opaque, heading, tools)
        draft = reader.read()
        whole = Place(0, max(len(lines) - 1, 0))
        draft.turns += [
            DraftTurn(None, comment.author, comment.text.strip(), whole) for comment in comments
        ]
        return Form(draft, lines, reader.shown, reader.readings())

    hidden = tuple(n for n, flag in enumerate(opaque) if flag)
    return Found(0, ("page", title, hidden, *lines), read)


class _Sheet:
    """A case from labelled values that stand in one place."""

    def __init__(self, title: str, length: int, rule: CaseRule, tools: Tools) -> None:
        self._tools = tools
        self._place = Place(0, length - 1)
        self.draft = Draft(heading=Heading("", None, None, "", title, rule), length=length)
        self.readings: list[Reading] = []

    def put(self, label: str, value: str) -> None:
        """Take a value for what its label means."""
        rules = self._tools.rules
        meaning = rules.meaning(label)
        role = meaning.role if meaning else "field"
        key = label_key(label)
        if key in rules.ids and value:
            self._head(id=value, number=int(value) if value.isdecimal() else None)
        elif key in rules.days and (when := day(value, rules) or moment(value, rules)):
            self._head(date=when[:10])
        elif role == "status":
            line = shown(value)
            reading = self._tools.status.read([Option(line, 0, len(line.text))], "")
            self.readings.append(reading)
            self.draft.status_place = self._place
        elif role == "engineer" and meaning:
            rule = rules.profiles[meaning.profile].engineers
            names = names_in(value, rule, rules.nobody)
            self.draft.engineers += [Named(name, self._place) for name in names]
        elif role == "problem":
            before = self.draft.problem.text + "\n" if self.draft.problem else ""
            self.draft.problem = DraftText("", before + value, self._place)
        elif role == "station" and self.draft.station is None:
            self.draft.station = DraftText(label, value, self._place)
        else:
            kind = meaning.type if meaning else "text"
            done = parsed(value, kind, rules)
            name = meaning.name if meaning else label
            self.draft.fields.append(DraftField(name, label, value, done, kind, self._place))

    def _head(self, **values: object) -> None:
        self.draft.heading = self.draft.heading._replace(**values)  # type: ignore[arg-type]

    def form(self, lines: list[str], kind: Kind) -> Form:
        """What came of it."""
        self.draft.kinds = [kind if line.strip() else Kind.BLANK for line in lines]
        self.draft.status = joint(self.readings)
        seen: list[Shown | None] = [shown(line) for line in lines]
        find_files(self.draft, seen)
        return Form(self.draft, lines, seen, self.readings)


def _rows(
    lines: list[str], opaque: Sequence[bool], rule: CaseRule, tools: Tools
) -> Iterator[Found]:
    """Rows below a row of headings, of which the profiles know two labels at least."""
    labels: tuple[str, ...] = ()
    for number, raw in enumerate(lines):
        bare = raw.lstrip()
        if opaque[number] or not bare.startswith(("|", "(%", "!")):
            labels = ()
            continue
        if "|=" in bare and (cells := _all_headings(shown(raw))):
            labels = cells if _known(cells, tools) > 1 else ()
        elif labels:
            yield Found(number, ("row", labels, raw), partial(_row, labels, raw, rule, tools))


def _all_headings(line: Shown) -> tuple[str, ...]:
    """The texts of a row's cells where all of them are headings."""
    cells = cells_of(line)
    if not all(cell.heading for cell in cells):
        return ()
    return tuple(line.cut(cell.start, cell.end) for cell in cells)


def _row(labels: tuple[str, ...], raw: str, rule: CaseRule, tools: Tools) -> Form:
    line = shown(raw)
    values = [line.cut(cell.start, cell.end) for cell in cells_of(line)]
    sheet = _Sheet(" · ".join(values), 1, rule, tools)
    for label, value in zip(labels, values, strict=False):
        sheet.put(label, value)
    return sheet.form([raw], Kind.FIELD)


def _known(labels: Sequence[str], tools: Tools) -> int:
    rules = tools.rules
    special = rules.ids | rules.days
    return sum(rules.meaning(n) is not None or label_key(n) in special for n in labels)


def _tasks(lines: list[str], rule: CaseRule, tools: Tools) -> Iterator[Found]:
    """`{{task reference="…" status="Done"}}text{{/task}}`."""
    text = "\n".join(lines)
    at = number = 0
    for match in _TASK.finditer(text):
        number += text.count("\n", at, match.start())
        at = match.start()
        yield Found(number, ("task", match[0]), partial(_task, match, rule, tools))


def _task(match: re.Match[str], rule: CaseRule, tools: Tools) -> Form:
    own = match[0].split("\n")
    sheet = _Sheet(" ".join(match["text"].split())[:200], len(own), rule, tools)
    for name, value in _PARAMETER.findall(match["parameters"]):
        sheet.put(name, re.sub(r"~(.)", r"\1", value))
    sheet.draft.problem = DraftText("", match["text"].strip(), Place(0, len(own) - 1))
    return sheet.form(own, Kind.PROBLEM)


def _objects(
    title: str, objects: Sequence[WikiObject], rule: CaseRule, tools: Tools
) -> Iterator[Found]:
    """Objects of the classes that the rule names; all stand where the page's text stands."""
    for one in objects:
        if _fits(one.class_name, rule.classes):
            key = ("object", one.class_name, one.number)
            yield Found(0, key, partial(_object, title, one, rule, tools))


def _object(title: str, one: WikiObject, rule: CaseRule, tools: Tools) -> Form:
    sheet = _Sheet(f"{title} {one.class_name}[{one.number}]", 1, rule, tools)
    for label, value in one.properties.items():
        if (text := _written(value)) is not None:
            sheet.put(label, text)
    values = (f"{k}: {_written(v) or ''}" for k, v in one.properties.items())
    return sheet.form([" ".join(" ".join(values).split())], Kind.FIELD)


def _fits(name: str, globs: Sequence[str]) -> bool:
    if any(glob.startswith("!") and fnmatchcase(name, glob[1:]) for glob in globs):
        return False
    return any(fnmatchcase(name, glob) for glob in globs if not glob.startswith("!"))


def _written(value: PropertyValue) -> str | None:
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    return None if value is None else str(value)
