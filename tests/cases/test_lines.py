"""Single lines and short stretches: how teams write one thing, and what is to be read."""

from __future__ import annotations

import pytest

from tests.cases.pages import read, read_one

OPTIONS = {
    "状态(☑表示选定 ): 已解决 | 处理中 | 暂搁置": "unset",
    "状态(☑表示选定 ): ☑已解决 | 处理中 | 暂搁置": "resolved",
    "状态(☑表示选定 ): 已解决 | 处理中 | ☑ 暂搁置": "shelved",
    "状态：已解决☑ 处理中 暂搁置": "resolved",
    "状态: 已解决 √ | 处理中": "resolved",
    "状态:☑ 已解决 ☐ 处理中 ☐ 暂搁置": "resolved",
    "状态:已解决 ☐ 处理中 ☑ 暂搁置 ☐": "in_progress",
    "状态 ☑已解决 处理中 暂搁置": "resolved",
    "状态: 已解决 ☑ 处理中 暂搁置": "unset",
    "状态: --☑已解决-- | ☑处理中": "in_progress",
    "状态: --☑ 已解决-- | 处理中": "unset",
    "状态: **已解决** | 处理中": "unset",
    "状态: --已解决-- | 处理中": "unset",
    "状态(加粗表示选定): **已解决** | 处理中": "resolved",
    "状态(划去不适用的): --已解决-- | 处理中 | --暂搁置--": "in_progress",
    "状态(划去不适用的): --已解决-- | 处理中 | 暂搁置": "unset",
    "状态: ☑未解决 | 处理中": "unset",
    "状态: ☑已解决 | ☑处理中": "conflicting",
    "状态: ☑待回访 | 处理中": "unset",
    "状态: 已解决": "unset",
    "状态:离线": "unset",
    "状态(●表示选定): ●已解决 | ○处理中": "resolved",
    "状态(★为选定): ★已解决 | 处理中": "resolved",
    "状态: ● 已解决 ● 处理中 ● 暂搁置": "unset",
    "状态: ■已解决 □处理中 □暂搁置": "resolved",
    "状态: ☑已解决 | 处理中 | 暂搁置 (☑表示选定)": "resolved",
    "状态: (☑表示选定) 已解决 | 处理中": "unset",
    "状态: 已解决（☑） 处理中（） 暂搁置（）": "resolved",
    "狀態(☑表示選定): 已解決 | ☑處理中 | 暫擱置": "in_progress",
    "| 状态 | ☑已解决 | 处理中 | 暂搁置": "resolved",
    "* **状态**: [x] 已解决 [ ] 处理中": "resolved",
    "【状态】☑已解决 | 处理中": "resolved",
    "状态: ☑已解决(2020-04-12) | 处理中": "resolved",
    "状态:\n* [ ] 已解决\n* [x] 处理中": "in_progress",
    "状态(☑表示选定):\n已解决\n☑处理中\n暂搁置": "in_progress",
    "状态:\n\n☑ 已解决\n处理中": "resolved",
    "状态: 已解决 | 处理中\n☑ 我方已确认": "unset",
    "Status: [x] Resolved / [ ] In progress / [ ] Shelved": "resolved",
    "Status: Resolved ✓ | In progress | Shelved": "resolved",
    "Status (✅ = current): Resolved | ✅ In Progress": "in_progress",
    "Status: ✅ Unresolved | In progress": "unset",
    "Status: ✅ Not resolved": "unset",
    "Status (bold = current): Resolved | **Shelved**": "shelved",
    "Status: ✔ Resolved by Ann | In progress": "resolved",
    "问题已解决 ☑": "unset",
    "~-~-跟踪\n【令】:☑已解决\n状态:处理中": "unset",
    "{{code}}\n状态: ☑已解决\n{{/code}}": "unset",
    "{{{\n状态: ☑已解决\n}}}": "unset",
}


@pytest.mark.parametrize("text", OPTIONS)
def test_status(text: str) -> None:
    """The status is the state that is marked, and unset where none is or the mark is ambiguous."""
    assert read_one(f"问题描述:x\n{text}").status == OPTIONS[text]


CODES = {
    "状态: ☑待回访 | 处理中": "status-unknown",
    "状态: ☑已解决 | ☑处理中": "status-conflict",
    "状态: 已解决 ☑ 处理中": "status-ambiguous",
    "状态: 已解决": "status-unmarked",
    "状态: ☑已解决": "resolved-without-engineer",
    "充电时间:2020-04-04 05:00\n结束时间:2020-04-04 04:00": "time-order",
    "充电时间:2020-04-04 05:00\n结束时间:2020-04-09 04:00": "duration",
    "充电时间:2020-13-04 05:00": "value-unreadable",
    "账单号:2020040404510966673": "identifier-length",
    "手机号码:93410765291": "identifier-check",
    "VIN:LGXC16DF4A0000001": "identifier-check",
    "桩号:44030500040000200030 桩号:4403050004000020030": "identifier-near",
    "04:55:43 微信端点启动充电命令\n4:55:53 微信端启动充电": "time-conflict",
}


