"""A profile: what a team's pages look like, as a TOML file, validated."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec

from kb.errors import InputError
from kb.toml_records import parse_toml, read_toml

_HINT: Final = "docs/profiles.md says what may stand"
FieldType: TypeAlias = Literal["text", "integer", "number", "datetime", "identifier"]
PartName: TypeAlias = Literal["tracking", "resolution"]


class _ProfileTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; a key that no one reads is an error."""


class CaseRule(_ProfileTable, frozen=True, kw_only=True):
    """`[case]`: how a case begins."""

    headings: tuple[str, ...] = ()
    """Regular expressions from the start of a heading's text, case ignored. Group `id` is the
    case's id as written; `number` and `date` are its parts, where it has them."""
    words: tuple[str, ...] = ()
    """Words of which every such id has one: a text with none of them names no case."""
    begins: Literal["heading", "page", "row", "task", "object"] = "heading"
    """What a case is: a heading and what is below it, a whole page, a table's row, a task macro,
    an object of a class."""
    sure: bool = False
    """True where a heading with no date needs no labels below to bear it out."""
    heading_is: Literal["id", "problem"] = "id"
    body: Literal["head", "tracking", "resolution"] = "head"
    """What the text right below the heading is."""
    ids: tuple[str, ...] = ()
    """Labels of the column or property that holds the case's id."""
    days: tuple[str, ...] = ()
    """Labels of the column or property that holds its date."""
    classes: tuple[str, ...] = ()
    """Globs on the classes whose objects are cases; one after `!` is left out."""
    comments: bool = False
    """True where the page's comments are turns, said by their authors."""


class FieldRule(_ProfileTable, frozen=True, kw_only=True):
    """`[[field]]`: a labelled value."""

    name: str
    labels: tuple[str, ...]
    type: FieldType = "text"


class PartRule(_ProfileTable, frozen=True, kw_only=True):
    """`[[part]]`: the line that opens the tracking or the resolution part."""

    name: PartName
    labels: tuple[str, ...]


class StationRule(_ProfileTable, frozen=True, kw_only=True):
    """`[station]`: a labelled line, or a line with no label right below the heading."""

    labels: tuple[str, ...] = ()
    unlabelled: tuple[str, ...] = ()
    """Regular expressions for the whole line."""


class States(_ProfileTable, frozen=True, kw_only=True):
    """`[status.states]`: the words of each state."""

    resolved: tuple[str, ...] = ()
    in_progress: tuple[str, ...] = ()
    shelved: tuple[str, ...] = ()


class StatusRule(_ProfileTable, frozen=True, kw_only=True):
    """`[status]`: the line of states of which one is marked."""

    labels: tuple[str, ...] = ()
    ticks: tuple[str, ...] = ()
    boxes: tuple[str, ...] = ()
    """Marks of a state that is not chosen."""
    crosses: tuple[str, ...] = ()
    """Ticks that are crosses where a tick of another form stands on the line."""
    icons: tuple[str, ...] = ()
    """Names of icons, `{{icon name="check"/}}`, that are ticks."""
    bullets: tuple[str, ...] = ()
    """Ticks that are mere bullets where several states have one and none has a box."""
    states: States = States()
    lone: bool = False
    """True where a sole state with no mark is the status."""
    bold: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    """Words in the line's legend that say what bold or struck words mean."""
    chosen: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    """Words in the legend: the mark chooses, or rules out."""


class EngineerRule(_ProfileTable, frozen=True, kw_only=True):
    """`[engineers]`: who is responsible."""

    labels: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    """What stands between two names; `" "` is any space."""
    nobody: tuple[str, ...] = ()
    """What is written where there is none: `无`."""


class SpeakerRule(_ProfileTable, frozen=True, kw_only=True):
    """`[speakers]`: how a turn begins."""

    brackets: tuple[str, ...] = ()
    """Pairs such as `【】`."""
    bare: bool = False
    """True where `Name:` at the start of a line can be an unmarked speaker."""
    never: tuple[str, ...] = ()
    """Labels that are no one's name."""
    never_bare: tuple[str, ...] = ()
    """Labels that are no unmarked speaker, and a name only in brackets: `客户`."""
    never_ends: tuple[str, ...] = ()
    """What ends labels that are a name only in brackets: `…状态`."""


class RoundRule(_ProfileTable, frozen=True, kw_only=True):
    """`[rounds]`: a line that opens a round of analysis."""

    patterns: tuple[str, ...] = ()
    """Regular expressions for the whole mark without brackets and colon; group `n`."""


