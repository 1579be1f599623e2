"""Where the cases of a page are: below headings, or whole pages, table rows, tasks, objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import NamedTuple

from kb.archive.views import PageView
from kb.cases.lines.display import DisplayLine, display_line
from kb.cases.lines.headings import CaseBlock, CaseHeading, case_blocks
from kb.cases.lines.labels import cells_of
from kb.cases.lines.status import StatusOption, StatusReading, joint_status
from kb.cases.lines.values import names_in, parse_day, parse_moment, parse_value
from kb.cases.lines.vocabulary import label_key
from kb.cases.profile.profile import CaseRule
from kb.cases.reader.draft import (
    Draft,
    DraftField,
    DraftName,
    DraftText,
    DraftTurn,
    LineKind,
    LineSpan,
)
from kb.cases.reader.identifiers import find_attachments
from kb.cases.reader.profile_selection import Grammar
from kb.cases.reader.rules import ReadCase, read_case
from kb.model import Comment, PropertyValue, WikiObject
from kb.references import split_reference

_TASK = re.compile(r"(?<!~)\{\{task(?P<parameters>(?:\s[^{}]{0,1000}+)?)\}\}")
_TASK_END = "{{/task}}"
_LONGEST_TASK = 20_000
"""Characters of a task's text: what is longer was never closed."""
_PARAMETER = re.compile(r"(\w{1,40})\s*=\s*\"((?:[^\"~]|~.){0,500})\"")


class CasePlace(NamedTuple):
    """A case found and not read yet."""

    first: int
    """Its first line on the page, from 0."""
    key: tuple[object, ...]
    """What the reading depends on: two places with the same key read the same."""
    read: Callable[[], ReadCase]


def case_places(
    title: str, lines: list[str], grammar: Grammar, page: PageView | None = None
) -> Iterator[CasePlace]:
    """Yield the cases of a text, in one of its versions: those that begin with a heading first.

    Objects and comments are the page's, where it is given.
    """
    blocks, verbatim = case_blocks(lines, grammar.vocabulary)
    for block in blocks:
        yield _headed(block, lines, verbatim, grammar)
    for profile in grammar.vocabulary.profiles:
        rule = profile.case
        if rule.begins == "page":
            comments = page.comments if page and rule.comments else ()
            yield _page(title, lines, verbatim, comments, rule, grammar)
        elif rule.begins == "row":
            yield from _rows(lines, verbatim, rule, grammar)
        elif rule.begins == "task":
            yield from _tasks(lines, rule, grammar)
        elif rule.begins == "object" and page:
            yield from _objects(title, page.objects, rule, grammar)


def _headed(
    block: CaseBlock, lines: list[str], verbatim: list[bool], grammar: Grammar
) -> CasePlace:
    span = slice(block.first, block.last)
    own, flags = lines[span], verbatim[span]
    hidden = tuple(n for n, flag in enumerate(flags) if flag) if True in flags else ()
    read = partial(read_case, own, flags, block.heading, grammar)
    return CasePlace(block.first, ("\n".join(own).rstrip(), hidden), read)


def page_title(page: PageView) -> str:
    """Return the page's title, or the last of its names that says something."""
    names = [name for name in split_reference(page.id.page) if name != "WebHome"]
    return page.title or (names[-1] if names else page.id.page)


def _page(
    title: str, lines: list[str], verbatim: Sequence[bool], comments: Sequence[Comment],
    rule: CaseRule, grammar: Grammar,
) -> CasePlace:  # fmt: skip
    def read() -> ReadCase:
        heading = CaseHeading("", None, None, "", title, rule)
        case = read_case(lines, verbatim, heading, grammar)
        whole = LineSpan(0, max(len(lines) - 1, 0))
        case.draft.turns += [
            DraftTurn(None, comment.author, comment.text.strip(), whole) for comment in comments
        ]
        return case

    hidden = tuple(n for n, flag in enumerate(verbatim) if flag)
    return CasePlace(0, ("page", title, hidden, *lines), read)


