"""From a page to its case records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from kb.archive.views import PageView
from kb.cases.block import BlockReader, Tools
from kb.cases.checks import check
from kb.cases.draft import Draft, Heading
from kb.cases.files import find_files
from kb.cases.headings import Block, split
from kb.cases.identifiers import find_identifiers
from kb.cases.language import language_of
from kb.cases.profile import Profile
from kb.cases.record import Case, Status
from kb.cases.records import to_case
from kb.cases.rules import Rules
from kb.cases.speakers import Marks
from kb.cases.status import Reading, StatusWords
from kb.cases.timeline import timeline_of_lines


def tools_of(profiles: Iterable[Profile]) -> Tools:
    """The reading tools of some profiles: make them once for many pages."""
    rules = Rules(tuple(profiles))
    return Tools(rules, Marks(rules), StatusWords(tuple(p.status for p in rules.profiles)))


class PageCase(NamedTuple):
    """A case as its page alone gives it, and by what it may be tied to others."""

    case: Case
    keys: tuple[str, ...]
    """`kind:value` of its identifiers that relate cases."""
    mentions: tuple[str, ...]
    """Ids of cases that its text names."""


def cases_of(page: PageView, tools: Tools) -> list[Case]:
    """The cases on a page in their order, with all that the page alone can tell.

    Relations, doubled ids and the life over old revisions come later (kb.cases.store).
    """
    return [found.case for found in read_page(page, tools)]


def read_page(page: PageView, tools: Tools) -> list[PageCase]:
    """The same, with what ties the cases to others."""
    lines = [line.text for line in page.lines]
    blocks, opaque = split(lines, tools.rules)
    found = []
    for block in blocks:
        draft = draft_of(block, lines, opaque, tools)
        case = to_case(draft, block.first, page)
        if page.history == "lines":
            timeline = timeline_of_lines(draft, block.first, page.lines)
            case = msgspec.structs.replace(case, timeline=timeline)
        found.append(PageCase(case, _keys(draft, tools.rules), tuple(draft.mentions)))
    return found


def _keys(draft: Draft, rules: Rules) -> tuple[str, ...]:
    apart = {kind.rule.kind for kind in rules.kinds if not kind.rule.relates}
    keys = (f"{i.kind}:{i.normal}" for i in draft.identifiers if i.kind not in apart)
    return tuple(dict.fromkeys(keys))


def draft_of(block: Block, lines: Sequence[str], opaque: Sequence[bool], tools: Tools) -> Draft:
    """Read one case's lines: what each is, every value, and what is odd."""
    span = slice(block.first, block.last)
    draft, reader = read_lines(lines[span], opaque[span], block.heading, tools)
    find_identifiers(draft, reader.shown, lines[span], tools.rules)
    draft.language = language_of("\n".join(lines[block.first + 1 : block.last]))
    check(draft, lines[span], reader.readings(), tools.rules)
    return draft


def read_lines(
    lines: Sequence[str], opaque: Sequence[bool], heading: Heading, tools: Tools
) -> tuple[Draft, BlockReader]:
    """What each line of a case is, without what only the present version is asked for."""
    reader = BlockReader(lines, opaque, heading, tools)
    draft = reader.read()
    draft.status = _status(reader.readings())
    find_files(draft, lines, opaque)
    return draft, reader


def _status(readings: list[Reading]) -> Status:
    """The one state that the status lines mark; conflicting where they mark several."""
    states = {reading.status for reading in readings} - {"unset"}
    if len(states) > 1:
        return "conflicting"
    return next(iter(states), "unset")
