"""Ways of writing mixed at random: all that is on the page is found where it stands, no more."""

from __future__ import annotations

from collections import Counter

import pytest

from kb.cases.record import Case
from tests.cases.dialects import Fact
from tests.cases.mixes import Mix
from tests.cases.pages import read


def facts_of(cases: list[Case]) -> dict[str, Counter[Fact]]:
    """What was read, in the form of the writer's facts."""
    found: dict[str, Counter[Fact]] = {}

    def note(kind: str, *fact: object) -> None:
        found.setdefault(kind, Counter())[fact] += 1

    for case in cases:
        n, at = case.number, case.origins
        note("case", n, case.date)
        note("status", n, case.status, at["/status"].lines[0] if "/status" in at else None)
        if case.problem:
            note("problem", n, case.problem)
        if case.station:
            note("station", n, case.station)
        for f in case.fields:
            note("field", n, f.name, f.value, *f.origin.lines)
        for place, name in enumerate(case.engineers):
            note("engineer", n, name, at[f"/engineers/{place}"].lines[0])
        for t in case.turns:
            note("turn", n, t.round, t.speaker, t.text, *t.origin.lines)
        for i in case.identifiers:
            note("identifier", n, i.kind, i.value, i.origin.lines[0])
    return found


def differences(seed: int) -> dict[str, tuple[Counter[Fact], Counter[Fact]]]:
    """By kind: facts not found, and facts found that are not there."""
    mix = Mix(seed)
    got = facts_of(read("\n".join(mix.lines)))
    kinds = {*mix.facts, *got}
    pairs = {k: (mix.facts.get(k, Counter()), got.get(k, Counter())) for k in kinds}
    return {k: (want - have, have - want) for k, (want, have) in pairs.items() if want != have}


@pytest.mark.parametrize("seed", range(60))
def test_a_mix_is_read_as_it_was_written(seed: int) -> None:
    """Any mix of habits is read as its writer meant it: nothing missing, nothing invented."""
    assert differences(seed) == {}, "\n".join(Mix(seed).lines)


@pytest.mark.prove
def test_a_thousand_mixes() -> None:
    """Of a thousand mixes at most five are not read as they were written."""
    wrong = {seed: found for seed in range(60, 1060) if (found := differences(seed))}
    assert len(wrong) <= 5, list(wrong.items())[:3]
