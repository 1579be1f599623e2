"""From a page to its case records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from kb.archive.views import PageView
from kb.cases.history.timeline import timeline_of_lines
from kb.cases.lines.display import Shown
from kb.cases.lines.headings import Block, split
from kb.cases.lines.language import language_of
from kb.cases.lines.speakers import Marks
from kb.cases.lines.status import Reading, StatusWords
from kb.cases.lines.vocabulary import Rules
from kb.cases.profile.profile import Profile
from kb.cases.reader.checks import check
from kb.cases.reader.draft import Draft, Heading
from kb.cases.reader.ending import Tools
from kb.cases.reader.finish import to_case
from kb.cases.reader.forms import forms
from kb.cases.reader.identifiers import find_identifiers
from kb.cases.reader.reader import BlockReader
from kb.cases.record import Case


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

    Relations, doubled ids and the life over old revisions come later (kb.cases.store.store).
    """
    return [found.case for found in read_page(page, tools)]


def read_page(page: PageView, tools: Tools) -> list[PageCase]:
    """The same, with what ties the cases to others."""
    lines = [line.text for line in page.lines]
    blocks, opaque = split(lines, tools.rules)
    found = [(block.first, draft_of(block, lines, opaque, tools)) for block in blocks]
    for place in forms(page, opaque, tools):
        form = place.read()
        _finish(form.draft, form.shown, form.lines, form.readings, tools)
        found.append((place.first, form.draft))
    found.sort(key=lambda one: one[0])
    return [_page_case(draft, first, page, tools) for first, draft in found]


def _page_case(draft: Draft, first: int, page: PageView, tools: Tools) -> PageCase:
    case = to_case(draft, first, page)
    if page.history == "lines":
        timeline = timeline_of_lines(draft, first, page.lines)
        case = msgspec.structs.replace(case, timeline=timeline)
    return PageCase(case, _keys(draft, tools.rules), tuple(draft.mentions))


def _keys(draft: Draft, rules: Rules) -> tuple[str, ...]:
    apart = {kind.rule.kind for kind in rules.kinds if not kind.rule.relates}
    keys = (f"{i.kind}:{i.normal}" for i in draft.identifiers if i.kind not in apart)
    return tuple(dict.fromkeys(keys))


def draft_of(block: Block, lines: Sequence[str], opaque: Sequence[bool], tools: Tools) -> Draft:
    """Read one case's lines: what each is, every value, and what is odd."""
    span = slice(block.first, block.last)
    draft, reader = read_lines(lines[span], opaque[span], block.heading, tools)
    _finish(draft, reader.shown, lines[span], reader.readings(), tools)
    return draft


def _finish(
    draft: Draft, seen: Sequence[Shown | None], lines: Sequence[str], readings: list[Reading],
    tools: Tools,
) -> None:  # fmt: skip
    """What only the present version is asked for: identifiers, language, what is odd."""
    find_identifiers(draft, seen, lines, tools.rules)
    own = lines[1:] if draft.heading.rule.begins == "heading" else lines
    draft.language = language_of("\n".join(own))
    check(draft, lines, readings, tools.rules)


def read_lines(
    lines: Sequence[str], opaque: Sequence[bool], heading: Heading, tools: Tools
) -> tuple[Draft, BlockReader]:
    """What each line of a case is, without what only the present version is asked for."""
    reader = BlockReader(lines, opaque, heading, tools)
    return reader.read(), reader
