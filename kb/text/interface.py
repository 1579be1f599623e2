"""The texts of the site's own interface, in Chinese and English, and the templates with them.

Both languages stand in every page; the reader's choice shows one (`html[data-ui]`, kept by ui.js).
So a page needs no second copy, and no script to be read in the builder's language.
"""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Final

from markupsafe import Markup

from kb.assets import assets

_PHRASE: Final = re.compile(r"\{\{ t\.([a-z_]+) \}\}")

WORDS: Final[dict[str, tuple[str, str]]] = {
    "skip": ("跳到正文", "Skip to content"), "search": ("搜索", "Search"),
    "search_label": ("搜索案例", "Search cases"),
    "search_help": (
        "词之间空格表示都要有；可用 status:resolved、speaker:名字、station:站点、after:2020-04",
        "Words are all required. Try status:resolved, speaker:name, station:name, after:2020-04"),
    "filter": ("筛选", "Filter"), "theme": ("切换深浅", "Switch theme"), "language": ("EN", "中文"),
    "home": ("首页", "Home"), "all_cases": ("全部案例", "All cases"),
    "pages": ("源页面", "Source pages"), "newest": ("最近的案例", "Newest cases"),
    "open_cases": ("未解决", "Not resolved"), "numbers": ("数字", "Numbers"),
    "total": ("合计", "Total"), "all_values": ("全部", "All"),
    "shared_numbers": ("多个案例提到的编号", "Numbers that several cases name"),
    "undated": ("日期不详", "No date"), "no_cases": ("还没有案例。", "No cases yet."),
    "n_cases": ("个案例", "cases"), "n_pages": ("个源页面", "source pages"),
    "n_open": ("个未标明解决", "not marked resolved"), "n_people": ("位参与者", "people"),
    "case": ("案例", "Case"), "facts": ("概要", "At a glance"), "fields": ("登记信息", "Details"),
    "problem": ("问题描述", "Problem"), "conversation": ("跟踪记录", "Conversation"),
    "round_before": ("第", "Round"), "round_after": ("轮", ""), "note": ("记录", "Note"),
    "resolution": ("解决", "Resolution"), "status": ("状态", "Status"),
    "station": ("站点", "Station"), "date": ("日期", "Date"), "engineers": ("工程师", "Engineers"),
    "speakers": ("发言人", "Speakers"), "attachments": ("附件", "Attachments"),
    "not_imported": ("未导入", "not imported"), "anomalies": ("值得核对", "Worth checking"),
    "identifiers": ("编号", "Identifiers"), "timeline": ("时间线", "Timeline"),
    "timeline_lines": ("只知道各行最后一次改动的版本，更早的改动无从得知。",
        "Only each line's last change is known; earlier ones cannot be told."),
    "related": ("相关案例", "Related cases"), "sections": ("补充", "More"),
    "unclassified": ("其他原文", "Other lines"), "corrections": ("人工更正", "Corrected by hand"),
    "withheld": ("不对外公开", "Withheld from the public"),
    "origins": ("出处", "Where it comes from"), "value": ("内容", "Value"),
    "lines": ("行", "Lines"), "line": ("行", "Line"), "version": ("版本", "Version"),
    "author": ("作者", "Author"), "source": ("来源", "Source"),
    "source_page": ("源页面", "Source page"), "original": ("原 wiki 页面", "On the old wiki"),
    "history": ("历史", "History"), "history_complete": ("完整", "complete"),
    "history_lines": ("仅各行版本", "lines only"), "history_latest": ("仅最新", "latest only"),
    "rendered": ("页面", "The page"), "versions": ("版本", "Versions"), "from": ("从", "From"),
    "to": ("到", "To"), "comment": ("说明", "Comment"),
    "not_held": ("只知其存在", "known to exist only"), "difference": ("差异", "Difference"),
    "same_text": ("两个版本的文字相同。", "Both versions have the same text."),
    "took_before": ("用时", "Took"), "days": ("天", "days"),
    "time_to_resolution": ("解决用时（天）", "Days to resolution"), "median": ("中位数", "median"),
    "of_cases": ("个有日期的已解决案例", "resolved cases with both dates"),
    "not_as_meant": ("未能按原意显示", "Not shown as meant"), "comments": ("评论", "Comments"),
    "resolved_comment": ("已处理", "resolved"), "preview": ("开头", "Beginning"),
    "cut": ("……以下略", "… cut here"), "problems": ("值得核对", "Worth checking"),
    "problems_cases": ("案例中的疑点", "In the cases"),
    "problems_pages": ("未能按原意显示的页面", "Pages not shown as meant"),
    "no_problems": ("没有需要核对的内容。", "Nothing to check."),
    "n_files": ("个附件", "attachments"), "on_page": ("所在页面", "On the page"),
    "about": ("关于", "About"),
    "about_what": (
        "这是由旧 wiki 生成的静态知识库：每个案例的经过、出处和历史都在这里，可以离线打开和搜索。",
        "A static knowledge base made from an old wiki: every case with its story, its origins and"
        " its history. It opens and searches without a server."),
    "about_from": ("数据来源", "Made from"), "about_newest": ("内容截至", "Holds changes up to"),
    "about_search": ("怎样搜索", "How to search"),
    "about_words": ("空格隔开的词都要出现", "all words, separated by spaces"),
    "about_han": ("连在一起的汉字要连着出现，简繁通用",
        "Han characters that stand together; both scripts"),
    "about_digits": ("号码：整个、任意一段、后四位",
        "numbers: whole, any part, the last four digits"),
    "about_status": ("按状态", "by status"),
    "about_speaker": ("按发言人；* 表示以此开头", "by speaker; * for a beginning"),
    "about_dates": ("按日期：起、止（不含）、之内", "by date: from, before, within"),
    "about_keys": ("随时按 / 或 Ctrl-K 搜索，方向键选择",
        "/ or Ctrl-K to search, arrow keys to choose"),
    "about_software": ("生成软件", "Software"),
    "about_licence": ("软件许可", "Licence of the software"),
    "compare_no_script": ("比较版本需要 JavaScript。", "Comparing versions needs JavaScript."),
    "statistics": ("统计", "Statistics"), "by_month": ("各月案例", "Cases by month"),
    "blame": ("逐行出处", "Line by line"), "cases_here": ("本页案例", "Cases on this page"),
    "missing_line": ("此行缺失", "this line is missing"), "copy": ("复制", "Copy"),
    "empty": ("空", "empty"), "unknown": ("不详", "unknown"), "contents": ("目录", "On this page"),
    "modified": ("更新", "Modified"), "wiki": ("Wiki", "Wiki"), "times": ("次", "×"),
    "internal": ("内部版，含个人信息", "Internal: holds personal data"),
    "footer": ("由 Casebook 生成", "Made by Casebook"),
    "no_script": ("搜索需要 JavaScript；没有它，所有案例仍在列表里。",
        "Search needs JavaScript. Without it, every case is still in the lists."),
    "not_found": ("没有这个页面", "There is no such page"), "by": ("由", "by"),
    "kind_started": ("开始时间", "Started"), "kind_ended": ("结束时间", "Ended"),
    "kind_station": ("站点", "Station"), "kind_platform": ("平台", "Platform"),
    "kind_operator": ("运营商", "Operator"), "status_unset": ("未标记", "Not marked"),
    "status_resolved": ("已解决", "Resolved"), "status_in_progress": ("处理中", "In progress"),
    "status_shelved": ("暂搁置", "Shelved"),
    "status_conflicting": ("标记矛盾", "Conflicting marks"), "change_created": ("建立", "Created"),
    "change_renamed": ("改名", "Renamed"), "change_edited": ("修改", "Edited"),
    "change_field": ("字段", "Field"), "change_problem": ("问题描述", "Problem"),
    "change_turn": ("发言", "Turn"), "change_status": ("状态", "Status"),
    "change_engineer": ("工程师", "Engineer"), "change_attachment": ("附件", "Attachment"),
    "change_moved": ("移动", "Moved"), "change_removed": ("移除", "Removed"),
    "change_restored": ("恢复", "Restored"), "list_month": ("月份", "Month"),
    "list_status": ("状态", "Status"), "list_station": ("站点", "Station"),
    "list_engineer": ("工程师", "Engineer"), "list_speaker": ("发言人", "Speaker"),
    "list_tag": ("标签", "Tag"), "list_anomaly": ("值得核对", "Worth checking"),
    "list_identifier": ("编号", "Identifier"), "via_mention": ("提到", "Mentions"),
    "via_same": ("人工认定为同一案例：", "Declared the same:"),
    "via_similar": ("问题相近", "A problem alike:"),
    "anomaly_identifier-length": ("编号位数不符", "Number of unusual length"),
    "anomaly_identifier-check": ("编号不合规则", "Number against its rule"),
    "anomaly_identifier-near": ("编号只差一位", "One character from a right number"),
    "anomaly_time-order": ("结束早于开始", "Ends before it starts"),
    "anomaly_duration": ("持续过久", "Lasts too long"),
    "anomaly_time-conflict": ("同一事件时间不一", "Two times for one event"),
    "anomaly_value-unreadable": ("无法读懂的值", "Value that cannot be read"),
    "anomaly_date-invalid": ("日期不存在", "No such date"),
    "anomaly_date-after-record": ("日期晚于记录", "Date later than its record"),
    "anomaly_status-conflict": ("状态标记矛盾", "Conflicting marks"),
    "anomaly_status-unknown": ("不认识的状态", "Unknown state"),
    "anomaly_status-ambiguous": ("标记不明", "Mark between two states"),
    "anomaly_status-unmarked": ("写了状态而未标记", "State without a mark"),
    "anomaly_resolved-without-engineer": ("已解决而无工程师", "Resolved, no engineer named"),
    "anomaly_attachment-missing": ("附件缺失", "Attachment missing"),
    "anomaly_duplicate-id": ("案例号重复", "Id used twice"),
    "anomaly_line-missing": ("缺行", "Line missing"),
    "anomaly_correction-outdated": ("更正已过时", "Correction out of date"),
    "kind_phone": ("手机号码", "Phone"), "kind_bill": ("账单号", "Bill"),
    "kind_pile": ("桩号", "Pile"), "kind_connector": ("枪号", "Connector"),
    "kind_account": ("账号", "Account"), "kind_vehicle": ("车辆", "Vehicle"),
    "kind_amount": ("金额", "Amount"),
}  # fmt: skip

