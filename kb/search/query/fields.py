"""Names of fields in queries, the words for them and for their values, in Chinese and English."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from typing import Literal

from kb.search.analysis import fold_text
from kb.search.analysis.scripts import TOKEN
from kb.search.query.query_tree import Between, Name, Node, Quoted, Word

NAMES = frozenset({"speaker", "engineer", "status", "kind", "lang", "author", "tag", "anomaly"})
"""Fields whose value is a whole name."""
NUMBERS = frozenset({"number", "date"})
"""Fields that are numbers; a date is yyyymmdd."""
DATES = {"after": "after", "before": "before", "on": "on"}

_LABELS = {
    "speaker": "发言人 说话人 发言者 讲话人 said",
    "engineer": "工程师 售后工程师 跟单工程师 售后 跟单 assignee",
    "status": "状态 state",
    "kind": "种类 类型 type",
    "lang": "语言 language",
    "author": "作者 编辑 修改人",
    "tag": "标签 tags",
    "anomaly": "异常 anomalies",
    "number": "序号 案例号 no",
    "date": "日期",
    "after": "之后 since from",
    "before": "之前 until",
    "on": "当日 在",
    "id": "编号 案例编号 case 案例",
    "title": "标题 heading",
    "problem": "问题 问题描述 描述",
    "resolution": "解决 解决方案 solution",
    "station": "站点 场站 站 site",
    "page": "页面 页",
    "file": "附件 文件 attachment files attachments",
    "phone": "手机号码 手机号 手机 电话",
    "bill": "账单号 帐单号 订单号 账单 billing order",
    "connector": "枪号 枪",
    "pile": "桩号 充电桩 charger",
    "started": "充电时间 开始时间 start",
    "ended": "结束时间 end",
    "vehicle": "车牌 车牌号 vin 车架号",
    "account": "账号 帐号 用户",
    "amount": "金额",
}
_STATUS = {
    "resolved": "已解决 解决 done solved closed",
    "in_progress": "处理中 进行中 open in-progress",
    "shelved": "暂搁置 搁置 on-hold",
    "unset": "未标记 未选 none",
    "conflicting": "矛盾 冲突",
}


def _by_word(table: dict[str, str]) -> dict[str, str]:
    found = {fold_text(word): name for name, words in table.items() for word in words.split()}
    return {**found, **{name: name for name in table}}


STATUSES = _by_word(_STATUS)


class FieldNames:
    """Resolves field names in queries; ``extra`` are (name, label) pairs of an index."""

    def __init__(self, extra: Iterable[tuple[str, str]] = ()) -> None:
        self._names = {}
        for name, label in extra:
            self._names[fold_text(name)] = name
            self._names.setdefault(fold_text(label), name)
        self._names.update(_by_word(_LABELS))

    def resolve(self, label: str) -> str | None:
        """Resolve what stands before a colon to a field's name; None where nothing is called so."""
        return self._names.get(fold_text(label.strip()))


_RANGE = re.compile(r"(.*?)(?:\.\.|…)(.*)", re.DOTALL)
_COMPARED = re.compile(r"([<>]=?)(.+)")
_STARS = "*＊"
_DATE = re.compile(
    r"([0-9]{4})(?:[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})日?|月?)?|年)?"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})|([0-9]{4})([0-9]{2})"
)


def word_node(text: str, field: str | None = None) -> Word | None:
    """Make a word, its stars and tilde taken off; None where nothing searchable is left."""
    bare = text.strip(_STARS)
    star: Literal["", "begins", "ends"] = ""
    if bare and text[0] in _STARS and text[-1] not in _STARS:
        star = "ends"
    elif bare and text[-1] in _STARS and text[0] not in _STARS:
        star = "begins"
    fuzzy = not star and len(bare) > 1 and bare[-1] in "~～"
    bare = bare.rstrip("~～") if fuzzy else bare
    if not TOKEN.search(fold_text(bare)):
        return None
    return Word(bare, field, star, fuzzy)


def field_node(name: str, value: str, *, quoted: bool) -> Node | None:
    """Make the node of ``name:value``; None where the field cannot have such a value."""
    if name in DATES:
        return _dates(name, value)
    if name in NUMBERS:
        return _numbers(name, value)
    if name in NAMES:
        return _name(name, value, quoted=quoted)
    if quoted:
        return Quoted(value, name) if TOKEN.search(fold_text(value)) else None
    return word_node(value, name)


def _dates(name: str, value: str) -> Node | None:
    days = day_span(fold_text(value))
    if days is None:
        return None
    if name == "after":
        return Between("date", days[0], None)
    if name == "before":
        return Between("date", None, days[0] - 1)
    return Between("date", *days)


def _numbers(name: str, value: str) -> Node | None:
    if match := _RANGE.fullmatch(value):
        low = _bound(name, fold_text(match[1]), 0) if match[1] else None
        high = _bound(name, fold_text(match[2]), 1) if match[2] else None
        broken = (match[1] and low is None) or (match[2] and high is None)
        return None if broken or (low is None and high is None) else Between(name, low, high)
    compared = _COMPARED.fullmatch(fold_text(value))
    sign, text = compared.groups() if compared else ("", fold_text(value))
    low, high = _bound(name, text, 0), _bound(name, text, 1)
    if low is None or high is None:
        return None
    bounds = {
        "": (low, high), ">": (high + 1, None), ">=": (low, None), "<": (None, low - 1),
        "<=": (None, high),
    }  # fmt: skip
    return Between(name, *bounds[sign])


def _bound(name: str, text: str, side: int) -> float | None:
    if name == "date":
        days = day_span(text)
        return None if days is None else days[side]
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _name(name: str, value: str, *, quoted: bool) -> Node | None:
    star = not quoted and len(value) > 1 and value[-1] in _STARS
    folded = fold_text(value[:-1] if star else value).strip()
    if name == "status" and not star:
        folded = STATUSES.get(folded, folded)
    return Name(name, folded, star) if folded else None


def day_span(text: str) -> tuple[int, int] | None:
    """Read a date as its first and last day, each as yyyymmdd; None where it is none.

    `2020`, `2020-04`, `2020-4-7`, `2020/04/07`, `2020年4月7日`, `20200407`, `202004`.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (
        next((int(g) for g in groups if g), 0)
        for groups in (match.group(1, 4, 7), match.group(2, 5, 8), match.group(3, 6))
    )
    return _days(year, month, day)


def _days(year: int, month: int, day: int) -> tuple[int, int] | None:
    if not 1 <= year <= 9999 or month > 12:
        return None
    if not month:
        return year * 10000 + 101, year * 10000 + 1231
    last = monthrange(year, month)[1]
    if day > last:
        return None
    base = year * 10000 + month * 100
    return (base + day, base + day) if day else (base + 1, base + last)