class _ValueSheet:
    """A case made of labelled values that all have the same lines."""

    def __init__(self, title: str, length: int, rule: CaseRule, grammar: Grammar) -> None:
        self._grammar = grammar
        self._span = LineSpan(0, length - 1)
        self.draft = Draft(heading=CaseHeading("", None, None, "", title, rule), length=length)
        self.readings: list[StatusReading] = []

    def put(self, label: str, value: str) -> None:
        """Add a value as what its label means."""
        vocabulary = self._grammar.vocabulary
        meaning = vocabulary.meaning(label)
        role = meaning.role if meaning else "field"
        key = label_key(label)
        if key in vocabulary.ids and value:
            self._set_heading(id=value, number=int(value) if value.isdecimal() else None)
        elif key in vocabulary.days and (
            when := parse_day(value, vocabulary) or parse_moment(value, vocabulary)
        ):
            self._set_heading(date=when[:10])
        elif role == "status":
            line = display_line(value)
            reading = self._grammar.status.read([StatusOption(line, 0, len(line.text))], "")
            self.readings.append(reading)
            self.draft.status_span = self._span
        elif role == "engineer" and meaning:
            rule = vocabulary.profiles[meaning.profile].engineers
            names = names_in(value, rule, vocabulary.nobody)
            self.draft.engineers += [DraftName(name, self._span) for name in names]
        elif role == "problem":
            before = self.draft.problem.text + "\n" if self.draft.problem else ""
            self.draft.problem = DraftText("", before + value, self._span)
        elif role == "station" and self.draft.station is None:
            self.draft.station = DraftText(label, value, self._span)
        else:
            kind = meaning.type if meaning else "text"
            done = parse_value(value, kind, vocabulary)
            name = meaning.name if meaning else label
            self.draft.fields.append(DraftField(name, label, value, done, kind, self._span))

    def _set_heading(self, **values: object) -> None:
        self.draft.heading = self.draft.heading._replace(**values)  # type: ignore[arg-type]

    def case(self, lines: list[str], kind: LineKind) -> ReadCase:
        """Return the case; its lines that are not blank are of the kind."""
        begins = self.draft.heading.rule.begins
        self.draft.kinds = [kind if line.strip() else LineKind.BLANK for line in lines]
        self.draft.rules = [begins if line.strip() else "" for line in lines]
        self.draft.status = joint_status(self.readings)
        displays = [display_line(line) for line in lines]
        find_attachments(self.draft, displays)
        return ReadCase(self.draft, lines, displays, self.readings)


def _rows(
    lines: list[str], verbatim: Sequence[bool], rule: CaseRule, grammar: Grammar
) -> Iterator[CasePlace]:
    """Yield rows below a row of headings, of which the profiles know two labels at least."""
    labels: tuple[str, ...] = ()
    for number, raw in enumerate(lines):
        text = raw.lstrip()
        if verbatim[number] or not text.startswith(("|", "(%", "!")):
            labels = ()
            continue
        if "|=" in text and (cells := _all_headings(display_line(raw))):
            labels = cells if _known(cells, grammar) > 1 else ()
        elif labels:
            yield CasePlace(number, ("row", labels, raw), partial(_row, labels, raw, rule, grammar))


def _all_headings(line: DisplayLine) -> tuple[str, ...]:
    """Return the texts of a row's cells where all of them are headings."""
    cells = cells_of(line)
    if not all(cell.heading for cell in cells):
        return ()
    return tuple(line.cut(cell.start, cell.end) for cell in cells)


def _row(labels: tuple[str, ...], raw: str, rule: CaseRule, grammar: Grammar) -> ReadCase:
    line = display_line(raw)
    values = [line.cut(cell.start, cell.end) for cell in cells_of(line)]
    sheet = _ValueSheet(" · ".join(values), 1, rule, grammar)
    for label, value in zip(labels, values, strict=False):
        sheet.put(label, value)
    return sheet.case([raw], LineKind.FIELD)


def _known(labels: Sequence[str], grammar: Grammar) -> int:
    vocabulary = grammar.vocabulary
    special = vocabulary.ids | vocabulary.days
    return sum(vocabulary.meaning(n) is not None or label_key(n) in special for n in labels)


def _tasks(lines: list[str], rule: CaseRule, grammar: Grammar) -> Iterator[CasePlace]:
    """Yield tasks: `{{task reference="…" status="Done"}}text{{/task}}`."""
    text = "\n".join(lines)
    at = number = closed = 0
    end = -1
    for start in _TASK.finditer(text):
        if start.start() < closed:
            continue
        if end < start.end() and (end := text.find(_TASK_END, start.end())) < 0:
            return
        if end - start.end() > _LONGEST_TASK:
            continue
        closed = end + len(_TASK_END)
        number += text.count("\n", at, start.start())
        at = start.start()
        whole, said = text[at:closed], text[start.end() : end]
        read = partial(_task, whole, start["parameters"], said, rule, grammar)
        yield CasePlace(number, ("task", whole), read)


def _task(whole: str, parameters: str, said: str, rule: CaseRule, grammar: Grammar) -> ReadCase:
    own = whole.split("\n")
    sheet = _ValueSheet(" ".join(said.split())[:200], len(own), rule, grammar)
    for name, value in _PARAMETER.findall(parameters):
        sheet.put(name, re.sub(r"~(.)", r"\1", value))
    sheet.draft.problem = DraftText("", said.strip(), LineSpan(0, len(own) - 1))
    return sheet.case(own, LineKind.PROBLEM)


def _objects(
    title: str, objects: Sequence[WikiObject], rule: CaseRule, grammar: Grammar
) -> Iterator[CasePlace]:
    """Yield objects of the classes that the rule names; their line is the first of the page."""
    for one in objects:
        if _fits(one.class_name, rule.classes):
            key = ("object", one.class_name, one.number)
            yield CasePlace(0, key, partial(_object, title, one, rule, grammar))


def _object(title: str, one: WikiObject, rule: CaseRule, grammar: Grammar) -> ReadCase:
    sheet = _ValueSheet(f"{title} {one.class_name}[{one.number}]", 1, rule, grammar)
    for label, value in one.properties.items():
        if (text := _written(value)) is not None:
            sheet.put(label, text)
    values = (f"{k}: {_written(v) or ''}" for k, v in one.properties.items())
    return sheet.case([" ".join(" ".join(values).split())], LineKind.FIELD)


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
