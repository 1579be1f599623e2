"""The life of cases over whole histories, renames, moves and removals."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.cases.record import Case
from kb.config import CasesConfig
from tests.cases.histories import Wiki, gone, history

FORM = """= a_case#{n}_2020010{n} =
手机号码:1341076529{n}
问题描述:{problem}
~-~-跟踪
{turns}
~-~-解决:
状态(☑表示选定 ): {status}
售后(跟单)工程师:{engineers}
"""
OPEN = "已解决 | 处理中 | 暂搁置"
DONE = "☑已解决 | 处理中 | 暂搁置"


def one(
    n: int = 1,
    problem: str = "重复扣费",
    turns: str = "",
    status: str = OPEN,
    engineers: str = "YD",
) -> str:
    return FORM.format(n=n, problem=problem, turns=turns, status=status, engineers=engineers)


def told(case: Case) -> list[tuple[str, str, str | None, str | None, str | None]]:
    return [(e.version, e.change, e.name, e.old, e.new) for e in case.timeline]


@pytest.fixture
def wiki(tmp_path: Path) -> Wiki:
    return Wiki(tmp_path)


def test_every_change_is_told_once(wiki: Wiki) -> None:
    """Each change of content is one event, from and to; spacing alone is none."""
    cases = wiki.take(
        history(
            "A.WebHome",
            one(),
            one(turns="【令】:已核实"),
            one(turns="【令】:已核实", status="已解决 | ☑处理中 | 暂搁置"),
            one(turns="【令】:已核实\n【陈劫】:收到", engineers="YD 施文俊"),
            one(turns="【令】:已核实退款\n【陈劫】:收到", status=DONE, engineers="施文俊"),
            one(turns="【令】:已核实退款\n【陈劫】:收到\n\n", status=DONE, engineers="施文俊"),
            one(problem="重复扣费两次", turns="【令】:已核实退款", status=DONE, engineers="施文俊"),
            one(
                problem="重复扣费两次",
                turns="【令】:已核实退款\n[[image:a.png]]",
                status=DONE,
                engineers="施文俊",
            ),
        )
    )
    assert told(cases["a_case#1_20200101"]) == [
        ("1.1", "created", None, None, None),
        ("1.2", "turn", "令", None, "已核实"),
        ("1.3", "status", None, "unset", "in_progress"),
        ("1.4", "turn", "陈劫", None, "收到"),
        ("1.4", "status", None, "in_progress", "unset"),
        ("1.4", "engineer", None, None, "施文俊"),
        ("1.5", "turn", "令", "已核实", "已核实退款"),
        ("1.5", "status", None, "unset", "resolved"),
        ("1.5", "engineer", None, "YD", None),
        ("1.7", "problem", None, "重复扣费", "重复扣费两次"),
        ("1.7", "turn", "陈劫", "收到", None),
        ("1.8", "turn", "令", "已核实退款", "已核实退款\n[[image:a.png]]"),
        ("1.8", "attachment", None, None, "a.png"),
    ]
    assert isinstance(cases["a_case#1_20200101"].x, dict)
    day = 86400
    assert cases["a_case#1_20200101"].x["durations"] == {
        "to_resolution": 4 * day, "in_status": {"unset": 3 * day, "in_progress": day}
    }  # fmt: skip


def test_order_and_spacing_are_no_event(wiki: Wiki) -> None:
    """Cases that change places on the page have no event but their creation."""
    cases = wiki.take(
        history("A.WebHome", one(1) + one(2), one(2) + "\n\n" + one(1), "= x =\n" + one(2) + one(1))
    )
    assert [event.change for case in cases.values() for event in case.timeline] == ["created"] * 2


def test_edited_is_what_no_other_event_covers(wiki: Wiki) -> None:
    """`edited` stands for changes that no other event covers."""
    texts = [
        one(turns=turns) for turns in ("PS:甲", "PS:乙", "PS:乙\n【令】:好", "PS:丙\n【令】:不好")
    ]
    cases = wiki.take(history("A.WebHome", *texts))
    assert [(e.version, e.change) for e in cases["a_case#1_20200101"].timeline] == [
        ("1.1", "created"), ("1.2", "edited"), ("1.3", "turn"), ("1.4", "turn"), ("1.4", "edited")
    ]  # fmt: skip


def test_renamed_removed_restored(wiki: Wiki) -> None:
    """A case with a new id is renamed where it shares its lines; it is removed and restored."""
    renamed = one(1).replace("a_case#1_20200101", "a_case#9_20200101")
    cases = wiki.take(history("A.WebHome", one(1), renamed, "", one(2), one(2) + renamed))
    assert told(cases["a_case#9_20200101"]) == [
        ("1.1", "created", None, None, None),
        ("1.2", "renamed", None, "a_case#1_20200101", "a_case#9_20200101"),
        ("1.3", "removed", None, None, None),
        ("1.5", "restored", None, None, None),
    ]
    assert told(cases["a_case#2_20200102"]) == [("1.4", "created", None, None, None)]


def test_removed_cases_are_apart(wiki: Wiki) -> None:
    """A removed case is no case of the page; its record is of the last version that had it."""
    cases = wiki.take(history("A.WebHome", one(1) + one(2), one(1), one(1, status=DONE)))
    assert list(cases) == ["a_case#1_20200101"]
    removed = wiki.removed()["a_case#2_20200102"]
    assert [(e.version, e.change) for e in removed.timeline] == [
        ("1.1", "created"),
        ("1.2", "removed"),
    ]
    assert removed.source.version == "1.1"
    assert removed.origins["/problem"].version == "1.1"


@pytest.mark.parametrize("target_day", [3, 2, 5])
def test_moved_is_one_event(wiki: Wiki, target_day: int) -> None:
    """Before, on, or after the day on which it left the old page."""
    cases = wiki.take(
        history("A.WebHome", one(1) + one(2), one(1) + one(2, turns="【令】:好"), one(1)),
        history(
            "B.WebHome", one(2, turns="【令】:好"), one(2, turns="【令】:不好"), start=target_day
        ),
    )
    case = cases["a_case#2_20200102"]
    assert case.source.page == "B.WebHome"
    moved = [event for event in case.timeline if event.change == "moved"]
    assert [(e.version, e.page, e.old, e.new) for e in moved] == [
        ("1.1", "B.WebHome", "A.WebHome", "B.WebHome")
    ]
    assert not {"removed", "restored"} & {event.change for event in case.timeline}
    assert case.timeline[-1].new == "不好"
    assert not wiki.removed()


def test_page_renamed_with_its_history(wiki: Wiki) -> None:
    """A page that is renamed and keeps its history gives one `moved`, nothing twice."""
    texts = [one(1), one(1, status=DONE)]
    wiki.take(history("A.WebHome", *texts))
    cases = wiki.take(
        history("B.WebHome", *texts, one(1, status=DONE, engineers="令")),
        [gone("A.WebHome", "2020-01-03T00:00:00Z", "B.WebHome")],
    )
    assert [(e.version, e.change) for e in cases["a_case#1_20200101"].timeline] == [
        ("1.1", "created"), ("1.2", "status"), ("1.3", "moved"), ("1.3", "engineer"),
        ("1.3", "engineer"),
    ]  # fmt: skip


def test_page_gone(wiki: Wiki) -> None:
    """The cases of a page that is gone are removed on the day on which that was noticed."""
    wiki.take(history("A.WebHome", one(1)))
    assert wiki.take([gone("A.WebHome", "2020-02-01T00:00:00Z")]) == {}
    removed = wiki.removed()["a_case#1_20200101"]
    assert [(e.change, e.date) for e in removed.timeline][-1] == ("removed", "2020-02-01T00:00:00Z")


def test_going_on_gives_what_a_fresh_reading_gives(tmp_path: Path) -> None:
    """A history read in steps gives the records of one read at once."""
    texts = [one(1), one(1) + one(2), one(2), one(2, status=DONE) + one(1), one(1), one(1) + one(3)]
    for name in ("steps", "whole"):
        (tmp_path / name).mkdir()
    steps, whole = Wiki(tmp_path / "steps"), Wiki(tmp_path / "whole")
    for count in range(1, len(texts) + 1):
        steps.take(history("A.WebHome", *texts[:count]))
    whole.take(history("A.WebHome", *texts))
    assert list(steps.store.records()) == list(whole.store.records())
    assert steps.removed() == whole.removed()


def test_cases_without_an_id_of_their_own(wiki: Wiki) -> None:
    """A case with no id of its own lives on under an id made of its heading."""
    texts = (
        "= Why? =\nBecause.",
        "= Why? =\nBecause of that.",
        "= Why? =\nBecause.\n= Who? =\nMe.",
    )
    wiki.config = CasesConfig(profiles=("faq",))
    cases = wiki.take(history("A.WebHome", *texts))
    assert [[event.change for event in case.timeline] for case in cases.values()] == [
        ["created", "edited", "edited"], ["created"]
    ]  # fmt: skip
    assert not wiki.removed()


def test_a_page_that_is_a_case(wiki: Wiki) -> None:
    """A whole page that is a case has a life as any other."""
    wiki.config = CasesConfig(profiles=("generic",))
    cases = wiki.take(
        history(
            "A.WebHome",
            "Phone: 134\nSome text.",
            "Phone: 135\nSome text.",
            "Phone: 135\nSome text.\nStatus: [x] Resolved [ ] In progress\nEngineer: Ann",
            "Phone: 135\nOther text.\nStatus: [x] Resolved [ ] In progress\nEngineer: Ann",
        )
    )
    (case,) = cases.values()
    assert told(case) == [
        ("1.1", "created", None, None, None),
        ("1.2", "field", "phone", "134", "135"),
        ("1.3", "status", None, "unset", "resolved"),
        ("1.3", "engineer", None, None, "Ann"),
        ("1.4", "edited", None, None, None),
    ]
    assert case.timeline[2].author == "ann"
    assert isinstance(case.x, dict)
    assert case.x["durations"]["to_resolution"] == 2 * 86400


ROWS = "|=ID|=Title|=Status|=Assignee\n{}"


def test_rows_of_a_table(wiki: Wiki) -> None:
    """Rows are the same case by their id, wherever they stand in the table."""
    wiki.config = CasesConfig(profiles=("tables",))
    rows = ("|T-1|Offline|Open|Ann", "|T-2|Charged twice|Open|Bob")
    texts = (
        rows,
        (rows[0], "|T-2|Charged twice|Closed|Bob"),
        ("|T-2|Charged twice|Closed|Bob",),
        ("|T-2|Charged twice|Closed|Bob, Ann", rows[0]),
    )
    cases = wiki.take(history("A.WebHome", *(ROWS.format("\n".join(text)) for text in texts)))
    assert told(cases["T-1"]) == [
        ("1.1", "created", None, None, None),
        ("1.3", "removed", None, None, None),
        ("1.4", "restored", None, None, None),
    ]
    assert told(cases["T-2"]) == [
        ("1.1", "created", None, None, None),
        ("1.2", "status", None, "in_progress", "resolved"),
        ("1.4", "engineer", None, None, "Ann"),
    ]


def test_rows_with_no_id_stay_themselves(wiki: Wiki) -> None:
    """A row with no id is the same case as long as half of its cells stay."""
    wiki.config = CasesConfig(profiles=("tables",))
    head = "|=Title|=Status|=Phone|=Assignee\n"
    row = "|Charged twice|{}|13410765291|Bob"
    cases = wiki.take(history("A.WebHome", *(head + row.format(s) for s in ("Open", "Closed"))))
    (case,) = cases.values()
    assert [event[:2] for event in told(case)] == [
        ("1.1", "created"), ("1.2", "renamed"), ("1.2", "status")
    ]  # fmt: skip
    assert not wiki.removed()


def test_tasks(wiki: Wiki) -> None:
    """A task macro is the same case by its reference."""
    wiki.config = CasesConfig(profiles=("tasks",))
    task = '{{{{task reference="T1" status="{}" assignee="ann"}}}}{}{{{{/task}}}}'
    texts = (task.format("InProgress", "Call"), "x\n" + task.format("Done", "Call back"))
    cases = wiki.take(history("A.WebHome", *texts))
    assert told(cases["T1"]) == [
        ("1.1", "created", None, None, None),
        ("1.2", "problem", None, "Call", "Call back"),
        ("1.2", "status", None, "in_progress", "resolved"),
    ]


@pytest.mark.parametrize("profile", ["generic", "tables", "tasks"])
def test_unheaded_cases_go_on_as_a_fresh_reading_would(profile: str, tmp_path: Path) -> None:
    """Pages, rows and tasks read in steps give the records of one reading."""
    rows = ["|a|Open|1|2", "|b|Open|3|4", "|b|Closed|3|4"]
    head = "|=Title|=Status|=Phone|=Assignee\n"
    texts = [head + "\n".join(rows[:n]) for n in (1, 2, 3)] + [head + rows[2], "", head + rows[0]]
    for name in ("steps", "whole"):
        (tmp_path / name).mkdir()
    steps, whole = Wiki(tmp_path / "steps"), Wiki(tmp_path / "whole")
    steps.config = whole.config = CasesConfig(profiles=(profile,))
    for count in range(1, len(texts) + 1):
        steps.take(history("A.WebHome", *texts[:count]))
    whole.take(history("A.WebHome", *texts))
    assert list(steps.store.records()) == list(whole.store.records())
    assert steps.removed() == whole.removed()
