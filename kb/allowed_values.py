"""What would stand where a value does not fit a record: words of a choice, keys of a table."""

from __future__ import annotations

import re
from typing import Final

from msgspec import inspect

_PLACE: Final = re.compile(r" - at `\$([^`]*+)`$")
_STEP: Final = re.compile(r"\.(\w+)|(\[\.\.\.\])")


def allowed(kind: type, message: str) -> str:
    """Say what may stand where a ValidationError is: words or keys; empty where that is open."""
    place = _PLACE.search(message)
    node: inspect.Type | None = inspect.type_info(kind)
    for name, _ in _STEP.findall(place[1] if place else ""):
        node = _inside(node, name)
    node = next(iter(_plain(node)), None)
    if isinstance(node, inspect.LiteralType):
        return f"one of: {', '.join(map(str, node.values))}"
    if "unknown field" in message and isinstance(node, inspect.StructType):
        return f"keys: {', '.join(field.encode_name for field in node.fields)}"
    return ""


def _inside(node: inspect.Type | None, name: str) -> inspect.Type | None:
    """Return what stands in a node: under a field's name, or without one as an item or a value."""
    for one in _plain(node):
        if isinstance(one, inspect.StructType) and name:
            return next((f.type for f in one.fields if f.encode_name == name), None)
        if isinstance(one, inspect.DictType):
            return one.value_type
        if isinstance(one, inspect.VarTupleType | inspect.ListType):
            return one.item_type
    return None


def _plain(node: inspect.Type | None) -> list[inspect.Type]:
    """List the types that a node may be, without None and annotations."""
    if isinstance(node, inspect.Metadata):
        return _plain(node.type)
    if isinstance(node, inspect.UnionType):
        return [one for other in node.types for one in _plain(other)]
    return [] if node is None or isinstance(node, inspect.NoneType) else [node]