_ONE: Final = {
    "n_cases": "case",
    "n_pages": "source page",
    "n_files": "attachment",
    "days": "day",
    "of_cases": "resolved case with both dates",
}
"""English nouns after the number 1."""


def both(zh: str, en: str) -> Markup:
    """Mark up a text in both languages, of which the style shows one."""
    return Markup(
        '<span class="zh" lang="zh">{}</span><span class="en" lang="en">{}</span>'
    ).format(zh, en)


PHRASES: Final = SimpleNamespace(**{key: both(*pair) for key, pair in WORDS.items()})
"""Texts as templates print them: `{{ t.problem }}`."""


def phrase(prefix: str, key: str) -> Markup:
    """The text `prefix_key` in both languages, or the key itself where there is no such text."""
    found: Markup | None = getattr(PHRASES, f"{prefix}_{key}", None)
    return found or Markup("<bdi>{}</bdi>").format(key)


def noun(key: str, count: int) -> Markup:
    """The noun for what is counted, in both languages: `case` after 1, else `cases`."""
    zh, many = WORDS[key]
    return both(zh, _ONE[key] if count == 1 else many)


def template_text(name: str) -> str:
    """A template with the interface's texts put in, which need not be done for each page."""
    text = (assets("templates") / name).read_text("utf-8")
    return _PHRASE.sub(lambda match: getattr(PHRASES, match[1]), text)


def own_texts() -> list[str]:
    """All that the interface itself says, in whatever place: templates and texts."""
    names = (item.name for item in assets("templates").iterdir())
    texts = (text for pair in WORDS.values() for text in pair)
    return [*map(template_text, names), *texts]
