"""A proposal as a commented TOML file, by templates/profile.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable

from jinja2 import Environment

from kb.assets import assets
from kb.cases.learn.propose import Proposal
from kb.cases.profile.profile import load_profile
from kb.frontmatter import quoted


def profile_toml(proposal: Proposal, name: str, explained: float | None = None) -> str:
    """Write the text of a profile file, for a person to read and correct."""
    shipped = [load_profile(name) for name in ("after-sales-zh", "after-sales-en")]
    never = (word for p in shipped for word in (*p.speakers.never, *p.speakers.never_bare))
    environment = Environment(  # noqa: S701  (TOML: the filters quote)
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters.update(
        text=quoted, texts=_texts, patterns=_patterns, comment=_comment,
        spelled=lambda uses: _texts(use.spelled for use in uses or ()),
        lengths=_lengths, has_letters=re.compile(r"[^\W\d_]").search,
    )  # fmt: skip
    template = environment.from_string((assets("templates") / "profile.toml").read_text("utf-8"))
    return template.render(
        p=proposal, name=name, explained=explained, shipped=shipped, never=dict.fromkeys(never)
    )


def _texts(words: Iterable[str]) -> str:
    return ", ".join(map(quoted, words))


def _patterns(patterns: Iterable[str]) -> str:
    return ", ".join(
        f"'{one}'" if "'" not in one and one.isprintable() else quoted(one) for one in patterns
    )


def _comment(texts: Iterable[str]) -> str:
    return quoted(" · ".join(" ".join(text.split())[:40] for text in texts))[1:-1]


def _lengths(values: Iterable[str]) -> list[int]:
    """Return the lengths of identifiers, without blanks and hyphens, each once."""
    return sorted({len("".join(value.split()).replace("-", "")) for value in values if value})
