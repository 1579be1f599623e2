"""Pages of no dialect, and headings that tell of cases without being one: nothing is invented."""

from __future__ import annotations

import pytest

from tests.cases.pages import read

NOTHING = {
    "minutes": (
        "= Meeting 2020-04-10 =\nAttendees: Ann, Bob\n== Case review ==\n"
        "[Ann]: we looked at szds_case#46_20200410\nStatus: ☑ Resolved | In progress\n"
        "Phone: 13410765291\n== Case #3 ==\ndiscussed\n* Status: done"
    ),
    "release notes": (
        "= Release 12.3 =\n== Fixed case-sensitive search #3012 (2020-04-10) ==\nStatus: Done\n"
        "Problem: x\n= Case 20200410 =\nIssue: y"
    ),
    "use cases": (
        "= Use case 1 - login =\nDescription: x\nStatus: ☑ Resolved\nPhone: 134\n"
        "= Test case #12: foo =\nDescription: x\nState: open"
    ),
    "case studies": "= Case 1: ACME =\nProblem: x\nSolution: y\nContact: a@b.c\nLocation: Berlin",
    "a template shown": (
        "{{code}}\n= szds_case#46_20200410 =\n状态: ☑已解决\n{{/code}}\n~= szds_case#46_20200410\n"
        "{{{\n= szds_case#47_20200410 =\n}}}\n{{noformat}}\n= case#50_20200410 =\n{{/noformat}}"
    ),
    "a list of cases": (
        "= 案例目录 =\n* [[szds_case#46_20200410>>A.B]]\n| szds_case#46_20200410 | 已解决 |\n"
        "状态: ☑已解决\n== 案例统计 2020-04 ==\n问题描述：x\n手机号码：1"
    ),
    "shared cases": "= 案例分享 2020-04-10 =\n问题描述：x\n手机号码：134\n状态：☑已解决",
    "markdown": "# szds_case#46_20200410\n**状态**: ☑已解决\n## 跟踪\n【令】: 已核实",
    "a chat": "令: 已核实\n【令】：case#46_20200410 已解决☑\n状态: ☑已解决",
    "talk of a case": (
        "= 关于 szds_case#46_20200410 的讨论 =\n问题描述：x\n手机号码：134\n"
        "= Re: szds_case#46_20200410 =\nProblem: x\nPhone: 1\n"
        "= szds_case#46_20200410 与 szds_case#45_20200407 的比较 =\n状态: ☑已解决"
    ),
    "in bold": "见 **szds_case#46_20200410**\n**szds_case#46_20200410** 已解决\n状态: ☑已解决",
    "tickets": "= Ticket #46 (2020-04-10) =\nProblem: x\nStatus: ☑ Resolved",
}


@pytest.mark.parametrize("name", NOTHING)
def test_no_case(name: str) -> None:
    """Pages that tell of cases without being any give none."""
    assert read(NOTHING[name]) == []
