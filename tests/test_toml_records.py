"""Settings in TOML: an error names the file, the key, and what may stand there."""

from __future__ import annotations

from pathlib import Path

import pytest

import kb
from kb.cases.profile.profile import load_profile
from kb.cases.store.corrections import load_corrections
from kb.config import load_config
from kb.export.protocol import exporter_named, options_of
from kb.redact.public_rules import rules_of

DEEP = "x = " + "[" * 5000 + "]" * 5000
FILES = [
    ("[site]\ntitel = 'x'", "unknown field `titel`", "keys: title, language, url"),
    ("[search]\nbackend = 3", r"Expected `str`, got `int` - at `\$.search.backend`", "kb init"),
    ("[site\nx = 1", "line 1", "kb init"),
    (DEEP, "recursion", "kb init"),
]


@pytest.mark.parametrize(("text", "message", "hint"), FILES)
def test_kb_toml_says_what_may_stand(tmp_path: Path, text: str, message: str, hint: str) -> None:
    """An unknown key is told with those there are; what is no TOML, with its line."""
    file = tmp_path / "kb.toml"
    file.write_text(text)
    with pytest.raises(kb.InputError, match=f"(?s){file}: .*{message}") as caught:
        load_config(file)
    assert hint in caught.value.hint


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\0" * 100, b"[[correction]]\nby = 1"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, data: bytes) -> None:
    """Bytes that are no text, zeros of a crash, values of another kind: of every settings file."""
    for name in ("kb.toml", "corrections.toml", "profile.toml"):
        (tmp_path / name).write_bytes(data)
    for read in (
        lambda: load_config(tmp_path / "kb.toml"),
        lambda: load_corrections(tmp_path),
        lambda: load_profile("profile.toml", tmp_path),
    ):
        with pytest.raises(kb.InputError, match=str(tmp_path)):
            read()


def test_a_word_is_told_with_those_that_may_stand() -> None:
    """Of an option of an export, of the rules of redaction, of a profile's field."""
    with pytest.raises(kb.UsageError, match="docbook") as usage:
        options_of(exporter_named("markdown"), {"flavour": "docbook"})
    assert usage.value.hint == "one of: docusaurus, hugo, mkdocs, obsidian, plain"
    with pytest.raises(kb.UsageError, match="audience") as usage:
        options_of(exporter_named("jsonl"), {"audience": "all"})
    assert usage.value.hint == "one of: internal, public"
    with pytest.raises(kb.InputError, match="style") as caught:
        rules_of({"style": "blur"})
    assert caught.value.hint == "one of: mask, pseudonym"
    with pytest.raises(kb.InputError, match="kinds") as caught:
        rules_of({"kinds": "phone"})
    assert caught.value.hint == ""
