"""The reader's table of rules: which of them takes which line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kb.cases.reader.coverage import taken_lines
from kb.cases.reader.rules import RULES, VERBATIM
from tests.cases.dialects import DIALECTS, Dialect, page_of_dialect
from tests.cases.pages import AFTER_SALES, page_of

EXAMPLES = {
    "markup alone": "问题描述:x\n{{toc/}}",
    "heading": "问题描述:x\n=== 现场照片 ===",
    "status option": "状态:\n* [x] 已解决",
    "engineers below": "工程师:\n施文俊",
    "part": "问题描述:x\n~-~-跟踪",
    "status": "状态: ☑已解决 | 处理中",
    "engineers": "售后(跟单)工程师:YD",
    "round": "~-~-跟踪\n第二轮分析:",
    "section": "~-~-跟踪\nPS:甲",
    "definition": "; 手机号码\n: 134",
    "speaker": "~-~-跟踪\n【令】:已核实",
    "table row": "|=手机号码|=账单号\n|134|2020",
    "known label": "手机号码:134",
    "unknown label": "车辆品牌:比亚迪",
    "unlabelled station": "深圳德顺站点",
    "late field": "~-~-解决:\n枪号:2",
    "text": "~-~-跟踪\n【令】:甲\n乙",
    "unclassified": "\n甲乙丙",
    VERBATIM: "{{code}}",
}
"""Rule → lines of a case of which it takes the last, or the first of a definition."""


def rules_of(text: str) -> list[str]:
    """The rule that took each line below the heading, blank lines left out."""
    page = page_of(f"= szds_case#46_20200410 =\n{text}")
    return [taken.rule for taken in taken_lines(page, AFTER_SALES)][1:]


@pytest.mark.parametrize("rule", EXAMPLES)
def test_the_rule_that_took_a_line_is_known(rule: str) -> None:
    """The reader says of each line by which rule it was taken."""
    found = rules_of(EXAMPLES[rule])
    assert found[0 if rule == "definition" else -1] == rule


def test_every_rule_has_an_example() -> None:
    """Each rule has a name of its own, and takes a line that no rule before it takes."""
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert {*names, VERBATIM} == set(EXAMPLES)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_line_of_a_case_has_its_rule(dialect: Dialect) -> None:
    """Each line of a case that is not blank names one rule of the table, or its heading."""
    known = {rule.name for rule in RULES} | {VERBATIM}
    for seed in range(5):
        lines = page_of_dialect(dialect, seed)[0].lines
        taken = list(taken_lines(page_of("\n".join(lines)), AFTER_SALES))
        assert {one.rule for one in taken} <= known
        first = taken[0].line
        text = [n for n, line in enumerate(lines, 1) if n >= first and line.strip()]
        assert [one.line for one in taken] == text


def test_the_manual_names_the_rules_in_order() -> None:
    """docs/profiles.md lists the table as it is."""
    manual = (Path(__file__).resolve().parents[2] / "docs" / "profiles.md").read_text("utf-8")
    listed = manual.partition("`RULES` in kb/cases/reader/rules.py")[2].partition("A blank line")[0]
    assert re.findall(r"`([a-z ]+)`", listed) == [rule.name for rule in RULES]
