"""Headings, and where the cases of a page begin and end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from kb.cases.lines.display import DisplayLine, display_line
from kb.cases.lines.labels import label_at
from kb.cases.lines.values import parse_day
from kb.cases.lines.vocabulary import Vocabulary, label_key
from kb.cases.profile.profile import CaseRule

MACROS = (
    "code|velocity|groovy|python|ruby|php|perl|script|html|comment|uml|plantuml|mermaid|css"
    "|noformat|markdown|formula|latex|mathjax|graphviz"
)
TOKEN = re.compile(
    rf"(?<!~)(?:\{{\{{(?P<close>/)?(?P<name>{MACROS})(?:\s[^{{}}]{{0,500}}?)?(?P<self>/)?\}}\}}"
    r"|(?P<open>\{\{\{)|(?P<shut>\}\}\}))",
    re.IGNORECASE,
)
"""What opens or closes a verbatim block."""


def verbatim_lines(lines: Sequence[str]) -> list[bool]:
    """Tell for each line whether it begins within a verbatim block, or with one.

    A macro that is never closed runs to the end; a verbatim block that is never closed is none.
    """
    flags = [False] * len(lines)
    candidates = [n for n, line in enumerate(lines) if "{{" in line or "}}}" in line]
    last_shut = max((n for n in candidates if "}}}" in lines[n]), default=-1)
    inside, depth, since = "", 0, 0
    for number in candidates:
        if inside:
            flags[since : number + 1] = [True] * (number + 1 - since)
        line = lines[number]
        for token in TOKEN.finditer(line):
            opens = inside == "" and not token["close"] and not token["shut"]
            if opens and not line[: token.start()].strip():
                flags[number] |= not token["open"] or number <= last_shut
            inside, depth = _after(token, inside, depth, number <= last_shut)
        since = number + 1
    if inside:
        flags[since:] = [True] * (len(lines) - since)
    return flags


def _after(token: re.Match[str], inside: str, depth: int, closes: bool) -> tuple[str, int]:
    """Return the block that is open after a token, and the depth of blocks of its name."""
    if token["self"]:
        return inside, depth
    if token["open"]:
        return (inside, depth) if inside or not closes else ("{{{", 1)
    if token["shut"]:
        return ("", 0) if inside == "{{{" else (inside, depth)
    name = token["name"].lower()
    if token["close"]:
        if name != inside:
            return inside, depth
        return (inside, depth - 1) if depth > 1 else ("", 0)
    if not inside:
        return name, 1
    return inside, depth + (name == inside)


_HEADING = re.compile(r"[ \t]*(?P<level>={1,6})(?!=)")
_PREFIX = re.compile(r"\s*(?:\(?\d{1,3}[.、)]\s*)?")
_LINK = re.compile(r"\[\[(?P<label>[^\[\]>]{1,200})>>[^\]]{1,500}\]\]\s*$")
_NEAR = 60
"""Lines below a heading in which labels bear it out."""
_BOLD = re.compile(r"\s*\*\*(?P<text>[^*]{1,200})\*\*\s*$")


class CaseHeading(NamedTuple):
    """How a case begins."""

    id: str
    """As written; empty where the page gives none."""
    number: int | None
    date: str | None
    bad_date: str
    """The date as written, where there is no such day."""
    text: str
    """The heading as written, without its marks."""
    rule: CaseRule = CaseRule()


class CaseBlock(NamedTuple):
    """The lines of a case on its page, from ``first`` up to ``last`` (0-based, exclusive)."""

    first: int
    last: int
    heading: CaseHeading


class HeadingLine(NamedTuple):
    """A heading: its level, 1 to 6, and its text as displayed."""

    level: int
    line: DisplayLine


def heading_line(raw: str) -> HeadingLine | None:
    """Parse a heading; None where the line is none."""
    match = _HEADING.match(raw)
    text = raw[match.end() :].rstrip("= \t\r").lstrip() if match else ""
    return HeadingLine(len(match["level"]), display_line(text)) if match and text else None


def case_heading(line: DisplayLine, vocabulary: Vocabulary) -> CaseHeading | None:
    """Parse the case that a heading's text begins, or None; a link counts as its label."""
    link = _LINK.match(line.text)
    if link:
        line = display_line(link["label"])
    prefix = _PREFIX.match(line.text)
    start = prefix.end() if prefix else 0
    for pattern, rule in vocabulary.headings:
        match = pattern.match(line.text, start) or pattern.match(line.text)
        if match and not _names_another(line, match, vocabulary):
            return _heading(line, match, vocabulary, rule)
    return None


