"""A generated XAR with history, of any size: what the benchmarks of import measure on."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

_FULL_EVERY = 5
_WORDS = (
    "退款", "设备离线", "重启后正常", "order", "gateway", "重新配对", "timeout", "用户反馈", "v2.3",
    "平台", "账单", "停止命令", "确认", "already refunded", "charging", "已解决", "logs show",
)  # fmt: skip
_PEOPLE = ("阮", "令", "陈劫", "Kim", "Ortega")


def write_xar(path: Path, pages: int, revisions: int, *, lines: int = 60, seed: int = 7) -> None:
    """Write ``pages`` pages with ``revisions`` versions each, a line or two changed in each."""
    pick = random.Random(seed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as package:
        listed = []
        for number in range(pages):
            reference = f"Support.S{number // 200}.Case{number}"
            listed.append(f'<file defaultAction="0" language="">{reference}</file>')
            xml = "".join(_page(reference, revisions, lines, pick))
            package.writestr(f"{reference.replace('.', '/')}.xml", xml)
        files = "".join(listed)
        package.writestr("package.xml", f"<package><infos/><files>{files}</files></package>")


def _page(reference: str, revisions: int, lines: int, pick: random.Random) -> Iterator[str]:
    texts = list(_texts(revisions, lines, pick))[::-1]
    xmls = [_xml(reference, text, revisions - n) for n, text in enumerate(texts)]
    yield xmls[0].removesuffix("</xwikidoc>\n")
    yield f"<versions>{escape(''.join(_archive(xmls)))}</versions>\n</xwikidoc>\n"


def _texts(revisions: int, lines: int, pick: random.Random) -> Iterator[list[str]]:
    text = list(_cases(lines, pick))
    for _ in range(revisions):
        text = list(text)
        for _ in range(pick.randint(1, 3)):
            text[pick.randrange(len(text))] = _line(pick)
        if pick.random() < 0.5:
            text.insert(pick.randrange(len(text)), _line(pick))
        yield text


def _cases(lines: int, pick: random.Random) -> Iterator[str]:
    """Case reports one below the other, some ``lines`` long together."""
    for _ in range(max(lines // 20, 1)):
        date = f"2020{pick.randint(1, 12):02d}{pick.randint(1, 28):02d}"
        yield from (f"= site{pick.randint(1, 60)}_case#{pick.randint(1, 999)}_{date} =", "")
        yield f"手机号码:1{pick.randrange(10**9, 10**10)}"
        yield f"账单号:{date}{pick.randrange(10**11, 10**12)}"
        yield from (
            f"枪号:{pick.randint(1, 4)}",
            f"充电时间:2020-04-04 0{pick.randint(1, 9)}:51:09",
        )
        yield f"问题描述:{' '.join(pick.choices(_WORDS, k=4))}"
        yield from ("", "~-~-跟踪", "", "【第一轮分析】:")
        yield from (_line(pick) for _ in range(8))
        yield ""


def _line(pick: random.Random) -> str:
    words = " ".join(pick.choices(_WORDS, k=pick.randint(2, 9)))
    return f'* {words} <{pick.randrange(10**6)}> & (% class="x" %)'


def _xml(reference: str, text: list[str], number: int) -> str:
    space, _, name = reference.rpartition(".")
    date = 1_500_000_000_000 + number * 86_400_000
    fields = {
        "web": space, "name": name, "language": "", "defaultLanguage": "zh", "translation": "0",
        "creator": "xwiki:XWiki.ruan", "creationDate": "1500000000000",
        "parent": f"{space}.WebHome", "author": f"xwiki:XWiki.user{number % 7}",
        "customClass": "", "contentAuthor": f"xwiki:XWiki.user{number % 7}", "date": str(date),
        "contentUpdateDate": str(date), "version": f"{number}.1", "title": name,
        "defaultTemplate": "", "validationScript": "", "comment": f"change {number}",
        "minorEdit": "false", "syntaxId": "xwiki/2.1", "hidden": "false",
        "content": "\n".join(text),
    }  # fmt: skip
    simple = "".join(f"  <{tag}>{escape(value)}</{tag}>\n" for tag, value in fields.items())
    return (
        "<?xml version='1.1' encoding='UTF-8'?>\n"
        f'<xwikidoc version="1.5" reference="{reference}" locale="">\n{simple}</xwikidoc>\n'
    )


def _archive(xmls: list[str]) -> Iterator[str]:
    count = len(xmls)
    yield f"head\t{count}.1;\naccess;\nsymbols;\nlocks; strict;\ncomment\t@# @;\n\n\n"
    for place in range(count):
        state = "diff" if place % _FULL_EVERY else "full"
        following = f"{count - place - 1}.1" if place + 1 < count else ""
        author = f"xwiki_3AXWiki_2Euser_{0x30 + (count - place) % 7:02X}"
        yield f"{count - place}.1\ndate\t2020.04.10.14.26.40;\tauthor {author};\tstate {state};\n"
        yield f"branches;\nnext\t{following};\n\n"
    yield "\ndesc\n@@\n"
    for place, xml in enumerate(xmls):
        text = _script(xmls[place - 1], xml) if place % _FULL_EVERY else xml
        log = f"change {count - place}"
        yield f"\n\n{count - place}.1\nlog\n@{log}\n@\ntext\n@{text.replace('@', '@@')}@\n"


def _script(newer: str, older: str) -> str:
    """An edit script by what is the same before and after: enough for lines that change."""
    a, b = newer.split("\n"), older.split("\n")
    parts, i, j = [], 0, 0
    while i < len(a) or j < len(b):
        if i < len(a) and j < len(b) and a[i] == b[j]:
            i, j = i + 1, j + 1
            continue
        start, other = i, j
        i, j = _meet(a, b, i, j)
        if i > start:
            parts.append(f"d{start + 1} {i - start}\n")
        if j > other:
            parts.append(f"a{i} {j - other}\n" + "".join(f"{line}\n" for line in b[other:j]))
    return "".join(parts)


def _meet(a: list[str], b: list[str], i: int, j: int) -> tuple[int, int]:
    """The nearest places from ``i`` and ``j`` on where both go on with the same line."""
    for distance in range(1, len(a) + len(b)):
        for left in range(distance + 1):
            x, y = i + left, j + distance - left
            if x < len(a) and y < len(b) and a[x] == b[y]:
                return x, y
    return len(a), len(b)
