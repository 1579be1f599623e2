"""Which function writes a node: a table by class that each renderer fills."""

from __future__ import annotations

from typing import Generic, TypeVar

from kb.markup.tree.nodes import Node

H = TypeVar("H")


class NodeHandlers(dict[type[Node], H], Generic[H]):
    """Handlers by node class; the nearest base answers for a class that has none.

    Raises KeyError for a class without any: give `Node` a handler to have one for all.
    """

    def __missing__(self, kind: type[Node]) -> H:
        for base in kind.__mro__[1:]:
            if base in self:
                self[kind] = self[base]
                return self[base]
        raise KeyError(kind)