def _names_another(line: DisplayLine, match: re.Match[str], vocabulary: Vocabulary) -> bool:
    """Return True where the heading goes on to another case's id, as one that compares two does."""
    rest = line.text[match.end() :]
    return bool(rest) and any(pattern.search(rest) for pattern in vocabulary.mentions)


def _heading(
    line: DisplayLine, match: re.Match[str], vocabulary: Vocabulary, rule: CaseRule
) -> CaseHeading:
    groups = match.groupdict()
    written = groups.get("date") or ""
    date = parse_day(written, vocabulary) if written else None
    case_id = line.cut(match.start("id"), match.end("id")) if groups.get("id") else ""
    number = int(groups["number"]) if groups.get("number") else None
    bad_date, text = "" if date else written, line.cut(0, len(line.text))
    return CaseHeading(re.sub(r"~(.)", r"\1", case_id), number, date, bad_date, text, rule)


def borne_out(lines: Sequence[str], number: int, vocabulary: Vocabulary) -> bool:
    """Return True where labels of two kinds follow the heading at ``number``."""
    roles: set[str] = set()
    for raw in lines[number + 1 : number + _NEAR]:
        if raw.lstrip().startswith("=") and case_heading(
            display_line(raw.strip("= \t")), vocabulary
        ):
            break
        hit = label_at(display_line(raw), vocabulary) if raw.strip() else None
        if hit and hit.meaning:
            roles.add(hit.meaning.name)
            if len(roles) > 1:
                return True
    return False


def case_blocks(lines: Sequence[str], vocabulary: Vocabulary) -> tuple[list[CaseBlock], list[bool]]:
    """Find the cases of a page in order, and which of its lines are verbatim.

    A case ends at the next case, at a heading of its own level or a higher one, or at the end.
    Pages that mark no case by a heading may mark them by bold lines.
    """
    verbatim = verbatim_lines(lines)
    blocks = _blocks_by_headings(lines, verbatim, vocabulary)
    return blocks or _blocks_by_bold(lines, verbatim, vocabulary), verbatim


def _blocks_by_headings(
    lines: Sequence[str], verbatim: list[bool], vocabulary: Vocabulary
) -> list[CaseBlock]:
    blocks: list[CaseBlock] = []
    open_: tuple[int, int, CaseHeading] | None = None
    for number in [n for n, raw in enumerate(lines) if raw and raw[0] in "= \t"]:
        heading = None if verbatim[number] else heading_line(lines[number])
        if heading is None:
            continue
        case = case_heading(heading.line, vocabulary)
        sure = case and (case.date or case.bad_date or case.rule.sure)
        if case and not (sure or borne_out(lines, number, vocabulary)):
            case = None
        ends = open_ is not None and heading.level <= open_[1] and not _is_part(heading, vocabulary)
        if open_ and (case or ends):
            blocks.append(CaseBlock(open_[0], number, open_[2]))
            open_ = None
        if case:
            open_ = (number, heading.level, case)
    if open_:
        blocks.append(CaseBlock(open_[0], len(lines), open_[2]))
    return blocks


def _is_part(heading: HeadingLine, vocabulary: Vocabulary) -> bool:
    """Return True for a heading that opens a part of a case rather than something else."""
    text = heading.line.text.strip().strip(":").strip()
    key = label_key(text)
    return (
        key in vocabulary.parts
        or key in vocabulary.sections
        or vocabulary.meaning(text) is not None
        or any(pattern.fullmatch(text) for pattern in vocabulary.rounds)
    )


def _blocks_by_bold(
    lines: Sequence[str], verbatim: list[bool], vocabulary: Vocabulary
) -> list[CaseBlock]:
    starts: list[tuple[int, CaseHeading]] = []
    for number in [n for n, raw in enumerate(lines) if "**" in raw[:8]]:
        bold = None if verbatim[number] else _BOLD.match(lines[number])
        case = case_heading(display_line(bold["text"]), vocabulary) if bold else None
        if case and case.date:
            starts.append((number, case))
    ends = [*(number for number, _ in starts), len(lines)][1:]
    return [CaseBlock(n, end, case) for (n, case), end in zip(starts, ends, strict=True)]
