"""Which profiles make cases of which pages, by kb.toml; their grammar, compiled once."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import msgspec

from kb.cases.lines.speakers import SpeakerMarks
from kb.cases.lines.status import StatusWords
from kb.cases.lines.values import parse_value
from kb.cases.lines.vocabulary import Vocabulary
from kb.cases.profile.profile import CaseRule, Profile, load_profile
from kb.config import CasesConfig


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


DEFAULT = ("after-sales-zh", "after-sales-en")


class ProfileSelection:
    """The profiles that a configuration names, loaded once."""

    def __init__(self, config: CasesConfig, root: Path | None = None) -> None:
        """``root`` is the folder that paths of profiles are relative to."""
        self._root = root
        self._loaded: dict[str, Profile] = {}
        self._grammars: dict[tuple[str, ...], Grammar] = {}
        self._default = config.profiles or DEFAULT
        self._pages = config.pages
        for names in (self._default, *self._pages.values()):
            self.whole(names)

    def profiles(self, names: Iterable[str]) -> list[Profile]:
        """Return the profiles of these names. InputError where there is none."""
        for name in names:
            if name not in self._loaded:
                self._loaded[name] = load_profile(name, self._root)
        return [self._loaded[name] for name in names]

    def grammar(self, page: str) -> Grammar:
        """Return the grammar for the page of that reference: the first glob that fits decides."""
        matching = (names for glob, names in self._pages.items() if fnmatchcase(page, glob))
        names = next(matching, self._default)
        if names not in self._grammars:
            self._grammars[names] = grammar_of(self.whole(names))
        return self._grammars[names]

    def parse(self, page: str, label: str, value: str) -> str | int | float | None:
        """Parse a field's value as its type has it, by the profiles of the page."""
        vocabulary = self.grammar(page).vocabulary
        meaning = vocabulary.meaning(label)
        return parse_value(value, meaning.type, vocabulary) if meaning else None

    def whole(self, names: Iterable[str]) -> list[Profile]:
        """Return the profiles of these names, and the vocabulary of those that they extend."""
        own = self.profiles(names)
        others = dict.fromkeys(name for profile in own for name in profile.extends)
        vocabulary = (
            msgspec.structs.replace(profile, case=CaseRule())
            for profile in self.profiles(others)
            if profile not in own
        )
        return [*own, *vocabulary]

    def digest_input(self) -> bytes:
        """Return everything here that the records depend on."""
        return msgspec.json.encode([self._loaded, self._default, self._pages])
