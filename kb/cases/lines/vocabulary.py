"""The vocabulary of the profiles that apply to a page, compiled: labels, parts, patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from kb.cases.lines.display import PREFIX, fold
from kb.cases.profile.profile import FieldType, IdentifierRule, PartName, Profile

Role: TypeAlias = Literal["field", "problem", "station", "status", "engineer"]

_IGNORED = re.compile(r"[\s_.\-#№·]+")
_SAME = str.maketrans("帐", "账")
"""Two characters for one word, of which teams use either."""
_BRACKETED = re.compile(r"\([^()]*\)")
_SINCE = (
    r"(?:\s*\([^()]{0,40}\)|[\s,]*\d{2,4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
    r"(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?)?"
)
"""What a round's mark may say beside its number: when it was, a remark in brackets."""


class LabelMeaning(NamedTuple):
    """What a label means, and which profile says so."""

    role: Role
    name: str
    """Canonical name of the field, else the role."""
    type: FieldType
    profile: int
    """Its index among the vocabulary's profiles."""


class IdentifierKind(NamedTuple):
    """An identifier's rule, compiled."""

    rule: IdentifierRule
    after_label: re.Pattern[str] | None
    """The label, what may stand between, and the identifier as group `v`."""
    value: re.Pattern[str] | None
    """The identifier as it follows a label."""
    unlabelled: tuple[re.Pattern[str], ...]
    """Patterns of what needs no label."""
    form: re.Pattern[str]
    """What a right one matches from its start."""
    also: tuple[re.Pattern[str], ...]
    """Whole forms that are right whatever their length."""

    @classmethod
    def of(cls, rule: IdentifierRule, labels: tuple[str, ...]) -> IdentifierKind:
        """Compile the rule."""
        form = re.compile(rule.form, re.IGNORECASE)
        also = tuple(re.compile(pattern, re.IGNORECASE) for pattern in rule.also)
        return cls(rule, *_labelled(rule, labels), _unlabelled(rule), form, also)


@lru_cache(maxsize=4096)
def label_key(label: str) -> str:
    """Return a label without what tells no two apart: width, case, space, dots, hyphens."""
    return _IGNORED.sub("", fold(label).casefold()).translate(_SAME)


