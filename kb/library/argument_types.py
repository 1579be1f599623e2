"""Arguments of the library's methods have the types that they say, or a UsageError names them."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from types import NoneType
from typing import Any, Final, ParamSpec, TypeVar, cast

from kb.errors import UsageError

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound=type)
MOST_HITS: Final = 10_000
MOST_OFFSET: Final = 1_000_000
"""What an engine is asked for at the most: it sets memory aside for all of it."""
_TYPES: Final[Mapping[str, type]] = {
    "str": str, "bool": bool, "int": int, "Path": os.PathLike, "None": NoneType,
    "Sequence[str]": Sequence, "dict[str, str]": dict,
}  # fmt: skip
"""Annotations that are checked, as they are written; others are left to the method."""


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Have a function raise UsageError for an argument of another type than it names.

    TypeError, as for any function, where arguments are missing or unknown.
    """
    signature = inspect.signature(function)
    expected = {name: _types_of(one.annotation) for name, one in signature.parameters.items()}

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            parameter = signature.parameters[name]
            many = parameter.kind is inspect.Parameter.VAR_POSITIONAL
            for one in cast("tuple[object, ...]", value) if many else (value,):
                _check(function.__name__, parameter, one, expected[name])
        return function(*args, **kwargs)

    return call


def checks_arguments(cls: C) -> C:
    """Have all public methods of a class do so."""
    for name, member in list(vars(cls).items()):
        if inspect.isfunction(member) and (name == "__init__" or not name.startswith("_")):
            setattr(cls, name, checked(member))
    return cls


def _types_of(annotation: Any) -> tuple[type, ...]:
    """Return the types that an annotation names; none where one of them is not checked."""
    parts = annotation.split(" | ") if isinstance(annotation, str) else [""]
    return tuple(_TYPES[part] for part in parts) if all(p in _TYPES for p in parts) else ()


def _check(
    function: str, parameter: inspect.Parameter, value: object, types: tuple[type, ...]
) -> None:
    fits = isinstance(value, types) and (bool in types or not isinstance(value, bool))
    if Sequence in types and fits and not isinstance(value, str):
        fits = value is None or all(isinstance(one, str) for one in cast("Sequence[object]", value))
    if types and not fits:
        raise UsageError(
            f"{function}: {parameter.name}={value!r}: {type(value).__name__}, not"
            f" {parameter.annotation}"
        )


def check_part(limit: int, offset: int) -> None:
    """Raise UsageError where that is no part of any results."""
    if not (1 <= limit <= MOST_HITS and 0 <= offset <= MOST_OFFSET):
        raise UsageError(
            f"limit {limit}, offset {offset}: not a part of the results",
            hint=f"a limit of 1 to {MOST_HITS}, an offset of 0 to {MOST_OFFSET}",
        )


def globs_of(name: str, given: Sequence[str]) -> tuple[str, ...]:
    """Return the globs. UsageError for a text, which would be taken letter by letter."""
    if isinstance(given, str):
        raise UsageError(f"{name}={given!r}: not a list of globs", hint=f"{name}=[{given!r}]")
    return tuple(given)
