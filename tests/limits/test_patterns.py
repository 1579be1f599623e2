"""No regular expression of ours takes more than linear time, whatever the text."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.limits.attacks import attacks
from tests.limits.measure import seconds
from tests.limits.patterns import ROOT, Use

FEW, MANY = 10_000, 100_000
QUICK, LIMIT = 0.02, 0.5
"""Processor seconds: a run over FEW characters that needs no second look; one over MANY at most."""


def listed() -> list[Use]:
    """All patterns, collected in a process of their own, which imports everything anew."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.limits.patterns"], cwd=ROOT, check=True, text=True,
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return [Use(**row) for row in json.loads(base64.b64decode(done.stdout))]


def run(use: Use, way: str, text: Any) -> None:
    """Use a pattern on a text as the code does."""
    pattern = use.compiled
    if way in ("match", "fullmatch", "search"):
        getattr(pattern, way)(text)
    else:
        for _ in pattern.finditer(text):
            pass


def slow(use: Use) -> str | None:
    """Tell how the pattern is too slow, if it is."""
    for attack in attacks(use):
        for way in use.ways:

            def taken(n: int, limit: float, attack: Any = attack, way: str = way) -> float:
                text = attack(n).encode("latin-1", "replace") if use.is_bytes else attack(n)
                return seconds(lambda: run(use, way, text), limit)

            if taken(FEW, LIMIT) < QUICK or taken(MANY, LIMIT) < LIMIT:
                continue
            if taken(MANY, LIMIT) >= LIMIT:  # the machine may have been busy
                return f"{use.where} {way} {use.pattern!r} on {attack(24)!r}"
    return None


@pytest.mark.parametrize(
    ("pattern", "way", "is_slow"),
    [
        (r"\s*$", "search", True), (r"\s*+$", "match", False), (r"(?:a+)+$", "match", True),
        (r"(?:\|?[ ]*){0,3}\d", "match", True), (r"(?:\|?[ ]*+){0,3}\d", "match", False),
        (r"\[\[[^\]]*\]\]", "finditer", True), (r"\[\[[^\[\]]*+\]\]", "finditer", False),
        (r"<a (.*?)>(.*?)</a>", "sub", True), (r"x[ab]*[bc]*[cd]*$", "match", True),
    ],
)  # fmt: skip
def test_attacks_find_what_is_slow(pattern: str, way: str, is_slow: bool) -> None:
    """Patterns known to take the square or more are told from their linear forms."""
    assert (slow(Use("here", pattern, 0, False, (way,))) is not None) == is_slow


@pytest.mark.parametrize(
    "room",
    [pytest.param("kb/cases", marks=pytest.mark.prove), "kb/markup", "kb", "importers"],
)
def test_every_pattern_is_linear(room: str, patterns: list[Use]) -> None:
    """A hundred thousand hostile characters take no pattern half a second."""
    others = ("kb/cases", "kb/markup")
    mine = [u for u in patterns if u.where.startswith(room)]
    if room == "kb":
        mine = [u for u in mine if not u.where.startswith(others)]
    assert mine
    found = [line for line in map(slow, mine) if line]
    assert not found, "\n".join(found)


@pytest.fixture(scope="module")
def patterns() -> list[Use]:
    """Every pattern of ours."""
    return listed()