@pytest.mark.parametrize("text", CODES)
def test_anomalies(text: str) -> None:
    """What is wrong with a value or a status has the anomaly of that code."""
    assert CODES[text] in [anomaly.code for anomaly in read_one(text).anomalies]


@pytest.mark.parametrize(
    "text",
    [
        "手机号码:0755-12345678",
        "电话:400-830-1234",
        "手机号码:+86 134 1076 5291",
        "充电时间:2020-04-04 04:51:09\n结束时间:2020-04-04 06:18:18",
        "枪号:A",
        "充电时间:",
        "04:55:43 启动充电命令\n04:56:37 停止充电命令",
        "VIN:1HGBH41JXMN109186",
        "状态:",
    ],
)
def test_nothing_odd(text: str) -> None:
    """What is right, in whatever form, has no anomaly."""
    assert read_one(text).anomalies == ()


FIELDS = {
    "手机号码:134": ("phone", "手机号码", "134"),
    "手机号码 ： 134": ("phone", "手机号码", "134"),
    "手 机 号 码:134": ("phone", "手 机 号 码", "134"),
    "**手机号码:** 134": ("phone", "手机号码", "134"),
    "**手机号码**：**134**": ("phone", "手机号码", "134"),
    "* 手机号码: 134": ("phone", "手机号码", "134"),
    "1. 手机号码: 134": ("phone", "手机号码", "134"),
    "|手机号码|134": ("phone", "手机号码", "134"),
    "|=手机号码|134|": ("phone", "手机号码", "134"),
    "| 手机号码： | 134 |": ("phone", "手机号码", "134"),
    '|(% style="a" %)手机号码|134': ("phone", "手机号码", "134"),
    "手机号码 - 134": ("phone", "手机号码", "134"),
    "手机号码——134": ("phone", "手机号码", "134"),
    "手机号码 → 134": ("phone", "手机号码", "134"),
    "手机号码 | 134": ("phone", "手机号码", "134"),
    "手機號碼：134": ("phone", "手機號碼", "134"),
    "【手机号码】134": ("phone", "手机号码", "134"),
    "【手机号码】：134": ("phone", "手机号码", "134"),
    "手机号码(车主):134": ("phone", "手机号码(车主)", "134"),
    "手机号码:\n134": ("phone", "手机号码", "134"),
    "手机号码:": ("phone", "手机号码", ""),
    "\\\\手机号码:134": ("phone", "手机号码", "134"),
    "Phone No.: 134": ("phone", "Phone No.", "134"),
    "BILL NUMBER: 2020": ("bill", "BILL NUMBER", "2020"),
    "Billing_ID=2020": ("bill", "Billing_ID", "2020"),
    "车辆品牌:比亚迪": ("车辆品牌", "车辆品牌", "比亚迪"),
    "Vehicle brand: BYD": ("Vehicle brand", "Vehicle brand", "BYD"),
}


@pytest.mark.parametrize("text", FIELDS)
def test_field(text: str) -> None:
    """A labelled value is a field with its canonical name, label and value as written."""
    fields = read_one(f"{text}\n问题描述:x").fields
    assert [(f.name, f.label, f.value) for f in fields] == [FIELDS[text]]


NO_FIELDS = [
    "见 https://a.b/c",
    "客户说：“不行”。",
    "12:30 到现场",
    "【2020-4.7】上线",
    "----",
    "{{info}}",
]


@pytest.mark.parametrize("text", NO_FIELDS)
def test_no_field(text: str) -> None:
    """A colon, a bracket or a macro alone makes neither a field nor a speaker."""
    case = read_one(f"{text}\n问题描述:x")
    assert (case.fields, case.turns) == ((), ())


MOMENTS = {
    "2020-04-04 04:51:09": "2020-04-04T04:51:09",
    "2020/4/4 4:51": "2020-04-04T04:51",
    "2020年4月4日 下午4点51分": "2020-04-04T16:51",
    "２０２０－０４－０４": "2020-04-04",
    "2020-04-04T04:51:09+0800": "2020-04-04T04:51:09+08:00",
    "4 April 2020, 4:51 pm": "2020-04-04T16:51",
    "Apr 4, 2020 12:05 AM": "2020-04-04T00:05",
    "2020-02-30 04:51": None,
    "4/5/2020": None,
    "昨天": None,
}


