"""Pages of invented teams, written by rules, with what a reader must find on them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

Fact = tuple[object, ...]

NAMES_ZH = ("令", "陈劫", "许总", "罗宾森", "施文俊", "王小明", "令技术", "shi")
NAMES_EN = ("Ann Lee", "Bob", "Carol Stone", "Dmitri", "Eve O'Neil", "J. Smith")
PROBLEMS_ZH = ("此单重复扣费", "充电桩离线,无法启动", "扫码后提示已解决但仍扣费", "退款未到账")
PROBLEMS_EN = ("Charged twice for one session", "Charger offline", "Refund not received yet")
SAYS_ZH = (
    "已核实,桩端正常响应。", "客户反馈问题已解决,待确认。", "见日志【2020-3.21 上线】后再看。",
    "平台4:56收到停止命令", "请现场重启,状态☑不代表结束", "费用12.50元已退",
)  # fmt: skip
SAYS_EN = (
    "Checked, the charger answers.", "They say it is resolved, please confirm.",
    "See the log of 2020-03-21.", "Stop command received at 4:56", "Refund of 12.50 was sent",
)  # fmt: skip
STAY_ZH = (
    "注意:请勿直接退款",
    "【2020-4.7】已上线新版本",
    "原因:网络抖动",
    "2. 第二点补充",
    "说明:以平台为准",
)
STAY_EN = (
    "Note: do not refund yet",
    "Reason: network jitter",
    "2. Second point",
    "Warning: old firmware",
)


@dataclass
class Person:
    """One thing said."""

    speaker: str | None
    text: list[str]
    round: int | None = None


@dataclass
class Truth:
    """A case as its writer means it."""

    number: int
    date: str
    english: bool
    fields: list[tuple[str, str]]
    problem: str
    turns: list[Person]
    status: str
    engineers: list[str]
    station: str | None = None

    @property
    def id(self) -> str:
        return f"szds_case#{self.number}_{self.date.replace('-', '')}"


@dataclass
class Page:
    """A page's lines, and the facts that stand in them."""

    lines: list[str] = field(default_factory=list)
    facts: dict[str, list[Fact]] = field(default_factory=dict)

    def put(self, *lines: str) -> int:
        """Add lines; the number of the first."""
        self.lines += lines
        return len(self.lines) - len(lines) + 1

    def note(self, kind: str, *fact: object) -> None:
        self.facts.setdefault(kind, []).append(fact)


def _words(line: str) -> dict[str, str]:
    return dict(zip(_WORDS, line.split("|"), strict=True))


_WORDS = (
    "phone", "bill", "connector", "pile", "started", "ended", "problem", "tracking", "resolution",
    "status", "engineers", "resolved", "in_progress", "shelved", "unknown",
)  # fmt: skip
ZH = _words(
    "手机号码|账单号|枪号|桩号|充电时间|结束时间|问题描述|跟踪|解决"
    "|状态|售后(跟单)工程师|已解决|处理中|暂搁置|待回访"
)
HANT = _words(
    "手機號碼|帳單號|槍號|樁號|充電時間|結束時間|問題描述|跟蹤|解決"
    "|狀態|售後(跟單)工程師|已解決|處理中|暫擱置|待回訪"
)
EN = _words(
    "Phone|Bill number|Connector|Pile number|Start time|End time|Problem description|Tracking"
    "|Resolution|Status|After-sales engineer|Resolved|In progress|Shelved|Escalated"
)
STATES = ("resolved", "in_progress", "shelved")
Mark = Callable[[str, bool], str]