class Vocabulary:
    """The words and patterns of some profiles, compiled once for many pages.

    Of two profiles that know the same label, the first has it. Sets and dicts of labels are by
    `label_key`.
    """

    def __init__(self, profiles: tuple[Profile, ...]) -> None:
        self.profiles = profiles
        self.labels: dict[str, LabelMeaning] = {}
        self.parts: dict[str, PartName] = {}
        self.sections: set[str] = set()
        self.never: set[str] = set()
        """Labels that are no one's name."""
        self.never_unmarked: set[str] = set()
        """Labels that are a name only in brackets."""
        self.nobody: set[str] = set()
        """What is written, case folded, where no engineer is responsible."""
        self.never_ends = tuple(fold(e) for one in profiles for e in one.speakers.never_ends)
        for number, profile in enumerate(profiles):
            self._add(number, profile)
        self.headings = tuple(
            (pattern, one.case) for one in profiles for pattern in _compiled(one.case.headings)
        )
        self.ids = {label_key(label) for one in profiles for label in one.case.ids}
        self.days = {label_key(label) for one in profiles for label in one.case.days}
        self.stations = _compiled(p for one in profiles for p in one.station.unlabelled)
        self.dates = _compiled(p for one in profiles for p in one.dates)
        self.unmarked_speakers = any(profile.speakers.bare for profile in profiles)
        marks = (m for one in profiles for m in (*one.status.ticks, *one.status.boxes))
        self.tick_letters = {mark[1:-1].casefold() for mark in marks if len(mark) == 3}
        self.section_marks = tuple(m for one in profiles for m in one.sections.marks)
        self.longest_hours = max((p.longest_hours or 0 for p in profiles), default=0)

    def _add(self, number: int, profile: Profile) -> None:
        for field in profile.field:
            self._label(field.labels, LabelMeaning("field", field.name, field.type, number))
        self._label(profile.problem, LabelMeaning("problem", "problem", "text", number))
        self._label(profile.station.labels, LabelMeaning("station", "station", "text", number))
        self._label(profile.status.labels, LabelMeaning("status", "status", "text", number))
        self._label(profile.engineers.labels, LabelMeaning("engineer", "engineer", "text", number))
        for part in profile.part:
            self.parts.update((label_key(label), part.name) for label in part.labels)
        self.sections.update(label_key(label) for label in profile.sections.labels)
        self.never.update(label_key(label) for label in profile.speakers.never)
        self.never_unmarked.update(label_key(label) for label in profile.speakers.never_bare)
        self.nobody.update(fold(word).casefold() for word in profile.engineers.nobody)

    def _label(self, labels: tuple[str, ...], meaning: LabelMeaning) -> None:
        for label in labels:
            self.labels.setdefault(label_key(label), meaning)

    def meaning(self, label: str) -> LabelMeaning | None:
        """Return what the label means, read whole, else without what it has in brackets."""
        found = self.labels.get(label_key(label))
        if found is None and ("(" in label or "（" in label):
            return self.labels.get(label_key(_BRACKETED.sub("", fold(label))))
        return found

    @cached_property
    def months(self) -> dict[str, int]:
        """First three letters of a month → its number."""
        return {k.casefold(): n for profile in self.profiles for k, n in profile.months.items()}

    @cached_property
    def numerals(self) -> dict[str, int]:
        """Words and characters of numbers."""
        return {k.casefold(): n for profile in self.profiles for k, n in profile.numerals.items()}

    @cached_property
    def rounds(self) -> tuple[re.Pattern[str], ...]:
        """Lines that open a round: in brackets, or closed by a colon or the line's end."""
        each = dict.fromkeys(p for one in self.profiles for p in one.rounds.patterns)
        forms = (r"[【\[(]\s*(?:{})\s*[】\])]\s*:?", r"(?:{})\s*(?::|$)")
        return _compiled(
            rf"{PREFIX}[\s=*#-]*{form.format(p + _SINCE)}[\s=]*" for p in each for form in forms
        )

    @cached_property
    def mentions(self) -> tuple[re.Pattern[str], ...]:
        """Ids of cases in running text."""
        ids = (pattern for pattern, rule in self.headings if rule.heading_is == "id")
        return _compiled(rf"(?<![A-Za-z0-9_]){pattern.pattern}" for pattern in ids)

    @cached_property
    def case_words(self) -> tuple[str, ...]:
        """Words of which every id of a case has one, in small letters; none where one may not."""
        cases = {case for _, case in self.headings if case.heading_is == "id"}
        if not all(case.words for case in cases):
            return ()
        return tuple(fold(word).lower() for case in cases for word in case.words)

    @cached_property
    def kinds(self) -> tuple[IdentifierKind, ...]:
        """Identifier rules in the order of the profiles; those equal but for labels are one."""
        labels: dict[IdentifierRule, tuple[str, ...]] = {}
        for profile in self.profiles:
            for rule in profile.identifier:
                same = msgspec.structs.replace(rule, labels=())
                labels[same] = (*labels.get(same, ()), *_labels_of(rule, profile))
        return tuple(IdentifierKind.of(rule, words) for rule, words in labels.items())

    @cached_property
    def brackets(self) -> str:
        """Opening brackets of speakers, each followed by its closing one."""
        return "".join(dict.fromkeys(b for one in self.profiles for b in one.speakers.brackets))


def _compiled(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in dict.fromkeys(patterns))


def _labels_of(rule: IdentifierRule, profile: Profile) -> tuple[str, ...]:
    if rule.labels:
        return rule.labels
    return tuple(label for f in profile.field if f.name == rule.kind for label in f.labels)


def _labelled(
    rule: IdentifierRule, labels: tuple[str, ...]
) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    if not rule.labelled:
        return None, None
    value = rule.labelled if "(?P<v>" in rule.labelled else f"(?P<v>{rule.labelled})"
    alone = re.compile(rf"(?<![A-Za-z0-9]){value}(?![A-Za-z0-9])", re.IGNORECASE)
    if not labels:
        return None, alone
    words = "|".join(dict.fromkeys(_word(fold(w)) for w in sorted(labels, key=len, reverse=True)))
    between = r"\s*+(?:\([^()\0]{0,40}\)\s*+)?(?:[:=#|]|is|是|为|号码?|编号|id)?\s*+[\"“”'‘(]?\s*+"
    return re.compile(rf"(?:{words}){between}(?i:{value})(?![A-Za-z0-9])"), alone


def _word(label: str) -> str:
    """Make a pattern of a label: small letters, any space within, no letter that goes on with it.

    It begins with a literal, by which the search goes fast; what stood before comes after.
    """
    body = r"[\s_-]?".join(re.escape(part) for part in re.split(r"[\s_-]+", label.lower()))
    end = r"(?![A-Za-z])" if label[-1].isascii() else ""
    if label[0].isascii():
        start = label[0].lower()
        body = rf"{start}(?<![A-Za-z0-9]{start}){body[1:]}"
    return body + end


def _unlabelled(rule: IdentifierRule) -> tuple[re.Pattern[str], ...]:
    edges = r"(?<![A-Za-z0-9_.]){}(?![A-Za-z0-9_])"
    return tuple(re.compile(edges.format(p if "(?P<v>" in p else f"(?P<v>{p})")) for p in rule.bare)
