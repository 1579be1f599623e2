"""Cases and pages made up for the tests of the site; nobody in them is real."""
# ruff: noqa: E501

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from kb.archive import AttachmentView, LineView, PageStanding, PageView, RevisionView
from kb.cases.history.named import Named, named_in_case, named_on_page
from kb.cases.record import (
    Anomaly,
    Case,
    CaseAttachment,
    CaseSource,
    Event,
    Field,
    Identifier,
    Origin,
    Related,
    Resolution,
    Section,
    Status,
    Turn,
    Unclassified,
    to_json,
)
from kb.model import Comment, PageId
from kb.redact.material import MaterialPage, MaterialVersion
from kb.redact.public_material import PublicMaterial
from kb.redact.public_pages import PublicPages
from kb.redact.public_rules import PublicRules

PAGE = PageId("xwiki", "Support.Cases.WebHome")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc0f01f000501010275e8b5b70000000049454e44ae426082"
)
PIXEL_SHA = hashlib.sha256(PIXEL).hexdigest()
LOG = "04:51:09 启动 <start>\n".encode() * 60
LOG_SHA = hashlib.sha256(LOG).hexdigest()


def at(first: int, last: int | None = None, version: str = "3.2") -> Origin:
    return Origin(
        lines=(first, last or first), version=version, author="工程师甲", date="2020-04-10"
    )


def source(first: int, last: int) -> CaseSource:
    return CaseSource(
        wiki="xwiki", page=PAGE.page, locale="", version=None, lines=(first, last),
        history="lines", url="https://wiki.example.org/bin/view/Support/Cases/",
    )  # fmt: skip


def small(case_id: str, problem: str, *, status: Status = "unset", **more: Any) -> Case:
    values = {"language": "zh", "source": source(1, 3), "origins": {"/id": at(1)}, **more}
    return Case(id=case_id, problem=problem, status=status, **values)


def double_charge() -> Case:
    """Every kind of part that a case can have, in Chinese."""
    return Case(
        id="demo_case#46_20200410", number=46, date="2020-04-10", language="zh", station="示例一站",
        status="unset", problem="此单重复扣费,同一时段出现两条账单",
        fields=(
            Field(name="phone", label="手机号码", value="13800000001", origin=at(8)),
            Field(name="bill", label="账单号", value="20200404045100006730", origin=at(9)),
            Field(name="connector", label="枪号", value="2", parsed=2, origin=at(10)),
            Field(name="pile", label="桩号", value="44030500040000200030", origin=at(11)),
            Field(name="started", label="充电时间", value="2020-04-04 04:51:09", parsed="2020-04-04T04:51:09", origin=at(12)),
            Field(name="vehicle", label="车牌", value="", origin=at(13)),
        ),
        turns=(
            Turn(round=1, speaker=None, text="1、两张账单都是扫码充电,本站不支持一号多充。\n2、时间上确实交叉,疑似一号多充。\n3、转研发进一步确认。", origin=at(18, 21)),
            Turn(round=2, speaker="甲工", text="4:51 客户扫码启动,4:56 平台认为超过 5 分钟未启动,于是下发停止命令。\n\n这个阶段到底有没有启动充电?", origin=at(31, 32)),
            Turn(round=2, speaker="乙技术", text="对平台来说 20200404045100006730 事务已结束。心跳机制正常,但预期上送的状态不应该是 charging。", origin=at(33)),
            Turn(round=2, speaker="甲工", text="鉴于这个账号上发生了平台不允许发生的情况,建议先给这笔账单退款处理。", origin=at(40, version="3.1")),
            Turn(round=2, speaker="QA", text="Retried with firmware 2.3.1: the double charge no longer occurs.", origin=at(44, version="3.3")),
        ),
        sections=(Section(label="PS", text="功能上线后的效果由项目方持续跟踪。", origin=at(50)),),
        resolution=Resolution(text="1、筛选条件输入账单号,点查询。\n2、把电量改成 0,系统会自动调整扣款金额,多退少补。", origin=at(54, 56)),
        engineers=("工程师甲", "Engineer B"),
        attachments=(
            CaseAttachment(name="screen 1.png", kind="image", sha256=PIXEL_SHA, origin=at(51)),
            CaseAttachment(name="missing.log", kind="file", sha256=None, origin=at(52)),
        ),
        identifiers=(
            Identifier(kind="phone", value="13800000001", origin=at(8)),
            Identifier(kind="bill", value="20200404045100006730", origin=at(9)),
            Identifier(kind="bill", value="20200404045100006730", origin=at(33)),
            Identifier(kind="pile", value="44030500040000200030", origin=at(11)),
            Identifier(kind="pile", value="4403050004000020003", origin=at(24)),
        ),
        anomalies=(Anomaly(code="identifier-length", message="桩号 4403050004000020003 是 19 位,应为 20 位", origin=at(24)),),
        related=(Related(id="demo_case#44_20200407", via=("bill:20200404045100006730",)), Related(id="elsewhere#1", via=("similar:0.81",))),
        timeline=(
            Event(version="1.6", author="工程师甲", date="2020-04-08T09:30", change="created"),
            Event(version="3.1", author="甲工", date="2020-04-10T10:02", change="turn", name="甲工", new="鉴于这个账号上发生了平台不允许发生的情况"),
            Event(version="3.2", author="工程师甲", date="2020-04-10", change="status", old="processing", new="unset"),
        ),
        unclassified=(Unclassified(text="~~未归类的一行", origin=at(57)),),
        origins={"/id": at(5), "/date": at(5), "/status": at(55), "/station": at(7), "/problem": at(14), "/engineers/0": at(56), "/engineers/1": at(56)},
        source=source(5, 57),
    )  # fmt: skip


