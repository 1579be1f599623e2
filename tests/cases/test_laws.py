"""What holds for any text: nothing raises, nothing is lost, no line is taken twice."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.cases.record import Case, from_json, to_json
from tests.cases.pages import read

PIECES = st.sampled_from(
    [
        "= a_case#1_20200101 =",
        "== b_case#2_20200102 ==",
        "= x =",
        "=== 解决 ===",
        "~-~-跟踪",
        "~-~-解决:",
        "【令】:",
        "[Ann]: ",
        "【第一轮分析】:",
        "Round 2:",
        "手机号码:",
        "Phone: 13410765291",
        "状态(☑表示选定 ):",
        "☑已解决 | 处理中",
        "* [x] Resolved",
        "售后(跟单)工程师:YD 施",
        "~~疑问:",
        "PS:",
        "{{code}}",
        "{{/code}}",
        "{{{",
        "}}}",
        "|=账单号|=桩号",
        "|20200404045109666730|1",
        "问题描述:",
        "注意:",
        "**",
        "--",
        "\\\\",
        "~",
        " ",
        "：",
        "|",
        "[[image:a.png]]",
        "a_case#2_20200102",
        "04:55:43 启动充电命令",
        "\ufeff",
        "\x00",
        "\r",
    ]
)
LINES = st.lists(st.lists(PIECES | st.text(max_size=8), max_size=4).map("".join), max_size=25)


def lines_of(case: Case) -> Iterator[int]:
    assert isinstance(case.x, dict)
    for runs in case.x["lines"].values():
        for first, last in runs:
            yield from range(first, last + 1)


def check(text: str) -> list[Case]:
    """Each line that is not blank is in exactly one place of its case, and has its text there."""
    lines = text.split("\n")
    cases = read(text)
    last = 0
    for case in cases:
        first, end = case.source.lines
        assert last < first <= end <= len(lines)
        last = end
        assert sorted(lines_of(case)) == [n for n in range(first, end + 1) if lines[n - 1].strip()]
        assert from_json(to_json(case)) == case
    return cases


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_any_text(lines: list[str]) -> None:
    """Any text gives records that are valid and take each line once."""
    check("\n".join(lines))


@settings(max_examples=150, deadline=None)
@given(LINES)
def test_text_of_a_case_is_kept(lines: list[str]) -> None:
    """Every word of a line that was not taken for a mark is in one of the case's values."""
    text = "\n".join(["= a_case#1_20200101 =", "问题描述:x", *lines])
    source = text.split("\n")
    for case in check(text):
        assert isinstance(case.x, dict)
        kept = "\n".join(texts_of(case))
        for kind in case.x["lines"].keys() - {"heading", "mark", "status", "engineer"}:
            for first, last in case.x["lines"][kind]:
                words = " ".join(source[first - 1 : last]).split()
                assert not [word for word in words if word.isalnum() and word not in kept]


def texts_of(case: Case) -> Iterator[str]:
    yield from (case.problem, case.station or "", "Round")
    for field in case.fields:
        yield from (field.label, field.value)
    for turn in case.turns:
        yield from (turn.speaker or "", turn.text)
    for section in case.sections:
        yield from (section.label, section.text)
    if case.resolution:
        yield case.resolution.text
    yield from (stretch.text for stretch in case.unclassified)


def corpus(shared: Path) -> Iterator[str]:
    with gzip.open(shared / "corpus" / "pages.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)["source"]


def test_real_pages_without_cases(shared: Path) -> None:
    """On 1,706 real pages that hold no case, none is found."""
    pages = found = 0
    for source in corpus(shared):
        pages += 1
        found += len(read(source))
    assert (pages, found) == (1706, 0)


def test_real_pages_as_the_text_of_a_case(shared: Path) -> None:
    """Real pages as the text of a case: every line is taken once, and no status is invented."""
    marked = 0
    for source in corpus(shared):
        cases = check(f"= a_case#1_20200101 =\n{source}")
        marked += sum(case.status != "unset" for case in cases)
    assert marked == 0


@pytest.mark.parametrize(
    "line",
    [
        "=" * 20_000, "= " * 10_000, "【" * 20_000, "【令】:" * 5_000, "[a" * 10_000,
        "{{code " * 3_000, "(% " * 7_000, "~" * 20_000, "|" * 20_000, "手机号码:" * 4_000,
        "1" * 20_000, "1 " * 10_000, "状态:" + "☑已解决 " * 4_000, "状态:" + "☑ " * 10_000,
        "状态:☑已解决 " * 2_000,
        "a_case#" * 3_000, "[[a>>" * 4_000, "04:55:43 启动充电命令 " * 1_500, "**" * 10_000,
        "账单号2020 " * 2_500, "a:" * 10_000, " " * 20_000, "a_case#1_20200101 " * 1_000,
    ],
    ids=lambda line: f"{line[:8]}×{len(line)}",
)  # fmt: skip
def test_time_grows_with_the_text(line: str) -> None:
    """Ten times the text takes not much more than ten times as long."""

    def seconds(text: str) -> float:
        began = time.process_time()
        read(f"= a_case#1_20200101 =\n~-~-跟踪\n【令】:x\n{text}\n~-~-解决\n{text}")
        return time.process_time() - began

    read("= a_case#1_20200101 =\n手机号码:1")
    short = max(min(seconds(line[: len(line) // 10]) for _ in range(2)), 0.003)
    assert min(seconds(line) for _ in range(2)) < 40 * short
