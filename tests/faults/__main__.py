"""Many faults, and a table of what came of them.

    python -m tests.faults --count 500 --seed 7

Each line that is neither whole nor said is printed with its seed; `--only SEED` does it again.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import SHARED
from tests.faults.faults import ASKING, DISTURBING, NEED_ROOT, SPOILING
from tests.faults.job import Job
from tests.faults.judge import Outcome, Verdict, judged

GOOD = {Outcome.WHOLE, Outcome.SAID}


KINDS = (*DISTURBING, *SPOILING, *ASKING)


def possible(kind: str) -> bool:
    """Can it be caused here? Some take root, one a wiki to ask."""
    return not (kind in NEED_ROOT and os.geteuid()) and not (kind in ASKING and not SHARED.is_dir())


def verdicts(job: Job, seeds: range) -> Iterator[Verdict]:
    """One fault a seed, the kinds in turn; those that cannot be caused here are left out."""
    for seed in seeds:
        kind = KINDS[seed % len(KINDS)]
        if possible(kind):
            yield judged(job, kind, seed)


def table(found: list[Verdict]) -> str:
    """What came of each kind, in Markdown."""
    lines = [f"| fault | tried | {' | '.join(Outcome)} |", "|---" * (len(Outcome) + 2) + "|"]
    for kind in dict.fromkeys(verdict.kind for verdict in found):
        came = Counter(verdict.outcome for verdict in found if verdict.kind == kind)
        row = " | ".join(str(came[outcome]) for outcome in Outcome)
        lines.append(f"| {kind} | {came.total()} | {row} |")
    return "\n".join(lines)


def main() -> int:
    """Print what is neither whole nor said, then the table. 1 where there is any such."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, metavar="SEED")
    chosen = parser.parse_args()
    first, count = (chosen.seed, chosen.count) if chosen.only is None else (chosen.only, 1)
    found: list[Verdict] = []
    with tempfile.TemporaryDirectory() as folder:
        for verdict in verdicts(Job.prepared(Path(folder)), range(first, first + count)):
            found.append(verdict)
            if verdict.outcome not in GOOD or chosen.only is not None:
                print(verdict, flush=True)
    print(table(found))
    return not all(verdict.outcome in GOOD for verdict in found)


if __name__ == "__main__":
    sys.exit(main())
