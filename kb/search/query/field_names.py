"""Names of fields in queries, and the words for their values, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable

from kb.search.analysis import fold_text

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
