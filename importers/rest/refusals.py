"""Pages that the wiki lists and does not show: remembered, so that a sync does not ask for each.

A refusal holds for who asks. A few are asked for again in each run, those first that were asked
for longest ago: a right that is given later is noticed, and a run costs no more for it.
"""

from __future__ import annotations

import time

from importers.base import Options
from importers.rest.state import PageState, rows_of
from importers.web.failures import FetchError

_CODES = ("no-right", "bad-request")
_AGAIN = 2


class Refusals:
    """Those of earlier runs, and what is to be remembered of this one's."""

    def __init__(self, states: dict[str, PageState], options: Options) -> None:
        self._states = states
        self._asker = options.user or ("cookie" if options.cookie_env else "guest")
        mine = [name for name in states if self._holds(name)]
        mine.sort(key=lambda name: states[name].asked)
        self._out = frozenset(mine[_AGAIN:])
        self._again = frozenset(mine[:_AGAIN])

    def _holds(self, name: str) -> bool:
        return self._states[name].refused_to == self._asker

    def out(self, name: str) -> bool:
        """True for a page that is not worth asking for in this run."""
        return name in self._out

    def known(self, name: str, failed: FetchError) -> bool:
        """True where a page was asked for again, and is still refused."""
        return name in self._again and failed.code in _CODES

    def state(self, name: str, failed: FetchError, translations: int) -> PageState | None:
        """What to remember of a page that was refused; None where asking again may help."""
        before = self._states.get(name)
        if failed.code not in _CODES or (before is not None and before.refused_to is None):
            return None
        return PageState(
            rows=rows_of(()), way="none", whole=False, refused_to=self._asker,
            asked=int(time.time()), untold=translations,
        )  # fmt: skip
