"""Decide by the rules what of all that a wiki names is protected.

`Material.named` is the one list of it: all versions of all pages, published or not, cases that are
gone, corrections. Sites and exports of every format take it from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from kb.cases.history.named import PERSON, STATION, Named
from kb.redact.person_names import names_of
from kb.redact.protected import ProtectedValues
from kb.redact.public_rules import PublicRules
from kb.text.fold import fold_text

_MAIL: Final = "mail"


def protect_rules(protected: ProtectedValues, rules: PublicRules) -> None:
    """Protect what kb.toml lists."""
    for signature in rules.names:
        _protect_person(protected, signature)
    for word in rules.words:
        protected.add("word", word)


def protect_named(protected: ProtectedValues, named: Iterable[Named], rules: PublicRules) -> None:
    """Protect persons, stations and the kinds of values that the rules name.

    Numbers of other kinds, such as a pile's, may be shown however long they are.
    """
    kinds = {_MAIL, *rules.kinds, *((STATION,) if rules.stations else ())}
    allowed = set(map(fold_text, rules.allow))
    for kind, value in named:
        if fold_text(value) in allowed:
            continue
        if kind == PERSON:
            _protect_person(protected, value)
        elif kind in kinds:
            protected.add(kind, value)
        else:
            protected.allow(value)


def _protect_person(protected: ProtectedValues, signature: str) -> None:
    for name in names_of(signature):
        protected.add(PERSON, name)