@dataclass(frozen=True)
class Dialect:
    """How a team writes."""

    name: str
    words: dict[str, str]
    heading: str = "= {id} ="
    label: str = "{label}:{value}"
    part: str = "~-~-{label}"
    round: str | None = "【第{n}轮分析】:"
    speaker: str = "【{name}】:"
    mark: Mark = lambda word, on: f"☑{word}" if on else word
    legend: str = "(☑表示选定 )"
    between: str = " | "
    below: str | None = None
    """How each option stands on a line of its own; None: all on the status line."""
    engineers: str = "{label}:{names}"
    comma: str = " "
    numeral: Callable[[int], str] = str
    shuffled: bool = False
    code: bool = False
    same_line: bool = False
    tracking: bool = True
    before: tuple[str, ...] = ()


def _han(n: int) -> str:
    return "零一二三四五六七八九十"[n]


def _bold(word: str, on: bool) -> str:
    return f"**{word}**" if on else word


def _struck(word: str, on: bool) -> str:
    return word if on else f"--{word}--"


DIALECTS = (
    Dialect("sample", ZH, numeral=_han),
    Dialect(
        "full-width", ZH, heading="={id}=", label="{label} ：{value}", part="-- {label} ：",
        round="【第 {n} 轮分析】：", speaker="【 {name} 】：",
        mark=lambda w, on: f"{w}√" if on else w,
        legend="（√表示选定）", between=" ｜ ",
        engineers="{label}： {names}", comma="、",
        before=("{{toc/}}", "本页为售后案例。", "状态: ☑已解决"),
    ),
    Dialect(
        "traditional", HANT, heading="== {id} ==", part="~-~-{label}:", label="{label}：{value}",
        mark=lambda w, on: f"[x] {w}" if on else f"[ ] {w}", legend="", below="* {option}",
        engineers="{label}：{names}", comma="，", numeral=_han,
    ),
    Dialect(
        "english", EN, label="{label}: {value}", part="== {label} ==",
        round="[Round {n} analysis]:",
        speaker="[{name}]: ", mark=lambda w, on: f"✅ {w}" if on else w, legend=" (✅ = selected)",
        between=" | ", engineers="{label}: {names}", comma=", ",
    ),
    Dialect(
        "bare-names", EN, label="|={label}|{value}", part="**{label}**", round=None,
        speaker="{name}: ",
        mark=lambda w, on: f"[x] {w}" if on else f"[ ] {w}", legend="", between=" / ",
        engineers="{label}: {names}", comma=" and ",
    ),
    Dialect(
        "bold-lists", ZH, label="* **{label}**: {value}", part="**{label}**",
        speaker="**【{name}】:** ",
        round="**第{n}轮分析:**", mark=lambda w, on: f"✔{w}" if on else w, legend="", between="、",
        engineers="* **{label}**: {names}", comma="/", shuffled=True,
    ),
    Dialect(
        "struck", ZH, part="=== {label} ===", heading="== {id} ==", label="{label} : {value}",
        mark=_struck, legend="(划去不适用的)", between=" / ", comma=",", code=True,
    ),
    Dialect(
        "bold-choice", HANT, label="| {label} | {value}", mark=_bold, legend="(粗體表示當前)",
        between=" ", comma=" ", same_line=True, numeral=_han, part="【{label}】",
    ),
    Dialect(
        "no-tracking-mark", ZH, label="{label}： {value}", tracking=False, round=None,
        speaker="\\\\【{name}】：", mark=lambda w, on: f"{w} ✓" if on else w, legend="(✓为选定)",
        shuffled=True, code=True,
    ),
    Dialect(
        "escaped-english", EN, heading="= {id} =", label="{label} : {value}", part="~-~- {label}:",
        round="Round {n}:", speaker="~[{name}~]: ", mark=lambda w, on: f"☑{w}" if on else f"☐{w}",
        legend="", between=" ",
        engineers="{label}: {names}", comma="; ", shuffled=True,
    ),
)  # fmt: skip


