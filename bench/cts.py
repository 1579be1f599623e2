"""Compare with XWiki's own syntax tests: `python bench/cts.py CASES.jsonl [PROBES.jsonl]`."""

from __future__ import annotations

import json
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.event_text import render_events
from kb.markup import builtin_registry, expand, parse
from kb.markup.render.plain import plain_text
from kb.markup.render.xhtml import WikiModel, render_xhtml
from kb.markup.render.xwiki import render_xwiki
from kb.markup.tree.nodes import Document, ResourceReference

_INTERWIKI = {"knownalias": "http://server/common/url/"}
_EXISTING = {"doc": "Space.ExistingPage", "space": "ExistingSpace", "page": "ExistingPage"}


class MockWiki(WikiModel):
    """The answers of the wiki that XWiki's tests use."""

    def exists(self, reference: ResourceReference) -> bool:
        return _EXISTING.get(reference.type) == reference.reference

    def view_url(self, reference: ResourceReference) -> str | None:
        url = WikiModel().view_url(reference) or ""
        return "viewurl" + url[len("view:") + len(reference.reference) :]

    def edit_url(self, reference: ResourceReference) -> str | None:
        return "editurl"

    def attachment_url(self, reference: ResourceReference) -> str | None:
        query = reference.parameters.get("queryString")
        return "attachmenturl" + ("" if query is None else f"?{query}")

    def image_url(self, reference: ResourceReference) -> str | None:
        query = reference.parameters.get("queryString")
        return "imageurl" + ("" if query is None else f"?{query}")


class NullWiki(WikiModel):
    """A wiki that has nothing and knows no URL."""

    def exists(self, reference: ResourceReference) -> bool:
        return False

    def view_url(self, reference: ResourceReference) -> str | None:
        return None

    def edit_url(self, reference: ResourceReference) -> str | None:
        return None

    def attachment_url(self, reference: ResourceReference) -> str | None:
        return None

    def image_url(self, reference: ResourceReference) -> str | None:
        return None


_WIKIS: dict[str, WikiModel | None] = {
    "ref": WikiModel(),
    "mock": MockWiki(),
    "null": NullWiki(),
    "none": None,
}


def outputs(wiki: WikiModel | None) -> dict[str, Callable[[Document], str]]:
    """A renderer for each format compared."""
    return {
        "xhtml/1.0": lambda tree: render_xhtml(tree.children, wiki, _INTERWIKI),
        "plain/1.0": lambda tree: plain_text(tree.children),
        "xwiki/2.0": lambda tree: render_xwiki(tree.children, "xwiki/2.0", wiki=wiki is not None),
        "xwiki/2.1": lambda tree: render_xwiki(tree.children, "xwiki/2.1", wiki=wiki is not None),
        "event/1.0": lambda tree: render_events(tree.children),
    }


def matches(expected: str, got: str, special: bool) -> bool:
    """Whether `got` is `expected`, which may hold `${{{regex:…}}}`."""
    got = got.removesuffix("\n")
    expected = expected.removesuffix("\n")
    if not special:
        return got == expected
    parts = re.split(r"\$\{\{\{regex:(.*?)\}\}\}", expected, flags=re.DOTALL)
    pattern = "".join(part if i % 2 else re.escape(part) for i, part in enumerate(parts))
    return re.fullmatch(pattern, got, re.DOTALL) is not None


class Tally:
    """Passed and failed cases by format."""

    def __init__(self) -> None:
        self.passed: dict[str, int] = {}
        self.failed: dict[str, list[str]] = {}

    def add(self, form: str, name: str, good: bool) -> None:
        self.passed[form] = self.passed.get(form, 0) + good
        failed = self.failed.setdefault(form, [])
        if not good:
            failed.append(name)

    def report(self) -> int:
        for form, passed in sorted(self.passed.items()):
            failed = self.failed[form]
            total = passed + len(failed)
            print(f"{form:18} {passed:4} of {total:4}  {100 * passed / total:6.2f} %")
            for name in failed:
                print(f"    {name}")
        wrong = sum(map(len, self.failed.values()))
        print(f"{sum(self.passed.values())} passed, {wrong} failed")
        return 1 if wrong else 0


def run_case(case: dict[str, Any], tally: Tally, verbose: bool) -> None:
    """Compare each format of a case that is rendered here."""
    config = case["config"]
    model = config["model"]
    for form, render in outputs(_WIKIS[model]).items():
        expected = case["expect"].get(form)
        if expected is None:
            continue
        try:
            document = parse(case["input"], case["syntax"], wiki=model != "none")
            if config["transformations"] is not None:
                expand(document, builtin_registry(), _WIKIS[model])
            got = render(document)
        except Exception:
            got = traceback.format_exc()
        good = matches(expected, got, form in case["expect_special"])
        tally.add(form, case["name"], good)
        if verbose and not good:
            print(f"--- {case['name']} {form}\n{case['input']}\n=== expected\n{expected}")
            print(f"=== got\n{got}\n")


def run_probe(probe: dict[str, Any], tally: Tally) -> None:
    """Compare what a probe prints."""
    document = expand(parse(probe["source"], probe["syntax"]), builtin_registry())
    name = repr(probe["source"])[:100]
    for form, key in (("xhtml/1.0", "xhtml"), ("plain/1.0", "plain"), ("event/1.0", "events")):
        expected = re.sub(
            r"^(beginDocument|endDocument) .*$", r"\1", probe[key], flags=re.MULTILINE
        )
        got = outputs(WikiModel())[form](document)
        tally.add(f"probes {form}", name, matches(expected, got, False))


def main(arguments: list[str]) -> int:
    """Run the cases, then the probes."""
    verbose = "-v" in arguments
    paths = [Path(argument) for argument in arguments if argument != "-v"]
    if not paths:
        print(__doc__)
        return 2
    tally = Tally()
    for line in paths[0].read_text("utf-8").splitlines():
        case = json.loads(line)
        if not case.get("needs_test_macros"):
            run_case(case, tally, verbose)
    for path in paths[1:]:
        for line in path.read_text("utf-8").splitlines():
            run_probe(json.loads(line), tally)
    return tally.report()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
