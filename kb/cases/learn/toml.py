"""A proposal as a commented TOML file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kb.cases.learn.propose import Proposal
from kb.cases.learn.survey import LabelUse
from kb.cases.profile.profile import Profile, load_profile
from kb.frontmatter import quoted


def profile_toml(proposal: Proposal, name: str, explained: float | None = None) -> str:
    """Write the text of a profile file, for a person to read and correct."""
    return "\n".join(_lines(proposal, name, explained)) + "\n"


def _lines(proposal: Proposal, name: str, explained: float | None) -> Iterator[str]:
    found = proposal.survey
    yield f"# Proposed from {found.pages} page(s): {len(found.blocks)} heading(s) look like cases."
    if explained is not None:
        yield f"# As it stands, this profile takes {explained:.0%} of the lines of these cases."
    yield '# Read it, correct it, then name it in kb.toml: [cases] profiles = ["<this file>"]'
    yield f"name = {_text(name)}"
    yield f"language = {_text(proposal.language if proposal.language != 'und' else 'en')}"
    yield from _role(proposal, "problem", "problem")
    yield "dates = ["
    yield "  '(?P<y>\\d{4})[-/.](?P<m>\\d{1,2})[-/.](?P<d>\\d{1,2})',"
    yield "  '(?P<y>\\d{4})\\s*年\\s*(?P<m>\\d{1,2})\\s*月\\s*(?P<d>\\d{1,2})\\s*[日号]',"
    yield "  '(?P<d>\\d{1,2})\\.(?P<m>\\d{1,2})\\.(?P<y>\\d{4})',"
    yield "  '(?P<y>(?:19|20)\\d{2})(?P<m>\\d{2})(?P<d>\\d{2})',"
    yield "]"
    yield ""
    yield "[case]"
    examples = [block.heading for block in found.blocks[:3]]
    yield f"# for example: {_comment(examples)}"
    yield f"headings = [{', '.join(_raw(pattern) for pattern in proposal.headings)}]"
    yield from _parts(proposal)
    yield from _fields(proposal)
    yield from _station(proposal)
    yield from _status(proposal)
    yield from _people(proposal)
    yield from _identifiers(proposal)


def _role(proposal: Proposal, role: str, key: str) -> Iterator[str]:
    uses = proposal.roles.get(role, [])
    if not uses:
        yield f"# no label was taken for the {role}"
    yield f"{key} = [{_list(use.spelled for use in uses)}]"


def _parts(proposal: Proposal) -> Iterator[str]:
    for part in ("tracking", "resolution"):
        if labels := proposal.parts.get(part):
            yield from ("", "[[part]]", f'name = "{part}"', f"labels = [{_list(labels)}]")


def _fields(proposal: Proposal) -> Iterator[str]:
    for field in proposal.fields:
        yield from ("", "[[field]]", f"# in {field.use.cases} case(s): {_examples(field.use)}")
        yield f"name = {_text(field.name)}"
        yield f"labels = [{_list([field.use.spelled])}]"
        if field.type != "text":
            yield f'type = "{field.type}"'


def _station(proposal: Proposal) -> Iterator[str]:
    if uses := proposal.roles.get("station"):
        yield from ("", "[station]", f"labels = [{_list(use.spelled for use in uses)}]")


def _status(proposal: Proposal) -> Iterator[str]:
    form = proposal.status
    if form is None:
        yield from ("", "# no status line was found")
        return
    yield from ("", "[status]")
    yield f"labels = [{_list(use.spelled for use in proposal.roles['status'])}]"
    yield f"ticks = [{_list(form.ticks)}]"
    yield f"boxes = [{_list(form.boxes)}]"
    yield "# words of the line's own legend, by which bold or struck states count"
    for key in ("bold", "struck", "chosen", "excluded", "crosses", "icons"):
        legend = (word for p in _shipped() for word in getattr(p.status, key))
        yield f"{key} = [{_list(dict.fromkeys(legend))}]"
    if form.lone:
        yield "# one state stands alone on the line, with no mark"
        yield "lone = true"
    yield from ("", "[status.states]")
    if form.guessed:
        yield f"# put where they are by their order only: {_comment(form.guessed)}"
    for name, words in form.states.items():
        yield f"{name} = [{_list(words)}]"


def _people(proposal: Proposal) -> Iterator[str]:
    if uses := proposal.roles.get("engineer"):
        yield from ("", "[engineers]", f"labels = [{_list(use.spelled for use in uses)}]")
        yield f"separators = [{_list(proposal.separators)}]"
    yield from ("", "[speakers]", f"brackets = [{_list(proposal.brackets)}]")
    yield f"bare = {'true' if proposal.unmarked else 'false'}"
    yield "# labels that are no one's name"
    yield f"never = [{_list(_never())}]"
    yield f"never_ends = [{_list(end for p in _shipped() for end in p.speakers.never_ends)}]"
    yield from ("", "[rounds]")
    yield f"patterns = [{', '.join(_raw(pattern) for pattern in proposal.rounds)}]"
    yield from ("", "[sections]", 'labels = ["PS", "P.S."]', 'marks = ["~"]')
    yield from ("", "[numerals]", *_NUMERALS)


def _shipped() -> list[Profile]:
    return [load_profile(name) for name in ("after-sales-zh", "after-sales-en")]


def _never() -> list[str]:
    lists = ((*p.speakers.never, *p.speakers.never_bare) for p in _shipped())
    return list(dict.fromkeys(word for words in lists for word in words))


_NUMERALS = [f'"{c}" = {n}' for n, c in enumerate("零一二三四五六七八九十")]


def _identifiers(proposal: Proposal) -> Iterator[str]:
    for field in proposal.fields:
        if field.type != "identifier":
            continue
        values = [value for value in field.use.values if value]
        lengths = sorted({len("".join(value.split()).replace("-", "")) for value in values})
        yield from ("", "[[identifier]]", f"kind = {_text(field.name)}")
        if any(c.isalpha() for value in values for c in value):
            yield "labelled = '[A-Za-z0-9](?:[ -]?[A-Za-z0-9]){3,29}'"
        else:
            yield "labelled = '\\d{2,30}(?:[ -]\\d{2,8}){0,9}'"
        if len(lengths) <= 3:
            yield f"lengths = {lengths}"


def _examples(use: LabelUse) -> str:
    return _comment([value for value in dict.fromkeys(use.values) if value][:3])


def _comment(texts: Sequence[str]) -> str:
    return quoted(" · ".join(" ".join(text.split())[:40] for text in texts))[1:-1]


def _list(words: Iterable[str]) -> str:
    return ", ".join(_text(word) for word in words)


def _text(word: str) -> str:
    return quoted(word)


def _raw(pattern: str) -> str:
    return f"'{pattern}'" if "'" not in pattern and pattern.isprintable() else quoted(pattern)
