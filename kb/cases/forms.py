"""Cases that are no heading: whole pages, rows of tables, task macros, objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from kb.archive.views import PageView
from kb.cases.block import BlockReader
from kb.cases.draft import Draft, DraftField, DraftText, DraftTurn, Heading, Kind, Named, Place
from kb.cases.ending import Tools
from kb.cases.files import find_files
from kb.cases.labels import cells_of
from kb.cases.names import names_in
from kb.cases.profile import CaseRule
from kb.cases.rules import label_key
from kb.cases.shown import Shown, shown
from kb.cases.status import Option, Reading, joint
from kb.cases.values import day, moment, parsed
from kb.model import PropertyValue
from kb.references import split_reference

_TASK = re.compile(
    r"(?<!~)\{\{task(?P<parameters>(?:\s[^{}]{0,1000})?)\}\}(?P<text>.{0,20000}?)\{\{/task\}\}",
    re.DOTALL,
)
_PARAMETER = re.compile(r"(\w{1,40})\s*=\s*\"((?:[^\"~]|~.){0,500})\"")


class Form(NamedTuple):
    """A case found: its first line on the page (from 0), its draft, its lines, its readings."""

    first: int
    draft: Draft
    lines: list[str]
    shown: list[Shown | None]
    readings: list[Reading]


def forms(page: PageView, opaque: Sequence[bool], tools: Tools) -> Iterator[Form]:
    """The cases of the page by the profiles whose cases do not begin with a heading."""
    lines = [line.text for line in page.lines]
    for profile in tools.rules.profiles:
        rule = profile.case
        if rule.begins == "page":
            yield _page(page, lines, opaque, rule, tools)
        elif rule.begins == "row":
            yield from _rows(lines, opaque, rule, tools)
        elif rule.begins == "task":
            yield from _tasks(lines, rule, tools)
        elif rule.begins == "object":
            yield from _objects(page, rule, tools)


def page_title(page: PageView) -> str:
    """The page's title, or the last of its names that says something."""
    names = [name for name in split_reference(page.id.page) if name != "WebHome"]
    return page.title or (names[-1] if names else page.id.page)


def _page(
    page: PageView, lines: list[str], opaque: Sequence[bool], rule: CaseRule, tools: Tools
) -> Form:
    heading = Heading("", None, None, "", page_title(page), rule)
    reader = BlockReader(lines, opaque, heading, tools)
    draft = reader.read()
    if rule.comments:
        whole = Place(0, max(len(lines) - 1, 0))
        draft.turns += [
            DraftTurn(None, comment.author, comment.text.strip(), whole)
            for comment in page.comments
        ]
    return Form(0, draft, lines, reader.shown, reader.readings())


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

    def form(self, first: int, lines: list[str], kind: Kind) -> Form:
        """What came of it."""
        self.draft.kinds = [kind if line.strip() else Kind.BLANK for line in lines]
        self.draft.status = joint(self.readings)
        seen: list[Shown | None] = [shown(line) for line in lines]
        find_files(self.draft, seen)
        return Form(first, self.draft, lines, seen, self.readings)


def _rows(lines: list[str], opaque: Sequence[bool], rule: CaseRule, tools: Tools) -> Iterator[Form]:
    """Rows below a row of headings, of which the profiles know two labels at least."""
    labels: list[str] = []
    for number, raw in enumerate(lines):
        line = shown(raw)
        cells = [] if opaque[number] else cells_of(line)
        values = [line.cut(cell.start, cell.end) for cell in cells]
        if not cells:
            labels = []
        elif all(cell.heading for cell in cells):
            labels = values if _known(values, tools) > 1 else []
        elif labels:
            sheet = _Sheet(" · ".join(values), 1, rule, tools)
            for label, value in zip(labels, values, strict=False):
                sheet.put(label, value)
            yield sheet.form(number, [raw], Kind.FIELD)


def _known(labels: list[str], tools: Tools) -> int:
    rules = tools.rules
    special = rules.ids | rules.days
    return sum(rules.meaning(n) is not None or label_key(n) in special for n in labels)


def _tasks(lines: list[str], rule: CaseRule, tools: Tools) -> Iterator[Form]:
    """`{{task reference="…" status="Done"}}text{{/task}}`."""
    text = "\n".join(lines)
    at = number = 0
    for match in _TASK.finditer(text):
        number += text.count("\n", at, match.start())
        at = match.start()
        own = match[0].split("\n")
        sheet = _Sheet(" ".join(match["text"].split())[:200], len(own), rule, tools)
        for name, value in _PARAMETER.findall(match["parameters"]):
            sheet.put(name, re.sub(r"~(.)", r"\1", value))
        said = match["text"].strip()
        sheet.draft.problem = DraftText("", said, Place(0, len(own) - 1))
        yield sheet.form(number, own, Kind.PROBLEM)


def _objects(page: PageView, rule: CaseRule, tools: Tools) -> Iterator[Form]:
    """Objects of the classes that the rule names; all stand where the page's text stands."""
    for found in page.objects:
        if not _fits(found.class_name, rule.classes):
            continue
        title = page_title(page)
        sheet = _Sheet(f"{title} {found.class_name}[{found.number}]", 1, rule, tools)
        for label, value in found.properties.items():
            if (text := _written(value)) is not None:
                sheet.put(label, text)
        values = (f"{k}: {_written(v) or ''}" for k, v in found.properties.items())
        yield sheet.form(0, [" ".join(" ".join(values).split())], Kind.FIELD)


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