@pytest.mark.parametrize("text", MOMENTS)
def test_moment(text: str) -> None:
    """Dates and times are parsed no more precisely than written, and never guessed."""
    assert read_one(f"充电时间:{text}").fields[0].parsed == MOMENTS[text]


TURNS = {
    "【令】:甲": [("令", "甲")],
    "\\\\【令】：甲": [("令", "甲")],
    "**【令】:** 甲": [("令", "甲")],
    "【 令 】 : 甲": [("令", "甲")],
    "【令】:甲【陈劫】:乙": [("令", "甲"), ("陈劫", "乙")],
    "【令】:甲\n注意:乙\n【2020-4.7】丙": [("令", "甲\n注意:乙\n【2020-4.7】丙")],
    "【令】:甲\n【令】乙": [("令", "甲"), ("令", "乙")],
    "【令】:甲\n【重要】乙": [("令", "甲\n【重要】乙")],
    "【令 10:30】:甲": [("令 10:30", "甲")],
    "〔令〕：甲": [("令", "甲")],
    "[Ann Lee]: a\nNote: b": [("Ann Lee", "a\nNote: b")],
    "~[Ann~]: a": [("Ann", "a")],
    "Ann: a\nNote: b\nBob: c": [("Ann", "a\nNote: b"), ("Bob", "c")],
    "令:甲\n原因:乙\n陈劫:丙": [("令", "甲\n原因:乙"), ("陈劫", "丙")],
    "@令:甲\n@陈劫:乙": [("令", "甲"), ("陈劫", "乙")],
    "【令】:甲\n@陈劫:看": [("令", "甲\n@陈劫:看")],
    "甲\n乙": [(None, "甲\n乙")],
    "甲\n【令】:乙": [(None, "甲"), ("令", "乙")],
    "【令】:\n{{code}}\n【甲】:乙\n{{/code}}": [("令", "{{code}}\n【甲】:乙\n{{/code}}")],
    "设备状态:离线\n网络类型:4G\n设备状态:在线": [
        (None, "设备状态:离线\n网络类型:4G\n设备状态:在线")
    ],
    "[INFO]: 日志": [(None, "[INFO]: 日志")],
    "[1]: 甲": [(None, "[1]: 甲")],
    "2020-04-04 04:51:09 甲": [(None, "2020-04-04 04:51:09 甲")],
}


@pytest.mark.parametrize("text", TURNS)
def test_turns(text: str) -> None:
    """A turn goes from its speaker to the next; a labelled line within it stays in it."""
    case = read_one(f"问题描述:x\n~-~-跟踪\n{text}")
    assert [(turn.speaker, turn.text) for turn in case.turns] == TURNS[text]


ROUNDS = {
    "【第一轮分析】:": 1,
    "【第2轮】": 2,
    "第十二轮分析：": 12,
    "第二十一轮:": 21,
    "[Round 3 analysis]:": 3,
    "Round two:": 2,
    "[First round of analysis]": 1,
    "2nd round:": 2,
    "=== 第三轮 ===": 3,
    "**第４轮分析：**": 4,
}


@pytest.mark.parametrize("text", ROUNDS)
def test_round(text: str) -> None:
    """The mark of a round numbers the turns that follow."""
    case = read_one(f"~-~-跟踪\n{text}\n【令】:甲")
    assert [(turn.round, turn.speaker) for turn in case.turns] == [(ROUNDS[text], "令")]


SECTIONS = {
    "~~疑问:\n甲": ("疑问", "甲"),
    "PS:甲": ("PS", "甲"),
    "P.S.：甲": ("P.S.", "甲"),
    "~~补充说明, 甲": ("补充说明", "甲"),
    "【补充说明】：甲": ("补充说明", "甲"),
    "=== 现场照片 ===\n甲": ("现场照片", "甲"),
    "~~任何标签：甲": ("任何标签", "甲"),
}


@pytest.mark.parametrize("text", SECTIONS)
def test_section(text: str) -> None:
    """A section ends a turn, and has its label and text."""
    case = read_one(f"~-~-跟踪\n【令】:乙\n{text}\n【令】:丙")
    assert [(section.label, section.text) for section in case.sections] == [SECTIONS[text]]
    assert [turn.text for turn in case.turns] == ["乙", "丙"]


ENGINEERS = {
    "售后(跟单)工程师:chinyee YD": ["chinyee", "YD"],
    "售后工程师：施文俊、YD；令": ["施文俊", "YD", "令"],
    "工程师:施文俊和王小明": ["施文俊", "王小明"],
    "工程师:李和平": ["李和平"],
    "工程师:无": [],
    "工程师: YD YD": ["YD"],
    "售後(跟單)工程師：施文俊": ["施文俊"],
    "Engineer: John Smith, Ann": ["John Smith", "Ann"],
    "Engineers: Ann Lee and Bob": ["Ann Lee", "Bob"],
    "Engineer: n/a": [],
    "* **工程师**：[[施文俊>>XWiki.shi]]": ["施文俊"],
    "|工程师|YD|": ["YD"],
    '工程师:{{mention reference="XWiki.yd"/}}': ["yd"],
}


