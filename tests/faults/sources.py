"""What the main job reads: a XAR, a newer state of it, Markdown, and what a wiki serves."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tests.xar.making import attachment, jrcs, page_xml, xar

PAGES = 10
CASE = "station3_case#3_20200410"
"""A case of every state: the one that the job corrects."""

_SAID = (
    "退款未到账",
    "设备离线,重启后正常",
    "gateway timeout",
    "用户反馈重复扣费",
    "already refunded",
)


def text_of(page: int, version: int) -> str:
    """Two cases on a page; each version tells a round more."""
    pick = random.Random(page)
    rounds = "".join(
        f"【第{'一二三四五六七八'[n]}轮分析】:\n令:{pick.choice(_SAID)} {page}-{n}\n"
        for n in range(version)
    )
    return (
        f"= station{page}_case#{page}_20200410 =\n\n账单号:20200404{page:012d}\n"
        f"问题描述:{pick.choice(_SAID)}\n{rounds}【已解决】【未解决】\n\n"
        f"= station{page}_case#{page + 50}_20200511 =\n\n问题描述:{pick.choice(_SAID)} {version}\n"
    )


def write_xar(path: Path, versions: int) -> Path:
    """A wiki as a XAR: every version, a file on each page, and one entry that is no page."""
    entries: dict[str, str | bytes] = {"Broken.xml": "<xwikidoc>"}
    for page in range(PAGES):
        name = f"Support.Page{page}"
        texts = {
            f"{n}.1": page_xml(name, version=f"{n}.1", content=text_of(page, n))
            for n in range(versions, 0, -1)
        }
        archive = jrcs(texts).replace("&", "&amp;").replace("<", "&lt;")
        file = attachment(f"log{page}.txt", random.Random(page).randbytes(6000))
        entries[f"{name}.xml"] = page_xml(
            name, version=f"{versions}.1", content=text_of(page, versions),
            inside=f"<versions>{archive}</versions>{file}",
        )  # fmt: skip
    return xar(path, entries, listed=[f"Support.Page{page}" for page in range(PAGES)])


def write_markdown(folder: Path) -> Path:
    """A folder of Markdown of another wiki."""
    for page in range(4):
        file = folder / "Notes" / f"note-{page}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# Note {page}\n\nthe gateway of {page} 重启\n", encoding="utf-8")
    return folder


def wiki_of(versions: int = 3) -> dict[str, Any]:
    """What a stand-in serves: pages like those of the XAR in a living wiki."""
    return {
        "pages": [
            {
                "spaces": ["Living"],
                "name": f"Page{page}",
                "title": f"Page {page}",
                "revisions": [
                    {
                        "version": f"{n}.1", "author": "XWiki.Admin", "comment": "", "minor": False,
                        "date": f"2020-04-{n + 10}T10:00:00Z", "content": text_of(page + 20, n),
                    }
                    for n in range(1, versions + 1)
                ],
            }
            for page in range(6)
        ]
    }  # fmt: skip