def refund() -> Case:
    """An English case, resolved."""
    return small(
        "demo_case#45_20200407", "Refunds are only possible in a fixed period; operators want their own text",
        status="resolved", language="en", date="2020-04-07", station="Example Station Two", engineers=("Engineer B",),
        turns=(
            Turn(round=None, speaker="Lead", text="Which refunding rules did the customer configure? See https://example.org/rules", origin=at(62)),
            Turn(round=None, speaker="Operator", text="Requests from day 1 to 10, automatic from day 8 to 18.", origin=at(63)),
        ),
        source=source(58, 80),
    )  # fmt: skip


def others() -> list[Case]:
    return [
        small(
            "demo_case#44_20200407",
            "麻烦提供账单 20200404045100006730 的登录时间和登出报文",
            status="resolved",
            date="2020-04-07",
            identifiers=(Identifier(kind="bill", value="20200404045100006730", origin=at(82)),),
            timeline=(
                Event(
                    version="2.2",
                    author="甲工",
                    date="2020-04-09",
                    change="status",
                    old="unset",
                    new="resolved",
                ),
            ),
            source=source(81, 90),
        ),
        small(
            "demo_case#43_20200403",
            "账号 demozs 可以看到全部的报表",
            status="in_progress",
            date="2020-04-03",
            source=source(91, 100),
        ),
        small(
            "demo_case#42_20200401",
            "枪线过热导致充电中断",
            status="shelved",
            date="2020-04-01",
            source=source(101, 110),
        ),
        small(
            "demo_case#41_20200331",
            "重複扣費:舊系統的帳單",
            status="conflicting",
            date="2020-03-31",
            language="zh-Hant",
            source=source(111, 112),
        ),
    ]


