"""The site's scripts are joined from modules as kb.publish.bundle says, and stay small."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from kb.assets import assets
from kb.publish import bundle

Put: TypeAlias = Callable[[dict[str, str]], None]
"""Puts modules, source by path, in place of the site's."""

SITE = Path(str(assets("site")))


def test_the_engine_is_at_most_8_kb() -> None:
    """What a reader loads to search, gzipped: every query of every reader pays for it once."""
    files = dict(bundle.site_assets())
    assert len(gzip.compress(files["assets/search.js"], 9)) <= 8000


def test_every_module_is_part_of_a_script() -> None:
    """No file lies in site/ that no reader gets."""
    joined = set(bundle.joined("search/engine.js").modules)
    joined |= set(bundle.joined("advanced/advanced.js", elsewhere=joined).modules)
    for entry in ("ui.js", "worker.js", "compare/compare.js", "results/results.js"):
        joined |= set(bundle.joined(entry).modules)
    assert joined == {path.relative_to(SITE).as_posix() for path in SITE.rglob("*.js")}


def test_no_line_is_over_120_characters() -> None:
    """Scripts, styles and types can be read without scrolling sideways."""
    files = [path for path in SITE.rglob("*") if path.is_file()]
    lines = [(path.name, line) for path in files for line in path.read_text("utf-8").split("\n")]
    assert [row for row in lines if len(row[1]) > 120] == []


def test_a_script_takes_from_the_other_what_it_imports(modules: Put) -> None:
    """Modules of another script are left out, and what is imported from them is told."""
    modules({"a.js": 'import { one, two } from "./b.js";\none(two);\n', "b.js": "…"})
    joined = bundle.joined("a.js", elsewhere=["b.js"])
    assert joined.modules == ("a.js",)
    assert joined.code == "one(two);\n"
    assert joined.taken == ("one", "two")


REFUSED = {
    "a circle": {
        "a.js": 'import { b } from "./b.js";\nexport const a = b;\n',
        "b.js": 'import { a } from "./a.js";\nexport const b = a;\n',
    },
    "one name twice": {
        "a.js": 'import { b } from "./b.js";\nconst c = b;\n',
        "b.js": "export const b = 1;\nconst c = 2;\n",
    },
    "another name for what is imported": {
        "a.js": 'import { b as c } from "./b.js";\nc();\n',
        "b.js": "export const b = () => {};\n",
    },
    "all of a module": {"a.js": 'import * as b from "./b.js";\n', "b.js": ""},
    "a list of exports": {"a.js": "const a = 1;\nexport { a };\n"},
    "an import when it runs": {"a.js": 'const b = () => import("./b.js");\n', "b.js": ""},
}


@pytest.mark.parametrize("sources", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_joined_is_refused(modules: Put, sources: dict[str, str]) -> None:
    """A module written in another way stops the build, instead of giving a script that fails."""
    modules(sources)
    with pytest.raises(ValueError, match=r"a\.js"):
        bundle.joined("a.js")


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Put:
    """Puts modules in place of the site's."""

    def put(sources: dict[str, str]) -> None:
        for path, text in sources.items():
            (tmp_path / path).write_text(text, "utf-8")
        monkeypatch.setattr(bundle, "assets", lambda _: tmp_path)

    return put
