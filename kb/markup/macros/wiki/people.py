"""mention and useravatar: people as links to them."""

from __future__ import annotations

from kb.markup import nodes as n
from kb.markup.macros.registry import MacroContext, MacroError, Registry
from kb.markup.nodes import Node


def register(registry: Registry) -> None:
    """Add them."""
    registry.add("mention", _Person("reference"))
    registry.add("useravatar", _Person("username"))


class _Person:
    """A macro whose `parameter` is a user's reference."""

    def __init__(self, parameter: str) -> None:
        self.parameter = parameter

    def __call__(self, macro: n.Macro, _context: MacroContext) -> list[Node]:
        name = macro.params.get(self.parameter)
        if not name:
            raise MacroError("nobody is named")
        reference = n.ResourceReference("user", name, True)
        link = n.Link(macro.pos, [], n.NO_PARAMS, reference, False)
        return [link] if macro.inline else [n.Paragraph(macro.pos, [link], n.NO_PARAMS)]
