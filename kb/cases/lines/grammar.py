"""A grammar: what some profiles know of lines, compiled once and used for many pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kb.cases.lines.speakers import SpeakerMarks
from kb.cases.lines.status import StatusWords
from kb.cases.lines.vocabulary import Vocabulary
from kb.cases.profile.profile import Profile


class Grammar(NamedTuple):
    """What reads a case's lines by some profiles; it holds no state."""

    vocabulary: Vocabulary
    """Labels, parts, patterns."""
    speakers: SpeakerMarks
    """Forms in which speakers are marked."""
    status: StatusWords
    """Marks and words of states."""


def grammar_of(profiles: Iterable[Profile]) -> Grammar:
    """Compile the grammar of some profiles; of two that know one label, the first has it."""
    vocabulary = Vocabulary(tuple(profiles))
    status = StatusWords(tuple(profile.status for profile in vocabulary.profiles))
    return Grammar(vocabulary, SpeakerMarks(vocabulary), status)
