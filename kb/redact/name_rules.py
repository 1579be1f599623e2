"""Names of persons by rules: surnames, characters of given names, what stands about a name.

A Chinese name is a surname and one or two characters that given names have. That alone is many a
word too (`高温`), so that something about it must tell of a person: a title (`张工`), a label
(`联系人：`), an order (`请…处理`), or that it speaks (`…反馈`). Western names need a known given
name, a title, or a place where names stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from kb.redact.spelling import unmarked

_COMPOUND: Final = (
    "欧阳|上官|司马|诸葛|皇甫|尉迟|公孙|慕容|令狐|夏侯|东方|宇文|长孙|端木|司徒|南宫|独孤"
)
_TITLE: Final = (
    "师傅|经理|主任|先生|女士|小姐|老师|工程师|主管|队长|站长|专员|助理|博士|老板|书记|厂长|总监"
)
_WEAK_TITLE: Final = "工|总|哥|姐"
_LABEL: Final = (
    "联系人|负责人|经办人|责任人|处理人|跟进人|提交人|报告人|记录人|值班人?员?|车主|司机|申请人|收件人"
    "|工程师|姓名|签字|签名|审核人?|审批人?|作者|填写人|反馈人|对接人|接口人|维修员|技术员|客服|操作员|抄送"
)
_BEFORE: Final = (
    "请|让|叫|找|联系|通知|询问|问|转给|转|交给|由|跟|与|和|及|经|据|向|给|麻烦|已告知|告知|客户|车主|用户|司机|同事"
    "|工程师|师傅|感谢|谢谢|是|被|对|把|到|归|等|待|以及|同|陪|帮|替|今天|昨天|明天|上午|下午|现场|已"
)
_AFTER: Final = (
    "处理|跟进|确认|核查|查看|回复|反馈|反映|反应|负责|协助|安排|解决|测试|回电|来电|要求|同意|建议|答复|排查|更换"
    "|上门|到场|签字|表示|说|称|现场|告知|联系|提供|修改|提交|投诉|咨询|报修|申请|电话|已|在|的|看|去|来|改|查|做"
    "|升级|换|修|到|也|又|将|会|了|从|对|把|于|今天|昨天|明天|上午|下午|那边|这边|没|不|有|是|要|问|答|带|派|记"
)
_BOUND: Final = r"(?<![㐀-鿿])"
_END: Final = r"(?![㐀-鿿])"
_FUNCTION: Final = re.compile(
    "可以|进行|何时|可能|有可|之以|经有|宝宝|.和$|.中$|.有$|.才$|.发$|.为$"
)
"""What no name has in it: words between which a surname's character stands."""
_WESTERN_TITLE: Final = r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Eng|Engineer|Sir|Madam)\.?"
_WESTERN_LABEL: Final = (
    r"(?i:contact|engineer|assigned to|owner|reported by|written by|attn|dear|regards|thanks|cheers"
    r"|signed|spoke (?:to|with)|asked|ask|told|called|met|with|from|by|cc)"
)
_CAPITAL: Final = r"[A-Z][a-zà-ÿ]+(?:-[A-Z][a-zà-ÿ]+)?"
_CALLED: Final = (
    r"(?i:contact|assigned to|reported by|written by|attn|dear|regards|thanks|cheers|signed"
    r"|spoke (?:to|with)|cc)"
)
"""What a name follows, whether it is a known one or not."""
_DONE: Final = (
    "said|says|wrote|asked|replied|confirmed|reported|called|replaced|checked|visited|fixed|added"
)
_NO_WESTERN: Final = (
    "Customer|Service|Support|Team|Technical|Hotline|Center|Centre|Manager|Department|Company"
    "|Office|The|All|Everyone|Sales|Help|Best|Kind|Many|Monday|Tuesday|Wednesday|Thursday|Friday"
    "|New|Hong|North|South|East|West|Open|Charge|Station|Operator|Engineer|Sir|Madam"
)
_WORDS_TOO: Final = frozenset(
    {"Bill", "Grace", "Rose", "Pat", "Max", "Frank", "Jean", "Jordan", "Virginia", "Austin", "Ann"}
)
"""Given names that alone are another word at least as often."""
_PSEUDONYM: Final = re.compile(r"(?:name|word|station|phone|mail|account)-[B-Z]{8}")


