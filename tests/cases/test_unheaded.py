"""Cases that are no heading: pages, rows, tasks, objects, questions; by profiles named for them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import msgspec
import pytest

from kb.archive.views import PageView
from kb.cases.reader.normalise import cases_of
from kb.cases.reader.profile_selection import ProfileSelection
from kb.cases.record import Case
from kb.config import CasesConfig
from kb.model import Comment, PropertyValue, WikiObject
from tests.cases.pages import page_of

PILE = "44030500040000200030"


def read(profile: str, text: str, **more: object) -> list[Case]:
    return read_page(profile, msgspec.structs.replace(page_of(text), **more))


def read_page(profile: str, page: PageView) -> list[Case]:
    selection = ProfileSelection(CasesConfig(profiles=(profile,)))
    return cases_of(page, selection.grammar(page.id.page))


def test_generic() -> None:
    """A whole page is a case: fields, sections, comments as turns; none of its text is lost."""
    code = "{{code}}\nStatus: [x] Resolved\n{{/code}}"
    text = f"Phone: 13410765291\n\nSome text.\n\n== Steps ==\n1. do it\n\n{code}"
    comment = Comment(number=0, text="It works now.", author="XWiki.ann")
    (case,) = read("generic", text, title="How to", comments=(comment,))
    assert case.id.startswith("Support.Cases.WebHome#")
    assert (case.status, case.fields[0].name, case.unclassified[0].text) == (
        "unset",
        "phone",
        "Some text.",
    )
    assert case.sections[0].label == "Steps"
    assert "Status: [x]" in case.sections[0].text
    assert [(turn.speaker, turn.text) for turn in case.turns] == [("XWiki.ann", "It works now.")]


def test_questions() -> None:
    """A heading that asks is a problem, and what is below it the answer."""
    answer = "Use the door.\n\nOr the window."
    text = f"= Help =\nintro\n== How do I log in? ==\n{answer}\n== 怎么退款？ ==\n联系客服"
    cases = read("faq", text)
    assert [(c.problem, c.resolution.text if c.resolution else None) for c in cases] == [
        ("How do I log in?", answer), ("怎么退款？", "联系客服")
    ]  # fmt: skip
    assert len({case.id for case in cases}) == 2


def test_rows() -> None:
    """A row below known headings is a case; a table of others is none."""
    rows = "|T-1|2020-04-04|Charged twice|Done|Ann, Bob\n|T-2||Offline|Unknown|"
    text = f"|=ID|=Date|=Title|=Status|=Assignee\n{rows}\n\n|=a|=b\n|1|2"
    cases = read("tables", text)
    assert [(c.id, c.date, c.problem, c.status, c.engineers) for c in cases] == [
        ("T-1", "2020-04-04", "Charged twice", "resolved", ("Ann", "Bob")),
        ("T-2", None, "Offline", "unset", ()),
    ]
    assert [case.source.lines for case in cases] == [(2, 2), (3, 3)]


def test_tasks() -> None:
    """A task macro is a case: its parameters by their meaning, its text as problem."""
    first = (
        '{{task reference="T.Task_1" status="Done" createDate="2023/05/03 10:00" assignee="Ann"}}'
    )
    text = f'x\n{first}\ncall Bob\n{{{{/task}}}}\n{{{{task status="ToDo"}}}}buy{{{{/task}}}}'
    cases = read("tasks", text)
    done = cases[0]
    assert (done.id, done.status, done.date, done.problem, done.engineers, done.source.lines) == (
        "T.Task_1", "resolved", "2023-05-03", "call Bob", ("Ann",), (2, 4)
    )  # fmt: skip
    assert (cases[1].status, cases[1].problem, cases[1].source.lines) == ("unset", "buy", (5, 5))


def test_objects() -> None:
    """An object of a class that the profile names is a case, its properties by their meaning."""
    values: dict[str, PropertyValue] = {
        "title": "Charged twice",
        "status": "Closed",
        "pile": PILE,
        "amount": 12.5,
    }
    found = (
        WikiObject(class_name="Tickets.Code.TicketClass", number=0, properties={"a": 1}),
        WikiObject(class_name="Tickets.TicketClass", number=0, properties={**values, "none": None}),
        WikiObject(class_name="XWiki.TagClass", number=0, properties={"tags": ["x"]}),
    )
    (case,) = read("objects", "", objects=found)
    assert (case.problem, case.status) == ("Charged twice", "resolved")
    assert [(f.name, f.value, f.parsed) for f in case.fields] == [
        ("pile", PILE, None), ("amount", "12.5", 12.5)
    ]  # fmt: skip
    assert [i.kind for i in case.identifiers] == ["pile"]


def test_chosen_by_page() -> None:
    """The first glob in kb.toml that fits a page chooses its profiles."""
    selection = ProfileSelection(CasesConfig(pages={"Help.*": ("faq",)}))
    text = "= Is it? =\nYes."
    help_page, other = page_of(text, page="Help.WebHome"), page_of(text)
    assert len(cases_of(help_page, selection.grammar("Help.WebHome"))) == 1
    assert not cases_of(other, selection.grammar(other.id.page))


@pytest.mark.parametrize("profile", ["generic", "faq", "tables", "tasks", "objects"])
def test_real_pages(profile: str, shared: Path) -> None:
    """Nothing raises; every line of a generic case is somewhere."""
    selection = ProfileSelection(CasesConfig(profiles=(profile,)))
    grammar = selection.grammar("A")
    with gzip.open(shared / "corpus" / "pages.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in list(file)[::8]:
            source = json.loads(line)["source"]
            for case in cases_of(page_of(source), grammar):
                assert isinstance(case.x, dict)
                runs = [run for of_kind in case.x["lines"].values() for run in of_kind]
                taken = sum(b - a + 1 for a, b in runs)
                first, last = case.source.lines
                text = source.split("\n")[first - 1 : last]
                assert taken == sum(bool(one.strip()) for one in text)