class SectionRule(_ProfileTable, frozen=True, kw_only=True):
    """`[sections]`: other labelled parts."""

    labels: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    """What may open a section with any label: `~`."""


class IdentifierRule(_ProfileTable, frozen=True, kw_only=True):
    """`[[identifier]]`: a number or name that identifies a thing."""

    kind: str
    labels: tuple[str, ...] = ()
    """Words right before it in running text; empty: the labels of the field of that name."""
    labelled: str = ""
    """What follows a label, however malformed."""
    bare: tuple[str, ...] = ()
    """What needs no label. Group `v`, where there is one, is the identifier."""
    lengths: tuple[int, ...] = ()
    """Its right lengths, counted in letters and digits."""
    form: str = ""
    """Regular expression that a right one matches from its start, without space and hyphens."""
    also: tuple[str, ...] = ()
    """Whole forms that are right whatever their length: a landline among mobile phones."""
    check: Literal["", "vin"] = ""
    relates: bool = True
    """True where two cases that share one are related."""


class Profile(_ProfileTable, frozen=True, kw_only=True):
    """A whole profile."""

    name: str
    language: str
    description: str = ""
    extends: tuple[str, ...] = ()
    """Profiles whose vocabulary holds here too; how their cases begin does not."""
    case: CaseRule = CaseRule()
    field: tuple[FieldRule, ...] = ()
    problem: tuple[str, ...] = ()
    """Labels of the problem."""
    station: StationRule = StationRule()
    part: tuple[PartRule, ...] = ()
    status: StatusRule = StatusRule()
    engineers: EngineerRule = EngineerRule()
    speakers: SpeakerRule = SpeakerRule()
    rounds: RoundRule = RoundRule()
    sections: SectionRule = SectionRule()
    identifier: tuple[IdentifierRule, ...] = ()
    numerals: dict[str, int] = {}
    """Words of numbers: `十二 = 12`."""
    dates: tuple[str, ...] = ()
    """Regular expressions of dates; groups `y`, `m`, `d`."""
    months: dict[str, int] = {}
    longest_hours: int | None = None
    """From `started` to `ended` no longer than this; more is an anomaly."""


def load_profile(name: str, base: Path | None = None) -> Profile:
    """Load the shipped profile of that name, or the TOML file at that path (under ``base``).

    Raises InputError, which names the file, the key and what is wrong with it.
    """
    shipped = files("kb.cases.profile") / "shipped" / f"{name}.toml"
    if "/" not in name and not name.endswith(".toml") and shipped.is_file():
        return parse_profile(shipped.read_text("utf-8"), f"profile {name}")
    path = (base or Path()) / name
    if not path.is_file():
        raise InputError(
            f"there is no profile {name!r}",
            hint=f"a TOML file, or one of: {', '.join(shipped_profiles())}",
        )
    return _checked(read_toml(path, Profile, _HINT), str(path))


def shipped_profiles() -> list[str]:
    """List the names of the profiles that come with the package."""
    folder = files("kb.cases.profile") / "shipped"
    return sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml"))


def parse_profile(text: str, where: str) -> Profile:
    """Parse a profile from the text of its file; ``where`` names it in errors."""
    return _checked(parse_toml(text, Profile, where, _HINT), where)


def _checked(profile: Profile, where: str) -> Profile:
    """Return the profile. InputError where one of its patterns or brackets is none."""
    for key, pattern in _patterns(profile):
        try:
            re.compile(pattern)
        except re.error as error:
            raise InputError(f"{where}: {key}: {pattern!r} is no pattern: {error}") from error
    for pair in profile.speakers.brackets:
        if len(pair) != 2:
            raise InputError(f"{where}: speakers.brackets: {pair!r} is no pair of brackets")
    return profile


def _patterns(profile: Profile) -> list[tuple[str, str]]:
    found = [("case.headings", p) for p in profile.case.headings]
    found += [("station.unlabelled", p) for p in profile.station.unlabelled]
    found += [("rounds.patterns", p) for p in profile.rounds.patterns]
    found += [("dates", p) for p in profile.dates]
    for rule in profile.identifier:
        key = f"identifier {rule.kind}"
        found += [(f"{key}: {n}", p) for n, p in (("labelled", rule.labelled), ("form", rule.form))]
        found += [(f"{key}: bare, also", p) for p in (*rule.bare, *rule.also)]
    return found
