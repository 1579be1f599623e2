"""After any fault the job is whole, or a message says what is not and what mends it."""

from __future__ import annotations

import pytest

from tests.faults.__main__ import GOOD, KINDS, possible, table, verdicts
from tests.faults.job import Job
from tests.faults.judge import judged

FOUND: dict[int, str] = {}
"""Seeds that once showed something lost, wrong or without a message, and what it was."""


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """The job, done once."""
    return Job.prepared(tmp_path_factory.mktemp("job"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_of_each_kind(job: Job, kind: str) -> None:
    """One fault of the kind leaves nothing lost, nothing wrong without a word."""
    if not possible(kind):
        pytest.skip("takes root, or the stand-in of a wiki in ../shared")
    verdict = judged(job, kind, seed=KINDS.index(kind))
    assert verdict.outcome in GOOD, str(verdict)


@pytest.mark.prove
def test_five_hundred_faults(job: Job) -> None:
    """Nor do five hundred, those among them that were once found."""
    found = list(verdicts(job, range(1000, 1500)))
    found += [judged(job, KINDS[seed % len(KINDS)], seed) for seed in FOUND]
    print(table(found))
    assert not [str(verdict) for verdict in found if verdict.outcome not in GOOD]