def draw(rng: random.Random, number: int, dialect: Dialect) -> Truth:
    """A case of the dialect's language."""
    english = dialect.words is EN
    names = NAMES_EN if english else NAMES_ZH
    fields = [
        ("phone", f"1{rng.choice('3578')}{rng.randrange(10**9):09}"),
        (
            "bill",
            f"20200404{rng.randrange(24):02}{rng.randrange(60):02}{rng.randrange(60):02}{rng.randrange(10**6):06}",
        ),
        ("connector", str(rng.randrange(1, 9))),
        ("pile", f"440305{rng.randrange(10**14):014}"),
        ("started", "2020-04-04 04:51:09"),
        ("ended", "2020-04-04 06:18:18"),
    ]
    kept = [one for one in fields if rng.random() < 0.7]
    if dialect.shuffled:
        rng.shuffle(kept)
    status = rng.choice([*STATES, *STATES, "unset", "unset", "unknown", "conflicting"])
    if dialect.mark is _struck:
        status = rng.choice([*STATES, "unset"])
    turns = [say(rng, rng.choice(names), english) for _ in range(rng.randrange(5))]
    if dialect.tracking and rng.random() < 0.5 and dialect.speaker != "{name}: ":
        turns.insert(0, Person(None, [rng.choice(SAYS_EN if english else SAYS_ZH)]))
    if dialect.round:
        cut = rng.randrange(len(turns) + 1)
        for n, turn in enumerate(turns):
            turn.round = 1 if n < cut else 2
    engineers = rng.sample(
        ["YD", "Bob", "Ann Lee"] if english else ["YD", "施文俊", "chinyee"], rng.randrange(3)
    )
    return Truth(
        number, f"2020-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}", english, kept,
        rng.choice(PROBLEMS_EN if english else PROBLEMS_ZH), turns, status, engineers,
        station=rng.choice([None, "Shenzhen Deshun Station" if english else "深圳德顺站点"]),
    )  # fmt: skip


def say(rng: random.Random, name: str, english: bool) -> Person:
    """One turn, of one line or some."""
    lines = [rng.choice(SAYS_EN if english else SAYS_ZH)]
    more = rng.choice((0, 0, 1, 2))
    lines += rng.choices(STAY_EN if english else STAY_ZH, k=more)
    return Person(name, lines)


def write(page: Page, case: Truth, dialect: Dialect, rng: random.Random) -> None:
    """Put the case on the page as the dialect has it."""
    words = dialect.words
    first = page.put(dialect.heading.format(id=case.id, number=case.number, date=case.date))
    page.note("id", case.id, case.number, case.date, first)
    if case.station:
        page.note("station", case.id, case.station, page.put(case.station))
    labelled = [(name, value) for name, value in case.fields]
    labelled.insert(
        rng.randrange(len(labelled) + 1) if dialect.shuffled else len(labelled),
        ("problem", case.problem),
    )
    for name, value in labelled:
        at = page.put(dialect.label.format(label=words[name], value=value))
        if name == "problem":
            page.note("problem", case.id, value, at)
            continue
        page.note("field", case.id, name, value, at)
        if name in ("phone", "bill", "pile"):
            page.note("identifier", case.id, name, value, at)
    if dialect.tracking:
        page.put("", dialect.part.format(label=words["tracking"]), "")
    _talk(page, case, dialect)
    page.put("", dialect.part.format(label=words["resolution"]))
    _status(page, case, dialect, rng)
    names = dialect.comma.join(case.engineers)
    at = page.put(dialect.engineers.format(label=words["engineers"], names=names))
    for name in case.engineers:
        page.note("engineer", case.id, name, at)
    page.put("")


