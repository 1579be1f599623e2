"""How fast pages become cases, beside the markup parser alone, and a long history its cases' lives.

    python bench/cases.py --pages 200 --cases 100 --revisions 1000

CPU seconds. The history is one page of so many cases, a case of which changes from each revision
to the next; its figures are for reading all of it, and for the one revision that comes after.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import process_time

from kb.archive import Archive
from kb.archive.views import LineView, PageView
from kb.cases.history.life import PageSubject, page_life
from kb.cases.reader.normalise import cases_of
from kb.cases.reader.profile_selection import ProfileSelection
from kb.cases.store.store import CaseStore
from kb.config import CasesConfig
from kb.markup import parse
from kb.model import Item, PageId, PageSeen, Revision

FORM = """= made_case#{n}_20200410 =
深圳德顺站点
手机号码:134{n:08}
账单号:20200404045109{n:06}
桩号:4403050004{n:010}
充电时间:2020-04-04 04:51:09
问题描述:{problem}
~-~-跟踪
【第一轮分析】:
{turns}
~-~-解决:
状态(☑表示选定 ): {status}
售后(跟单)工程师:施文俊 YD

"""
STATES = ("已解决 | 处理中 | 暂搁置", "☑已解决 | 处理中 | 暂搁置", "已解决 | ☑处理中 | 暂搁置")


class Made:
    """A page of cases that change one at a time."""

    def __init__(self, cases: int, seed: int = 1) -> None:
        self._rng = random.Random(seed)
        self._cases = [
            {"n": n, "problem": f"充电桩离线,第{n}个用户无法启动充电", "status": STATES[0],
             "turns": "\n".join(f"【令】:第{k}次核实,桩端正常响应,转研发确认。" for k in range(8))}
            for n in range(cases)
        ]  # fmt: skip

    def change(self, number: int) -> None:
        case = self._rng.choice(self._cases)
        kind = self._rng.random()
        if kind < 0.6:
            case["turns"] = f"{case['turns']}\n【陈劫】:第{number}版补充。"
        elif kind < 0.9:
            case["status"] = self._rng.choice(STATES)
        else:
            case["problem"] = f"{case['problem']},又报"

    @property
    def text(self) -> str:
        return "".join(FORM.format(**case) for case in self._cases)

    def history(self, revisions: int) -> Iterator[Item]:
        yield PageSeen(id=PageId("made", "Cases.WebHome"), history="complete")
        for number in range(1, revisions + 1):
            self.change(number)
            date = f"2020-{1 + number // 28 % 12:02}-{1 + number % 28:02}T10:00:00Z"
            yield Revision(version=f"1.{number}", content=self.text, author="ann", date=date)


def page_of(text: str) -> PageView:
    lines = tuple(LineView(n, t, None, None, None) for n, t in enumerate(text.split("\n"), 1))
    return PageView(
        key=1, id=PageId("made", "Cases.WebHome"), history="latest", title=None,
        syntax="xwiki/2.1", default_locale=None, version=None, parent=None, hidden=None,
        creator=None, created=None, modified=None, url=None, gone=None, renamed_to=None,
        digest=b"", lines=lines, attachments=(), comments=(), objects=(), tags=(),
    )  # fmt: skip


def rates(pages: int) -> None:
    texts = [Made(5, seed=n).text for n in range(pages)]
    views = [page_of(text) for text in texts]
    grammar = ProfileSelection(CasesConfig()).grammar("Cases.WebHome")
    cases_of(views[0], grammar)
    began = process_time()
    cases = sum(len(cases_of(view, grammar)) for view in views)
    reading = process_time() - began
    parse(texts[0])
    began = process_time()
    for text in texts:
        parse(text)
    parsing = process_time() - began
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(f"reading  {cases / reading:8.0f} cases/s  {pages / reading:7.0f} pages/s"
          f"  {size / reading:5.2f} MB/s")  # fmt: skip
    print(f"parsing  {'':8}          {pages / parsing:7.0f} pages/s  {size / parsing:5.2f} MB/s")


def life(cases: int, revisions: int) -> None:
    made = Made(cases)
    grammar = ProfileSelection(CasesConfig()).grammar("Cases.WebHome")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        items = list(made.history(revisions + 1))
        with Archive(path / "archive.db", create=True) as archive:
            known = archive.source("made", "made")
            archive.ingest(known, items[:-1])
            key = next(archive.digests())[0]
            began = process_time()
            lives = page_life(archive, PageSubject(key, "Cases.WebHome"), grammar, None)
            walked = process_time() - began
            with CaseStore(path / "cases.db") as store:
                began = process_time()
                store.refresh(archive, CasesConfig())
                whole = process_time() - began
                archive.ingest(known, [items[0], items[-1]])
                began = process_time()
                store.refresh(archive, CasesConfig())
                more = process_time() - began
    events = sum(len(case.events) for case in lives.cases.values())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"history  {cases} cases × {revisions} revisions of {len(made.text)} characters: life"
          f" {walked:.2f} s, {events} events; all records {whole:.2f} s; one revision more"
          f" {more:.2f} s; {memory:.0f} MB")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--revisions", type=int, default=1000)
    chosen = parser.parse_args()
    rates(chosen.pages)
    life(chosen.cases, chosen.revisions)


if __name__ == "__main__":
    main()
