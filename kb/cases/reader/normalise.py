"""From a page to its case records."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from kb.archive.views import PageView
from kb.cases.lines.vocabulary import Vocabulary
from kb.cases.reader.anomalies import find_anomalies
from kb.cases.reader.assemble import timeline_of_lines, to_case
from kb.cases.reader.case_places import case_places, page_title
from kb.cases.reader.draft import Draft
from kb.cases.reader.identifiers import find_identifiers
from kb.cases.reader.profile_selection import Grammar
from kb.cases.reader.rules import ReadCase
from kb.cases.record import Case

_SCRIPTS = {
    "ja": (re.compile(r"[\u3040-\u30ff]"), 3),
    "zh": (re.compile(r"[\u3400-\u9fff\uf900-\ufaff]"), 1),
    "ko": (re.compile(r"[\uac00-\ud7a3]"), 1),
    "ru": (re.compile(r"[\u0400-\u04ff]{2,}"), 1),
    "en": (re.compile(r"[A-Za-z\u00c0-\u024f]{2,}"), 1),
}
"""Language → its characters, or words, and how much one counts; of equal ones the first wins."""
_MARKUP = re.compile(
    r"\[\[(?:[^\[\]\n]|\[(?!\[)){0,1000}+\]\]|\{\{[^{}]{0,500}\}\}|https?:[!-~]{1,2000}"
)


def language_of(text: str) -> str:
    """Return the language as BCP 47 has it: zh, ja, ko, en, ru; `und` where nothing tells it.

    A Latin-script text counts as English: the profiles know no other language.
    """
    text = _MARKUP.sub(" ", text)
    counts = {name: len(form.findall(text)) * each for name, (form, each) in _SCRIPTS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else "und"


class PageCase(NamedTuple):
    """A case as its page alone gives it, and by what it may be tied to others."""

    case: Case
    keys: tuple[str, ...]
    """`kind:value` of its identifiers that relate cases."""
    mentions: tuple[str, ...]
    """Ids of cases that its text names."""


def cases_of(page: PageView, grammar: Grammar) -> list[Case]:
    """Return the cases on a page in their order, with all that the page alone can tell.

    Relations, doubled ids and the life over old revisions come later (kb.cases.store.store).
    """
    return [found.case for found in read_page(page, grammar)]


def read_page(page: PageView, grammar: Grammar) -> list[PageCase]:
    """Return the same cases, with what ties them to others."""
    found = drafts_of(page, grammar)
    return [_page_case(draft, first, page, grammar.vocabulary) for first, draft in found]


def drafts_of(page: PageView, grammar: Grammar) -> list[tuple[int, Draft]]:
    """Read the cases of a page: the first line of each, from 0, and its draft, complete."""
    lines = [line.text for line in page.lines]
    found = [
        (place.first, _complete(place.read(), grammar.vocabulary))
        for place in case_places(page_title(page), lines, grammar, page)
    ]
    return sorted(found, key=lambda one: one[0])


def _complete(case: ReadCase, vocabulary: Vocabulary) -> Draft:
    """Add what only the present version is asked for: identifiers, language, anomalies."""
    draft, lines = case.draft, case.lines
    find_identifiers(draft, case.displays, lines, vocabulary)
    own = lines[1:] if draft.heading.rule.begins == "heading" else lines
    draft.language = language_of("\n".join(own))
    find_anomalies(draft, lines, case.readings, vocabulary)
    return draft


def _page_case(draft: Draft, first: int, page: PageView, vocabulary: Vocabulary) -> PageCase:
    case = to_case(draft, first, page)
    if page.history == "lines":
        timeline = timeline_of_lines(draft, first, page.lines)
        case = msgspec.structs.replace(case, timeline=timeline)
    apart = {kind.rule.kind for kind in vocabulary.kinds if not kind.rule.relates}
    keys = (f"{i.kind}:{i.normal}" for i in draft.identifiers if i.kind not in apart)
    return PageCase(case, tuple(dict.fromkeys(keys)), tuple(draft.mentions))
