"""Pages whose every habit is drawn on its own: any label form with any status mark, and so on."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.cases.dialects import Fact

ZH: Mapping[str, Sequence[str]] = {
    "phone": ("手机号码", "联系电话", "客户手机号", "電話"),
    "bill": ("账单号", "订单编号", "帳單編號"),
    "connector": ("枪号", "充电枪号", "槍編號"),
    "pile": ("桩号", "充电桩编号", "樁編碼"),
    "started": ("充电时间", "开始时间", "起始時間"),
    "ended": ("结束时间", "結束充電時間"),
    "problem": ("问题描述", "故障现象", "問題"),
    "station": ("站点", "场站名称"),
    "tracking": ("跟踪", "处理过程", "跟進記錄"),
    "resolution": ("解决", "处理结果", "解決方案"),
    "status": ("状态", "当前状态", "處理狀態"),
    "engineers": ("售后(跟单)工程师", "售后工程师", "負責工程師"),
    "resolved": ("已解决", "已解決"),
    "in_progress": ("处理中", "處理中"),
    "shelved": ("暂搁置", "暫擱置"),
    "unknown": ("待回访",),
}
EN: Mapping[str, Sequence[str]] = {
    "phone": ("Phone", "Mobile no.", "Contact Number"),
    "bill": ("Bill number", "Order ID", "Invoice No."),
    "connector": ("Connector", "Gun No.", "Connector ID"),
    "pile": ("Pile number", "Charge point ID", "Charger no"),
    "started": ("Start time", "Started at", "Charging start"),
    "ended": ("End time", "Ended", "Stop Time"),
    "problem": ("Problem description", "Issue", "Problem"),
    "station": ("Station", "Site name"),
    "tracking": ("Tracking", "Follow-up", "Progress"),
    "resolution": ("Resolution", "Outcome"),
    "status": ("Status", "Current status"),
    "engineers": ("After-sales engineer", "Engineer(s)", "Responsible engineer"),
    "resolved": ("Resolved", "resolved"),
    "in_progress": ("In progress", "In Progress"),
    "shelved": ("Shelved", "On hold"),
    "unknown": ("Escalated",),
}
NAMES = {
    False: ("令", "陈劫", "许总", "罗宾森", "欧阳锋", "shi", "YD", "王工", "chinyee"),
    True: ("Ann Lee", "Bob", "Carol Stone", "Dmitri", "J. Smith", "Wei"),
}
ENGINEERS = {False: ("YD", "施文俊", "chinyee"), True: ("YD", "Bob", "Ann Lee")}
HEADINGS = (
    "= szds_case#{n}_{d8} =", "== gz_Case #{n}_{d8} ==", "=== case#{n} {d} ===",
    "= 案例#{n} {d} =", "= Case #{n} - {ds} =", "== **bj_case#{n}_{d8}** ==",
    "= szds~_case~#{n}~_{d8}", "= sh.case＃{n}_{d8} ：扣费 =", "= 售后案例#{n}（{d}） =",
    '= (% id="c{n}" %)szds_case#{n}_{d8} =', '= {{{{id name="c{n}"/}}}}szds_case#{n}_{d8} =',
    "== __szds_case#{n}_{d8}__ ==", "= [[szds_case#{n}_{d8}>>Cases.C{n}]] =", "= 工单第{n}号 {d} =",
    "= Case No. {n} ({d}) =",
)  # fmt: skip
LABELS = (
    "{l}:{v}", "{l}：{v}", "{l}  ：  {v}", "**{l}**：{v}", "**{l}：**{v}", "* {l}：{v}",
    "- {l}: {v}", "1. {l}: {v}", "|{l}|{v}", "| {l}： | {v} |", "{l}﹕{v}", "{l}︰{v}",
    '|=(% scope="row" %){l}|(% style="x" %){v}', "| **{l}** | {v} |", "; {l}\n: {v}",
    "__{l}__: {v}", "//{l}//：{v}", "【{l}】：{v}", "> {l}: {v}", "{l}\n：{v}", "{l}:\n{v}",
    '(% style="color:red" %){l}(%%)：{v}', '(% style="color:red" %)**{l}：**(%%){v}',
    "* **{l}** - {v}", "*   {l} :  {v}", "{l}={v}", "{l} | {v}", "※{l}：{v}", "● {l}：{v}",
    "{l}：**{v}**", "({k}) {l}：{v}", "{k}、{l}：{v}", "{k}. {l}: {v}", "=== {l} ===\n{v}",
    "==== {k}. {l}：{v} ====", "{l} → {v}",
)  # fmt: skip
PARTS = (
    "~-~-{p}", "~-~-{p}:", "--{p}--", "-- {p}", "== {p} ==", "=== {p}： ===", "**{p}**",
    "**{p}：**", "【{p}】", "【{p}】：", "——{p}——", "{p}：", "■ {p}", "★{p}★", "* {p}", "# {p}",
    '(% class="h" %)**{p}**', "---- {p} ----", "▶ {p}", "{{{{info}}}}{p}{{{{/info}}}}", "{k}、{p}",
    "{k}. {p}:", "__**{p}**__", "<<{p}>>", "[{p}]", "(% colspan %)|=(% colspan='2' %){p}", "({p})",
)  # fmt: skip
ROUNDS = {
    False: (
        "【第{c}轮分析】:", "【第{n}轮】", "第{n}轮分析：", "**第{c}轮：**", "=== 第{c}轮分析 ===",
        "第 {n} 轮", "~-~-第{c}轮分析", "* 第{c}轮分析：", "第{c}次分析:", "(第{c}轮)", "第{c}轮",
        "【第{c}轮分析 2020-04-10】：", "第{c}轮（2020-04-10）：",
    ),
    True: (
        "[Round {n}]:", "Round {n}:", "**Round {n}**", "=== Round {n} ===", "Round {n} analysis:",
        "[Round #{n}]", "* Round {n}:", "~-~-Round {n}", "Round {n} (2020-04-10):", "ROUND {n}",
    ),
}  # fmt: skip
SPEAKERS = (
    "【{s}】:", "【{s}】：", "【 {s} 】:", "**【{s}】**：", "**【{s}】：**", "[{s}]:", "~[{s}~]: ",
    "{s}:", "{s}： ", "**{s}**：", "**{s}：**", "@{s}：", "@{s}: ", "〔{s}〕：", "* 【{s}】：",
    "- [{s}]: ", "\\\\【{s}】：", '(% style="color:blue" %)【{s}】(%%)：', "//{s}//: ",
    "[[{s}>>XWiki.U]]：", "【[[{s}>>XWiki.U]]】：", "【**{s}**】：", "* {s}: ", "【{s}】 ： ",
    '(% style="color:blue" %){s}：(%%)', "【{s}】", "● {s}：",
)  # fmt: skip
MARKS = (
    ("☑{w}", "{w}"), ("{w}√", "{w}"), ("[x] {w}", "[ ] {w}"), ("~[x] {w}", "~[ ] {w}"),
    ("✅ {w}", "{w}"), ("{w} ✔", "{w}"), ("(√){w}", "( ){w}"), ("{w}(√)", "{w}(  )"),
    ("{w}[√]", "{w}[ ]"), ("☑ {w}", "☐ {w}"), ("■{w}", "□{w}"), ("√{w}", "×{w}"),
    ("{w}【√】", "{w}【】"), ("[X]{w}", "[]{w}"), ("**☑{w}**", "{w}"), ("☑**{w}**", "{w}"),
    ("{w}（√）", "{w}（ ）"), ('(% style="color:green" %)✓{w}(%%)', "{w}"), ("☑{w}", "--{w}--"),
    ("✔️{w}", "⬜{w}"), ("◉ {w}", "○ {w}"), ("☒ {w}", "☐ {w}"), ("✅️ {w}", "❌ {w}"),
    ("(/) {w}", "(x) {w}"), ("{w}：√", "{w}："), ('{{{{icon name="check"/}}}} {w}', "{w}"),
)  # fmt: skip
BETWEEN = (" | ", "|", " / ", "/", "、", "，", "  ", "    ", " ； ", " \\\\ ", " · ", "；", "\t")
LEGENDS = ("", "(☑表示选定 )", "（☑表示选定）", " (tick = selected)")
COMMAS = ("、", "，", ", ", "/", " / ", "&", " & ", "; ", "；", "+")
SAYS = {
    False: (
        "已核实,桩端正常响应。", "客户反馈问题已解决,待确认。", "见日志【2020-3.21 上线】后再看。",
        "平台4:56收到停止命令", "状态☑不代表结束", "费用12.50元已退,金额:12.5",
        "https://a.b/c?d=1:2 看", "[[image:1586489889894-194.png]]", "1、登录平台；2、点查询",
        "他说“【令】：不行”",
    ),
    True: (
        "Checked, the charger answers.", "They say it is resolved, please confirm.",
        "See https://a.b/c at 4:56", "Refund of 12.50 was sent: done", "I asked [see log] and wait",
    ),
}  # fmt: skip
STAYS = {
    False: (
        "注意:请勿直接退款", "原因：网络抖动", "【2020-4.7】已上线", "* 列表项", "|a|b", "----",
        "2. 第二点:补充", "{{code}}\n【甲】:乙\n状态: ☑已解决\n{{/code}}", "(((\n组\n)))", "> 引用",
        "步骤：1)重启", "[[attach:a.log]]", "12:30 到现场", "{{info}}提示{{/info}}", "备注：已转",
    ),
    True: (
        "Note: do not refund yet", "Reason: network", "* item one", "|a|b", "1. step: restart",
        '{{code language="none"}}\n[Bob]: x\nStatus: [x] Resolved\n{{/code}}', "Next steps: wait",
        "> quoted", "Warning: old firmware", "10:30 restarted", "See also: [[doc>>A.B]]",
    ),
}  # fmt: skip
PROBLEMS = {
    False: ("此单重复扣费", "充电桩离线,无法启动", "扫码后提示已解决但仍扣费：见截图"),
    True: ("Charged twice for one session", "Charger offline: no light", "Refund not received yet"),
}
STATES = ("resolved", "in_progress", "shelved")
HAN = "零一二三四五"


@dataclass
class Mix:
    """One way of writing, and a page so written."""

    seed: int
    words_of: Mapping[str, Sequence[str]] | None = None
    """Another vocabulary than the shipped ones."""
    headings: Sequence[str] = HEADINGS
    cases: int = 3
    lines: list[str] = field(default_factory=list)
    facts: dict[str, Counter[Fact]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rng = self.rng = random.Random(f"mix/{self.seed}")
        self.english = rng.random() < 0.4
        vocabulary = self.words_of or (EN if self.english else ZH)
        if self.words_of:
            self.english = all(words[0][0] < "\u2e80" for words in vocabulary.values())
        self.words = {k: rng.choice(v) for k, v in vocabulary.items()}
        self.heading, self.part = rng.choice(self.headings), rng.choice(PARTS)
        self.label, self.speaker = rng.choice(LABELS), rng.choice(SPEAKERS)
        self.round = rng.choice((None, rng.choice(ROUNDS[self.english])))
        self.mark, self.between = rng.choice(MARKS), rng.choice(BETWEEN)
        self.below = rng.choice((None, None, None, "* ", "", "- ", "1. "))
        self.comma, self.gap = rng.choice(COMMAS), rng.random() < 0.2
        one_way = "\n" not in self.label and rng.random() < 0.6
        self.end = self.label if one_way else rng.choice(("{l}：{v}", "{l}: {v}"))
        legend = rng.choice(LEGENDS)
        self.status_label = self.words["status"] + ("" if "==" in self.end else legend)
        for n in range(self.cases):
            self._case(self.seed * 10 + n)

    def _put(self, text: str) -> tuple[int, int]:
        first = len(self.lines) + 1
        self.lines += text.split("\n")
        return first, len(self.lines)

    def _note(self, kind: str, *fact: object) -> None:
        self.facts.setdefault(kind, Counter())[fact] += 1

    def _case(self, n: int) -> None:
        rng, words = self.rng, self.words
        d = f"2020-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
        self._put(self.heading.format(n=n, d=d, d8=d.replace("-", ""), ds=d.replace("-", "/")))
        self._note("case", n, d)
        if rng.random() < 0.3:
            self._put("")
        self._head(n)
        self._put("")
        self._put(self.part.format(p=words["tracking"], k=8))
        if rng.random() < 0.5:
            self._put("")
        self._talk(n)
        self._put("")
        self._put(self.part.format(p=words["resolution"], k=9))
        self._end(n)
        self._put("")

    def _head(self, n: int) -> None:
        rng = self.rng
        values = [
            ("station", "Shenzhen Bay" if self.english else "深圳湾"),
            ("phone", f"1{rng.choice('3578')}{rng.randrange(10**9):09}"),
            ("bill", f"20200404{rng.randrange(10, 24)}3059{rng.randrange(10**6):06}"),
            ("connector", str(rng.randrange(1, 9))),
            ("pile", f"440305{rng.randrange(10**14):014}"),
            ("started", "2020-04-04 04:51:09"),
            ("ended", "2020/4/4 6:18"),
        ]  # fmt: skip
        values = [one for one in values if rng.random() < 0.7]
        values.append(("problem", rng.choice(PROBLEMS[self.english])))
        if rng.random() < 0.3:
            rng.shuffle(values)
        for k, (name, value) in enumerate(values, 1):
            first, last = self._put(self.label.format(l=self.words[name], v=value, k=k))
            if self.gap:
                self._put("")
            if name in ("problem", "station"):
                self._note(name, n, value)
                continue
            self._note("field", n, name, value, first, last)
            if name in ("phone", "bill", "pile"):
                self._note("identifier", n, name, value, last)

    def _talk(self, n: int) -> None:
        rng = self.rng
        round_ = None
        signed = "】" in self.speaker and self.speaker != "【{s}】"
        if signed and not self.round and rng.random() < 0.3:
            said = rng.choice(PROBLEMS[self.english])
            self._note("turn", n, None, None, said, *self._put(said))
        for turn in range(rng.randrange(2, 6)):
            if self.round and (turn == 0 or rng.random() < 0.3):
                round_ = (round_ or 0) + 1
                self._put(self.round.format(n=round_, c=HAN[round_]))
            text = [rng.choice(SAYS[self.english])]
            text += rng.choices(STAYS[self.english], k=rng.choice((0, 0, 1, 2)))
            name = rng.choice(NAMES[self.english])
            body = "\n".join(text)
            place = self._put(self.speaker.format(s=name) + body)
            self._note("turn", n, round_, name, body, *place)

    def _end(self, n: int) -> None:
        rng, words = self.rng, self.words
        status = rng.choice((*STATES, *STATES, "unset", "unknown", "conflicting"))
        on = set(rng.sample(STATES, 2)) if status == "conflicting" else {status}
        options = [*STATES, "unknown"] if status == "unknown" else [*STATES]
        written = [self.mark[o not in on].format(w=words[o]) for o in options]
        if status == "unset" and self.mark[1].startswith("(x)"):
            written = [words[o] for o in options]
        if self.below is None:
            value = self.between.join(written)
            first, _ = self._put(self.end.format(l=self.status_label, v=value, k=9))
        else:
            first, _ = self._put(self.end.format(l=self.status_label, v="", k=9).rstrip())
            self._put("\n".join(self.below + option for option in written))
        known = status if status in (*STATES, "conflicting") else "unset"
        self._note("status", n, known, first)
        names = rng.sample(ENGINEERS[self.english], rng.randrange(3))
        value = self.comma.join(names)
        first, _ = self._put(self.end.format(l=words["engineers"], v=value, k=9))
        for name in names:
            self._note("engineer", n, name, first)