@cache
def _not_names() -> frozenset[str]:
    text = (Path(__file__).parent / "not_names.txt").read_text("utf-8")
    return frozenset(text.partition("\n")[2].split())


@cache
def _lists(name: str) -> tuple[str, str]:
    text = (Path(__file__).parent / name).read_text("utf-8")
    first, _, second = "\n".join(text.splitlines()[1:]).partition("\n-\n")
    return first.strip(), second.strip()


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Return the rules; each has the name as its group `n`."""
    common, ambiguous = _lists("surnames.txt")
    given = _lists("given_names.txt")[0]
    sure = f"(?:{_COMPOUND}|[{common}])"
    surname = f"(?:{_COMPOUND}|[{common}{ambiguous}])"
    full, any_given = f"{surname}[{given}]{{1,2}}", f"{surname}[㐀-鿿]{{1,2}}"
    known = _lists("given_names.txt")[1].split()
    western, alone = "|".join(known), "|".join(sorted({*known} - _WORDS_TOO))
    two = rf"(?!(?:{_NO_WESTERN})\b){_CAPITAL} (?!(?:{_NO_WESTERN})\b){_CAPITAL}"
    rules = (
        f"(?<![责主担])(?P<n>{sure}[{given}]{{0,2}}(?:{_TITLE}))",
        f"(?:{_BOUND}|{_BEFORE})(?P<n>{surname}[{given}]{{0,2}}(?:{_TITLE}))",
        f"(?:{_BOUND}|{_BEFORE}|@)(?P<n>{sure}[{given}]{{0,2}}(?:{_WEAK_TITLE}))"
        "(?!程|作|单|时|具|厂|人|艺|会|之|是|体|共|部|结|计|数|额|量)",
        f"(?:{_LABEL})[ \\t]?[:：是为]?[ \\t]*(?P<n>{any_given}){_END}",
        f"(?:{_LABEL})[ \\t]?[:：是为][ \\t]*(?P<n>{full})",
        f"(?:{_BEFORE})(?P<n>{full})(?={_AFTER}|{_END})",
        f"(?:{_BOUND}|{_BEFORE})(?P<n>{sure}[{given}]{{2}})",
        f"{_BOUND}(?P<n>{sure}[{given}]{{1,2}})(?={_AFTER}|[:：、])",
        f"{_BOUND}(?P<n>{sure}[{given}]){_END}",
        f"@(?P<n>{surname}[㐀-鿿]{{1,2}}){_END}",
        rf"\b{_WESTERN_TITLE} (?P<n>{_CAPITAL}(?: {_CAPITAL}){{0,2}})",
        rf"\b(?P<n>(?:{western}) (?:[A-Z]\. )?{_CAPITAL})",
        rf"\b{_WESTERN_LABEL}[:,]?\s+(?P<n>(?:{alone})(?: {_CAPITAL})?)\b",
        rf"(?m)^(?P<n>(?:{alone}))(?=:|,? (?:{_DONE})\b)",
        rf"\b{_CALLED}[:,]?\s+(?P<n>{two})\b",
        rf"(?:^|(?<=[.!?:;] )|(?<=\n))(?P<n>{two})(?=,? (?:{_DONE})\b)",
    )
    return tuple(map(re.compile, rules))


class RuleRecogniser:
    """Finds names by the rules of this module."""

    def names(self, texts: Sequence[str]) -> Iterable[list[str]]:
        """Yield for each text the names in it, each once."""
        return (list(dict.fromkeys(_names_in(text))) for text in texts)


def _names_in(text: str) -> Iterator[str]:
    plain = unmarked(_PSEUDONYM.sub(" ", text))
    text = plain.text if plain else _PSEUDONYM.sub(" ", text)
    for pattern in _patterns():
        for match in pattern.finditer(text):
            name = match["n"]
            if name[:2] not in _not_names() and not _FUNCTION.search(name):
                yield name
