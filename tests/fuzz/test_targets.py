"""Any bytes are answered by each target: the corpus, and seeded changes of it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.errors import BAD_JSON
from tests.fuzz.target import CORPUS, Target
from tests.fuzz.targets import TARGETS

BOUNDED = settings(
    max_examples=60, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest) -> Target:
    return TARGETS[request.param]


def test_what_was_found_once_is_answered(target: Target) -> None:
    """Each input of the corpus, among them all findings, is answered in time."""
    for path in target.corpus():
        target(path.read_bytes())


def test_every_corpus_has_its_target() -> None:
    """None is left behind where a target was renamed."""
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)


@pytest.mark.parametrize(
    "data", [b'{"a":"\x8a"}', b'"\x8a"', b"[" * 99_999, b"", b"{}x", b"[1]", b'{"a":1e999}']
)
def test_what_is_not_the_json_that_is_asked_for_raises_nothing_else(data: bytes) -> None:
    """All that reads JSON of others, or of a damaged disk, catches BAD_JSON."""
    with pytest.raises(BAD_JSON):
        msgspec.json.decode(data, type=dict[str, int])


@BOUNDED
@given(data=st.data())
def test_any_change_of_an_input_is_answered(target: Target, data: st.DataObject) -> None:
    """Parts taken out, doubled, swapped or overwritten, tokens put in, anywhere."""
    inputs = [path.read_bytes() for path in target.corpus()]
    first = data.draw(st.sampled_from([b"", *inputs]))
    steps = data.draw(st.lists(st.sampled_from(CHANGES), max_size=8))
    chance = data.draw(st.randoms(use_true_random=False))
    for change in steps:
        first = change(first, chance, target)[:8192]
    target(first)


def _token(data: bytes, chance: Random, target: Target) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(target.tokens).encode() + data[at:]


def _many(data: bytes, chance: Random, target: Target) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(target.tokens).encode() * 400 + data[at:]


def _span(data: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 1, 4, 40, 400)))


def _cut(data: bytes, chance: Random, _: Target) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _double(data: bytes, chance: Random, _: Target) -> bytes:
    start, end = _span(data, chance)
    return data[:end] + data[start:]


def _move(data: bytes, chance: Random, _: Target) -> bytes:
    start, end = _span(data, chance)
    rest = data[:start] + data[end:]
    at = chance.randrange(len(rest) + 1)
    return rest[:at] + data[start:end] + rest[at:]


def _overwrite(data: bytes, chance: Random, _: Target) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + chance.randbytes(end - start) + data[end:]


CHANGES: tuple[Callable[[bytes, Random, Target], bytes], ...] = (
    _token, _token, _token, _many, _cut, _double, _move, _overwrite,
)  # fmt: skip
