"""Profiles of a home: which there are, how well they fit its pages, and a proposal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files

from kb.archive import Archive, PageView
from kb.cases.learn import propose, survey
from kb.cases.learn.toml import profile_toml
from kb.cases.profile.profile import load_profile, parse_profile, shipped_profiles
from kb.cases.reader.coverage import PageCoverage, TakenLine, coverage, taken_lines, taken_share
from kb.cases.reader.profile_selection import DEFAULT, ProfileSelection, grammar_of
from kb.config import Home
from kb.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileInfo:
    """A profile that a home can use."""

    name: str
    """Name of a shipped one, or path of a TOML file relative to the home."""
    description: str
    in_use: bool
    text: str
    """The TOML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedProfile:
    """A profile made from a wiki's own pages, for a person to correct."""

    text: str
    """Commented TOML."""
    cases: int
    """Cases that it was learned from."""
    fields: int
    share: float
    """Share of their lines that it takes, 0 to 1."""


def profiles(home: Home) -> list[ProfileInfo]:
    """List the profiles in use, then the other shipped ones."""
    used = home.config.cases.profiles or DEFAULT
    return [profile(home, name) for name in dict.fromkeys([*used, *shipped_profiles()])]


def profile(home: Home, name: str) -> ProfileInfo:
    """Find one profile. InputError where there is none, or it is not valid."""
    found = load_profile(name, home.root)
    if name in shipped_profiles():
        text = (files("kb.cases.profile") / "shipped" / f"{name}.toml").read_text("utf-8")
    else:
        text = (home.root / name).read_text("utf-8")
    used = home.config.cases.profiles or DEFAULT
    return ProfileInfo(name=name, description=found.description, in_use=name in used, text=text)


def check_profiles(
    home: Home, archive: Archive, glob: str = "*", names: Sequence[str] = ()
) -> list[PageCoverage]:
    """Say of each page that has a case what the profiles take of it, and what is doubtful.

    ``names`` are profiles to check in place of those that kb.toml names for a page.
    """
    selection = ProfileSelection(home.config.cases, home.root)
    forced = grammar_of(selection.profiles(tuple(names))) if names else None
    found: list[PageCoverage] = []
    for page in _pages(archive, glob):
        grammar = forced or selection.grammar(page.id.page)
        found += [one for one in coverage([page], grammar) if one.cases]
    return found


def taken_lines_of(home: Home, page: PageView) -> list[TakenLine]:
    """Say which rule of the page's profiles took each line of its cases, blank ones left out."""
    selection = ProfileSelection(home.config.cases, home.root)
    return list(taken_lines(page, selection.grammar(page.id.page)))


def learn_profile(archive: Archive, glob: str = "*", name: str = "learned") -> ProposedProfile:
    """Propose a profile from the pages that fit the glob. InputError where none shows a habit."""
    found = survey((p.id.page, [line.text for line in p.lines]) for p in _pages(archive, glob))
    if not found.blocks:
        raise InputError(
            "no headings that repeat with labels below them",
            hint="name pages that hold cases: kb profile learn --page GLOB",
        )
    proposal = propose(found)
    grammar = grammar_of([parse_profile(profile_toml(proposal, name), name)])
    share = taken_share(coverage(_pages(archive, glob), grammar))
    return ProposedProfile(
        text=profile_toml(proposal, name, share), cases=len(found.blocks),
        fields=len(proposal.fields), share=share,
    )  # fmt: skip


def _pages(archive: Archive, glob: str) -> Iterator[PageView]:
    keys = [key for key, page, _ in archive.digests() if fnmatchcase(page.page, glob)]
    return (archive.view(key) for key in keys)