def _talk(page: Page, case: Truth, dialect: Dialect) -> None:
    round_: int | None = None
    joined = False
    for n, turn in enumerate(case.turns):
        if turn.round != round_ and dialect.round:
            round_ = turn.round
            page.put(dialect.round.format(n=dialect.numeral(round_ or 0)))
            joined = False
        mark = "" if turn.speaker is None else dialect.speaker.format(name=turn.speaker)
        text = list(turn.text)
        if dialect.code and n == len(case.turns) - 1:
            text += [
                "{{code}}",
                "= szds_case#99_20200101 =",
                "状态: ☑已解决",
                "【甲】:乙",
                "{{/code}}",
            ]
        if joined and turn.speaker:
            page.lines[-1] += mark + text[0]
            at = len(page.lines)
            page.put(*text[1:])
        else:
            at = page.put(mark + text[0], *text[1:])
        page.note(
            "turn", case.id, turn.round, turn.speaker, "\n".join(text), at, at + len(text) - 1
        )
        joined = dialect.same_line and len(text) == 1 and turn.speaker is not None


def _status(page: Page, case: Truth, dialect: Dialect, rng: random.Random) -> None:
    words = dialect.words
    chosen = {case.status} if case.status in STATES else set()
    options = list(STATES)
    if case.status == "unknown":
        options.append("unknown")
        chosen = {"unknown"}
    if case.status == "conflicting":
        chosen = set(rng.sample(STATES, 2))
    struck = case.status == "unset" and dialect.mark is _struck
    marked = [dialect.mark(words[o], (o in chosen) or struck) for o in options]
    label = f"{words['status']}{dialect.legend}"
    if dialect.below:
        at = page.put(dialect.label.format(label=label, value="").rstrip())
        page.put(*(dialect.below.format(option=option) for option in marked))
    else:
        at = page.put(dialect.label.format(label=label, value=dialect.between.join(marked)))
    expected = case.status if case.status in (*STATES, "conflicting") else "unset"
    if dialect.mark is _bold and case.status == "unknown":
        expected = "unset"
    page.note("status", case.id, expected, at)


def page_of_dialect(dialect: Dialect, seed: int, cases: int = 3) -> tuple[Page, list[Truth]]:
    """A page of some cases, newest first as such pages are."""
    rng = random.Random(f"{dialect.name}/{seed}")
    truths = [draw(rng, seed * 10 + cases - n, dialect) for n in range(cases)]
    return render(dialect, truths, seed), truths


def render(dialect: Dialect, truths: list[Truth], seed: int) -> Page:
    """The page with these cases."""
    page = Page()
    page.put(*dialect.before)
    for truth in truths:
        write(page, truth, dialect, random.Random(f"{truth.number}/{seed}"))
    return page


def edited(rng: random.Random, case: Truth, dialect: Dialect) -> tuple[Truth, tuple[str, object]]:
    """The case after one edit, and what its timeline must say of it."""
    kind = rng.choice(["turn", "status", "engineer", "problem", "field"])
    english = case.english
    if kind == "field" and not any(name == "phone" for name, _ in case.fields):
        kind = "problem"
    if kind == "turn":
        new = say(rng, rng.choice(NAMES_EN if english else NAMES_ZH), english)
        new.text = [f"{new.text[0]} {rng.randrange(10**6)}"]
        new.round = case.turns[-1].round if case.turns else (1 if dialect.round else None)
        return replace(case, turns=[*case.turns, new]), ("turn", (new.speaker, None))
    if kind == "status":
        states = [s for s in STATES if s != case.status]
        after = rng.choice(states)
        before = case.status if case.status in (*STATES, "conflicting") else "unset"
        return replace(case, status=after), ("status", (before, after))
    if kind == "engineer":
        free = [n for n in ("YD", "Zed", "Max", "Kim", "Lin", "Joe") if n not in case.engineers]
        return replace(case, engineers=[*case.engineers, free[0]]), ("engineer", (None, free[0]))
    if kind == "problem":
        text = f"{case.problem} {rng.randrange(1000)}"
        return replace(case, problem=text), ("problem", (case.problem, text))
    old = dict(case.fields)["phone"]
    new_phone = f"139{rng.randrange(10**8):08}"
    fields = [(n, new_phone if n == "phone" else v) for n, v in case.fields]
    return replace(case, fields=fields), ("field", (old, new_phone))
