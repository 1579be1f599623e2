"""Profiles as files: validated, with errors that say what is wrong; the command around them."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import msgspec
import pytest

from kb.cases.profile.profile import CaseRule, load_profile, parse_profile, shipped_profiles
from kb.errors import InputError
from tests.cases.dialects import page_of_dialect
from tests.cases.histories import Wiki, history
from tests.cases.test_learn import STRANGE
from tests.conftest import Kb
from tools.schema import schema

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", shipped_profiles())
def test_shipped(name: str) -> None:
    """Every shipped profile is valid, and named as its file."""
    assert load_profile(name).name == name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = 1", "name"),
        ("name = 'x'", "language"),
        ("name = 'x'\nlanguage = 'zh'\ncolour = 1", "colour"),
        ("name = 'x'\nlanguage = 'zh'\n[case]\nheadings = ['(']", "case.headings"),
        ("name = 'x'\nlanguage = 'zh'\n[[field]]\nname = 'a'\nlabels = ['b']\ntype = 'c'", "type"),
        ("name = 'x'\nlanguage = 'zh'\n[speakers]\nbrackets = ['<']", "brackets"),
        ("name =", "Invalid value"),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str) -> None:
    """A profile that is not valid is an error which names file and key."""
    with pytest.raises(InputError, match=f"(?s)ours.*{says}"):
        parse_profile(text, "ours")


def test_no_such_profile() -> None:
    """An unknown profile is an error whose hint lists those that there are."""
    with pytest.raises(InputError, match="nothing") as caught:
        load_profile("nothing")
    assert "after-sales-zh" in caught.value.hint


def test_command(kb: Kb, tmp_path: Path) -> None:
    """`kb profile` shows, learns, checks; what it learned reads the wiki it was learned from."""
    (tmp_path / ".kb").mkdir()
    wiki = Wiki(tmp_path / ".kb")
    for seed in range(8):
        page = page_of_dialect(STRANGE[0], seed)[0]
        wiki.take(history(f"Tickets.P{seed}.WebHome", "\n".join(page.lines)))
    wiki.archive.close()
    assert kb("cases").stdout == ""
    assert "after-sales-zh" in kb("profile", "show").stdout
    assert "[[identifier]]" in kb("profile", "show", "after-sales-en").stdout
    learned = kb("profile", "learn", "--out", "ours.toml", "--name", "ours")
    assert "24 cases" in learned.stderr
    assert kb("profile", "learn", "--out", "ours.toml", check=False).returncode == 2
    checked = json.loads(kb("profile", "check", "--profile", "ours.toml", "--json").stdout)
    assert sum(page["cases"] for page in checked) == 24
    (tmp_path / "kb.toml").write_text('[cases]\nprofiles = ["ours.toml"]\n', "utf-8")
    assert kb("cases").stdout.count("TICKET-") == 24
    assert "case(s) on 8 page(s)" in kb("profile", "check").stderr


def test_schema_for_editors() -> None:
    """The schema in docs/ is that of the types, and every shipped profile is valid by it."""
    stored = (ROOT / "docs" / "profile.schema.json").read_bytes()
    assert stored == schema(), "run: python -m tools.schema"
    for name in shipped_profiles():
        text = (ROOT / "kb" / "cases" / "profile" / "shipped" / f"{name}.toml").read_text("utf-8")
        jsonschema.validate(tomllib.loads(text), json.loads(stored))


def test_every_code_and_key_is_documented() -> None:
    """Each code of an anomaly and each key of a profile is named in the docs."""
    sources = [*(ROOT / "kb" / "cases").rglob("*.py")]
    calls = r'(?:DraftAnomaly\(|code=|return )\s*"([a-z]+(?:-[a-z]+)+)"'
    codes = {c for path in sources for c in re.findall(calls, path.read_text("utf-8"))}
    documented = (ROOT / "docs" / "anomalies.md").read_text("utf-8")
    assert {code for code in codes if f"`{code}`" not in documented} == set()
    assert len(codes) > 12
    manual = (ROOT / "docs" / "profiles.md").read_text("utf-8")
    keys = {key for one in msgspec.structs.fields(CaseRule) for key in [one.name]}
    assert {key for key in keys if f"`{key}" not in manual} == set()
