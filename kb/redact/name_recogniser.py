"""Who finds names of persons that nobody listed: a second opinion on what is to be published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol, TypeAlias

Recogniser: TypeAlias = Literal["rules", "lac", "none"]
"""`rules` is always there; `lac` adds a trained model, the extra `names`."""


class NameRecogniser(Protocol):
    """Finds names of persons in texts. It may find too many: a person decides about each."""

    def names(self, texts: Sequence[str]) -> Iterable[list[str]]:
        """Yield for each text, in order, the names in it as they are written there."""
