"""Styled with colours, by rich; what a terminal would act on is made visible in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import rich.console
import rich.text
from rich.segment import Segment
from rich.style import Style

from kb.cli.terminal import visible


class Styled(rich.text.Text):
    """rich's Text, which itself drops a few controls in silence: here they are visible."""

    def __init__(self, text: str = "", style: str | Style = "", **layout: Any) -> None:
        super().__init__(visible(text), style, **layout)

    def append(self, text: rich.text.Text | str, style: str | Style | None = None) -> Self:
        """Add text, made visible."""
        super().append(visible(text) if isinstance(text, str) else text, style)
        return self

    @classmethod
    def assemble(cls, *parts: Any, **layout: Any) -> Self:
        """Put parts together, each a text or a text and its style."""
        made = super().assemble(*parts, **layout)
        assert isinstance(made, cls)
        return made


class Console(rich.console.Console):
    """A console whatever is printed on which is made visible; its own codes stay."""

    def render(
        self,
        renderable: rich.console.RenderableType,
        options: rich.console.ConsoleOptions | None = None,
    ) -> Iterable[Segment]:
        """Yield what is displayed."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)
