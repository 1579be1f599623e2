"""What a library holds, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import Problem

if TYPE_CHECKING:
    from kb.cases.store.summary import Summary
    from kb.redact.public_pages import InsideReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What a library holds."""

    counts: dict[str, int]
    """Pages, versions, attachments, … in the archive."""
    cases: Summary
    public: InsideReport
    """How many pages may be public, and which of the others stay inside, and why."""
    problems: tuple[Problem, ...]
    """Every record that could not be read as meant."""

    @property
    def problems_by_code(self) -> dict[str, int]:
        """Code → number of problems, in the codes' order."""
        return dict(sorted(Counter(problem.code for problem in self.problems).items()))