@pytest.mark.parametrize("text", ENGINEERS)
def test_engineers(text: str) -> None:
    """Engineers are names as written, each once, whatever separates them."""
    assert list(read_one(f"~-~-解决:\n{text}").engineers) == ENGINEERS[text]


IDENTIFIERS = {
    "手机号码:+86 134-1076-5291": [("phone", "134-1076-5291")],
    "手机：008613410765291": [("phone", "13410765291")],
    "来电 13410765291。": [("phone", "13410765291")],
    "账单号200404061834254768。的": [("bill", "200404061834254768")],
    "20200404045109666730事务已结束": [("bill", "20200404045109666730")],
    "桩号:4403 0500 0400 0020 0030 1号枪": [("pile", "4403 0500 0400 0020 0030")],
    "Billing_ID=20200404045109666730,桩号:44030500040000200030": [
        ("bill", "20200404045109666730"),
        ("pile", "44030500040000200030"),
    ],
    "账号gzss 这个": [("account", "gzss")],
    "车牌:粤B12345": [("vehicle", "粤B12345")],
    "见 20200404045109666730.log": [],
    "[[attach:20200404045109666730.log]]": [],
    "https:~/~/a.b/20200404045109666730": [],
    "示例 2019xxxxxxxxxxxx": [],
    "身份证 440305199001011234 卡 6222021234567890123": [],
    "见 a_case#20200404_20200404": [],
}


@pytest.mark.parametrize("text", IDENTIFIERS)
def test_identifiers(text: str) -> None:
    """Identifiers are found by label or by form, and not in names of files, links and ids."""
    case = read_one(f"~-~-跟踪\n【令】:{text}")
    assert [(found.kind, found.value) for found in case.identifiers] == IDENTIFIERS[text]


HEADINGS = {
    "= szds_case#46_20200410 =": ("szds_case#46_20200410", 46, "2020-04-10"),
    "=szds_case#46_20200410": ("szds_case#46_20200410", 46, "2020-04-10"),
    " == szds~_case＃46 2020-04-10 ==": ("szds_case＃46 2020-04-10", 46, "2020-04-10"),
    "= **szds_case#46_20200410** 重复扣费 =": ("szds_case#46_20200410", 46, "2020-04-10"),
    "= 3. szds_case#46_20200410 =": ("szds_case#46_20200410", 46, "2020-04-10"),
    "= 案例#46 2020-04-10 =": ("案例#46 2020-04-10", 46, "2020-04-10"),
    "= szds_case#46_20200431 =": ("szds_case#46_20200431", 46, None),
    "= szds_case#46 =": ("szds_case#46", 46, None),
    "**szds_case#46_20200410**": ("szds_case#46_20200410", 46, "2020-04-10"),
}


@pytest.mark.parametrize("text", HEADINGS)
def test_heading(text: str) -> None:
    """A heading gives id, number and date; one that is no day of the calendar gives none."""
    case = read_one("手机号码:1\n问题描述:x", text)
    assert (case.id, case.number, case.date) == HEADINGS[text]


@pytest.mark.parametrize(
    "text",
    [
        "= Use case #1: login =\nDescription: x\nStatus: ☑ Resolved",
        "= Test case #3 =\nnothing",
        "szds_case#46_20200410",
        "~= szds_case#46_20200410 =",
        "======= szds_case#46_20200410 =======",
        "{{code}}\n= szds_case#46_20200410 =\n{{/code}}",
        "{{{\n= szds_case#46_20200410 =\n}}}",
        "= Case studies =\nStatus: ☑ Resolved\nPhone: 1",
        "= 案例 =\n状态: ☑已解决",
    ],
)
def test_no_case(text: str) -> None:
    """What only looks like the heading of a case begins none."""
    assert read(text) == []


def test_where_a_case_ends() -> None:
    """A case ends at the next one, and at a heading of its level that is no part of it."""
    cases = read(
        "头\n= a_case#1_20200101 =\n问题描述:甲\n== 跟踪 ==\n【令】:乙\n= 其他 =\n丙\n"
        "= a_case#2_20200102 =\n问题描述:丁\n= 解决 =\n状态: ☑已解决\n工程师:YD"
    )
    assert [(case.problem, case.source.lines) for case in cases] == [
        ("甲", (2, 5)),
        ("丁", (8, 12)),
    ]
    assert [(case.status, case.engineers) for case in cases] == [
        ("unset", ()),
        ("resolved", ("YD",)),
    ]
