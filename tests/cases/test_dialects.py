"""Dialects: what is found on generated pages, against what their writer meant."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from kb.cases.record import Case
from tests.cases.dialects import DIALECTS, Dialect, Fact, edited, page_of_dialect, render
from tests.cases.histories import Wiki, history
from tests.cases.pages import read

PAGES = 50
KINDS = ("id", "station", "problem", "field", "status", "engineer", "turn", "identifier")


def facts_of(case: Case) -> dict[str, list[Fact]]:
    """The record's facts in the form of the writer's."""
    at = {pointer: origin.lines[0] for pointer, origin in case.origins.items()}
    return {
        "id": [(case.id, case.number, case.date, at["/id"])],
        "station": [(case.id, case.station, at["/station"])] if case.station else [],
        "problem": [(case.id, case.problem, at["/problem"])] if case.problem else [],
        "field": [(case.id, f.name, f.value, f.origin.lines[0]) for f in case.fields],
        "status": [(case.id, case.status, at["/status"])] if "/status" in at else [],
        "engineer": [
            (case.id, name, at[f"/engineers/{n}"]) for n, name in enumerate(case.engineers)
        ],
        "turn": [(case.id, t.round, t.speaker, t.text, *t.origin.lines) for t in case.turns],
        "identifier": [(case.id, i.kind, i.value, i.origin.lines[0]) for i in case.identifiers],
    }


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_facts_and_where_they_stand(dialect: Dialect) -> None:
    """At least 99 in 100 facts of each kind are found on their lines, and as few are invented."""
    score = {kind: [0, 0, 0] for kind in KINDS}
    examples: list[str] = []
    for seed in range(PAGES):
        page, _ = page_of_dialect(dialect, seed)
        cases = read("\n".join(page.lines))
        for kind in KINDS:
            want = Counter(page.facts.get(kind, []))
            got = Counter(fact for case in cases for fact in facts_of(case)[kind])
            both = (want & got).total()
            score[kind] = [
                a + b for a, b in zip(score[kind], (both, want.total(), got.total()), strict=True)
            ]
            if want != got and len(examples) < 5:
                examples.append(f"{seed} {kind}: not found {want - got}, not there {got - want}")
    measures = {kind: 2 * both / max(want + got, 1) for kind, (both, want, got) in score.items()}
    print({kind: round(measure, 4) for kind, measure in measures.items()})
    assert all(m >= 0.99 for k, m in measures.items() if score[k][1]), "\n".join(examples)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_line_is_taken_once(dialect: Dialect) -> None:
    """Every line of a case that is not blank is taken for exactly one thing."""
    for seed in range(10):
        page, _ = page_of_dialect(dialect, seed)
        for case in read("\n".join(page.lines)):
            assert isinstance(case.x, dict)
            taken = [
                n for runs in case.x["lines"].values() for a, b in runs for n in range(a, b + 1)
            ]
            first, last = case.source.lines
            text = [n for n in range(first, last + 1) if page.lines[n - 1].strip()]
            assert sorted(taken) == text


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_histories(dialect: Dialect, tmp_path: Path) -> None:
    """One edit a version: the timeline says that edit and no other."""
    wiki = Wiki(tmp_path)
    dialect = replace(dialect, code=False)
    expected: dict[str, list[tuple[str, str, object]]] = {}
    pages = []
    for seed in range(PAGES):
        _, truths = page_of_dialect(dialect, seed, cases=2)
        rng = random.Random(f"history/{dialect.name}/{seed}")
        texts = ["\n".join(render(dialect, truths, seed).lines)]
        for truth in truths:
            expected[truth.id] = [("1.1", "created", None)]
        for version in range(2, 6):
            n = rng.randrange(len(truths))
            truths[n], (change, values) = edited(rng, truths[n], dialect)
            expected[truths[n].id].append((f"1.{version}", change, values))
            texts.append("\n".join(render(dialect, truths, seed).lines))
        pages.append(history(f"Page{seed}.WebHome", *texts))
    cases = wiki.take(*pages)
    wrong = [
        (name, want, got) for name, want in expected.items() if (got := _told(cases[name])) != want
    ]
    assert len(wrong) <= len(expected) // 100, wrong[:3]


def _told(case: Case) -> list[tuple[str, str, object]]:
    return [(e.version, e.change, _values(e.change, e.name, e.old, e.new)) for e in case.timeline]


def _values(change: str, name: str | None, old: str | None, new: str | None) -> object:
    if change == "created":
        return None
    return (name, old) if change == "turn" else (old, new)