def page() -> PageView:
    authors = ["工程师甲", "甲工", "Engineer B", None]
    lines = tuple(
        LineView(n, f"第 {n} 行 source of line {n}" if n % 4 else "", f"{1 + n // 20}.{n // 8 % 5}", authors[n // 8 % 4], "2020-04-10")
        for n in range(1, 113)
    )  # fmt: skip
    picture = AttachmentView(
        name="screen 1.png", version="1.1", sha256=PIXEL_SHA, size=len(PIXEL), mimetype="image/png",
        author=None, date=None, comment=None,
    )  # fmt: skip
    log = msgspec.structs.replace(
        picture, name="gateway.log", sha256=LOG_SHA, size=len(LOG), mimetype="text/plain"
    )
    comments = (
        Comment(number=0, text="请看 **日志** {{velocity}}$x{{/velocity}}", author="甲工", date="2020-04-11T08:00:00Z"),
        Comment(number=1, text="See [[missing>>Nowhere]]", author="Engineer B", reply_to=0, selection="one"),
    )  # fmt: skip
    return PageView(
        key=1, id=PAGE, history="lines", title="售后案例 Support cases", syntax="xwiki/2.1",
        default_locale=None, version=None, parent=None, hidden=None, creator=None, created=None,
        modified="2020-04-10T11:00:00Z", url="https://wiki.example.org/bin/view/Support/Cases/",
        gone=None, renamed_to=None, digest=b"1", lines=lines, attachments=(picture, log), comments=comments,
        objects=(), tags=("support", "售后"),
    )  # fmt: skip


TEXTS = {
    "1.1": "= Cases =\n\none\ntwo\nthree\n" + "\n".join(f"line {n}" for n in range(40)),
    "1.2": "= Cases =\n\none\n2 <b>two</b>\nthree\n" + "\n".join(f"line {n}" for n in range(40)),
    "2.1": "= 案例 =\n\none\nthree\n"
    + "\n".join(f"line {n}" for n in range(40) if n != 20)
    + "\nend",
}


def versions() -> Iterable[MaterialVersion]:
    """Three whole versions, and one of which only the number is known."""
    for name in ("1.1", "1.2", "1.3", "2.1"):
        about = RevisionView(
            version=name, author="工程师甲", date="2020-04-10T09:30", comment="改", minor=None,
            title=None, syntax=None, held=name in TEXTS,
        )  # fmt: skip
        yield MaterialVersion(about, TEXTS.get(name))


@dataclass
class Sample:
    """Material of a site, from lists."""

    all_cases: list[Case] = field(default_factory=lambda: [double_charge(), refund(), *others()])
    all_pages: list[PageView] = field(default_factory=lambda: [page()])
    blobs: dict[str, bytes] = field(default_factory=lambda: {PIXEL_SHA: PIXEL, LOG_SHA: LOG})

    def records(self) -> Iterable[bytes]:
        return map(to_json, self.all_cases)

    def pages(self) -> Iterable[MaterialPage]:
        for page in self.all_pages:
            yield MaterialPage(
                id=page.id, digest=page.digest, read=partial(_same, page), versions=versions
            )

    def named(self) -> Iterable[Named]:
        for case in self.all_cases:
            yield from named_in_case(case)
        for shown in self.pages():
            yield from named_on_page(shown.read(), [one.about for one in shown.versions()])

    def past(self) -> Iterable[tuple[PageId, str]]:
        return ()

    def blob(self, sha256: str) -> bytes:
        return self.blobs[sha256]

    def visible(self, **rules: Any) -> PublicPages:
        """Which pages may be public by kb.toml's ``rules``: all, where they open none by name."""
        rules = {"open": ("*",), **rules}
        standings = [
            PageStanding(id=p.id, hidden=p.hidden, gone=p.gone, whole=True, objects=p.objects)
            for p in self.all_pages
        ]
        return PublicPages(standings, PublicRules(**rules))

    def public(self, **rules: Any) -> PublicMaterial:
        """Its public material."""
        return PublicMaterial(self, self.visible(**rules), b"key")


def _same(page: PageView) -> PageView:
    return page


def tree_of(folder: Path) -> dict[str, bytes]:
    """Bytes of all files under a folder, by path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
