"""A home with something protected in every place that a wiki has, and all that is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kb.archive import Archive
from kb.cases.store.store import CaseStore, up_to_date
from kb.config import Home, load_config
from kb.export.protocol import Part, exporter_named, exporter_names, file_parts, options_of
from kb.export.run import run_export
from kb.library.building import build_site
from kb.model import (
    AttachmentRevision,
    Comment,
    Gone,
    Item,
    PageId,
    PageSeen,
    PropertyValue,
    Revision,
    RevisionSeen,
    WikiObject,
)
from tests.redact.disguises import NAMES, NUMBERS

SITE: Final = "site"
OUTPUTS: Final = (SITE, *exporter_names())
FILES: Final = {"jsonl": "p.jsonl", "sqlite": "p.db", "xar": "p.xar", "mediawiki": "p.xml"}
"""Formats that make a file; all others make a folder."""

SECRETS: Final = {
    "speaker of a former version": "韩梅梅",
    "engineer of a former version": "钱多多",
    "station of a former version": "旧城西站",
    "phone of a former version": "13911112222",
    "account of a former version": "zhanghao77",
    "speaker of a removed case": "孙小圣",
    "engineer put right by hand": "周不通",
    "who corrected by hand": "吴用功",
    "author of a former version": "formerauthor",
    "author of a version without text": "bareauthor",
    "author of a page that is gone": "goneauthor",
    "speaker on a page that is closed": "郑成工",
    "speaker on a page that is hidden": "冯唐易",
    "who commented": "commenter1",
    "who uploaded a file": "uploader1",
    "who uploaded a file that is gone": "uploader2",
    "account of a user": "LiLeiAccount",
    "name of a user": "雷小李",
    "Western name of a user": "Quentin Oldman",
    "mail of a user": "quentin@oldman.example",
    "one of two who signed together": "杨朔朔",
    "Western name with a dot": "quentin.oldman",
    "Western name, the last first": "Oldman, Quentin",
    **{f"phone, {way}": write("13911112222") for way, write in NUMBERS.items()},
    **{f"name, {way}": write("韩梅梅") for way, write in NAMES.items()},
}
"""Where something protected stands, and what. Each is told of on a public page, too."""
IN_FILES: Final = {
    "a file that holds something protected": "heldmarker",
    "a file that no search can read": "sealedmarker",
}
"""What files hold that must stay inside."""


def case(number: int, *lines: str) -> str:
    """Write a case of the wiki."""
    return "\n".join((f"= szds_case#{number}_20200410 =", "", *lines, ""))


def _cases(former: bool) -> str:
    said = "【韩梅梅】" if former else "【工程师甲】"
    first = case(
        46, "旧城西站" if former else "新城东站",
        f"手机号码:{'13911112222' if former else '13800138000'}",
        f"账号:{'zhanghao77' if former else 'zhanghao11'}",
        "问题描述:此单重复扣费", "", "【第一轮分析】:", f"{said}:查到了。", "",
        "状态:√已解决 □处理中", f"责任工程师:{'钱多多' if former else '周不通'}",
    )  # fmt: skip
    second = case(47, "问题描述:枪线过热", "", "【第一轮分析】:", "【孙小圣】:已更换。")
    both = case(50, "问题描述:跳枪", "", "【第一轮分析】:", "【马冬冬/杨朔朔】:已更换。")
    return f"{first}\n{second}\n{both}" if former else first


def items(archive: Archive, note: str = "") -> Iterator[Item]:
    """Yield the records of the wiki; one public page ends with the note."""
    wiki, when = "xwiki", "2020-04-1{}T09:00:00Z"

    def page(name: str, **facts: bool | str) -> PageSeen:
        return PageSeen(id=PageId(wiki, name), **{"history": "complete", **facts})  # type: ignore[arg-type]

    def version(number: int, text: str, author: str = "XWiki.plainauthor") -> Revision:
        return Revision(
            version=f"{number}.1", content=text, author=author, date=when.format(number),
            comment=f"saved by {author}",
        )  # fmt: skip

    def file(name: str, author: str = "XWiki.plainauthor", data: bytes = b"x") -> Item:
        sha256 = archive.blobs.put([data])
        return AttachmentRevision(name=name, version="1.1", sha256=sha256, size=9, author=author,
                                  date=when.format(1))  # fmt: skip

    yield page("Support.Cases")
    yield version(1, _cases(former=True), "XWiki.formerauthor")
    yield RevisionSeen(version="2.1", author="XWiki.bareauthor", date=when.format(2))
    yield version(3, _cases(former=False))
    yield file("log.txt", "XWiki.uploader1", b"harmless log")
    yield file("韩梅梅 log.txt")
    yield file("held.txt", data=b"heldmarker 13911112222")
    yield file("sealed.7z", data=b"7z\xbc\xaf\x27\x1c\0\4sealedmarker")
    yield Comment(number=0, text="seen", author="XWiki.commenter1")
    yield page("Support.Notes")
    told = "\n".join(f"* 请问 {secret} 吧。" for secret in SECRETS.values())
    yield version(1, f"{told}\n\n{note}")
    yield page("Support.Files")
    yield version(1, "Files")
    yield file("old.txt", "XWiki.uploader2", b"old")
    yield page("Closed.Cases")
    yield version(1, case(48, "问题描述:跳枪", "", "【第一轮分析】:", "【郑成工】:跳了。"))
    yield page("Support.Hidden", hidden=True)
    yield version(1, case(49, "问题描述:黑屏", "", "【第一轮分析】:", "【冯唐易】:黑了。"))
    yield page("XWiki.LiLeiAccount")
    yield version(1, "")
    for number, (first, last, mail) in enumerate((
        ("小李", "雷", ""), ("Quentin", "Oldman", "quentin@oldman.example"),
    )):  # fmt: skip
        names: dict[str, PropertyValue] = {"first_name": first, "last_name": last, "email": mail}
        yield WikiObject(class_name="XWiki.XWikiUsers", number=number, properties=names)
    yield page("Support.Past")
    yield version(1, "past", "XWiki.goneauthor")
    yield Gone(id=PageId(wiki, "Support.Past"), noticed=when.format(5))


CORRECTIONS: Final = """
[[correction]]
case = "szds_case#46_20200410"
path = "/engineers/0"
old = "周不通"
new = "工程师乙"
by = "吴用功"
why = "吴用功 asked"
"""


def partner_home(folder: Path, public: str = "", note: str = "") -> Home:
    """Make the home; ``public`` are more lines of `[public]` in its kb.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    rules = f'[public]\nopen = ["Support.*"]\nexclude = ["Closed.*"]\nattachments = ["*"]\n{public}'
    (folder / "kb.toml").write_text(rules, "utf-8")
    (folder / "corrections.toml").write_text(CORRECTIONS, "utf-8")
    home = Home(folder, load_config(folder / "kb.toml"))
    home.archive.parent.mkdir()
    with Archive(home.archive, create=True) as archive:
        archive.ingest(archive.source("partner", "partner"), items(archive, note))
    return home


def made_for_partner(home: Home, output: str, folder: Path) -> Iterator[Part]:
    """Make an output for the public and yield all that it tells, with names of files."""
    with up_to_date(home) as opened:
        yield from _made(home, *opened, output, folder)


def _made(
    home: Home, archive: Archive, store: CaseStore, output: str, folder: Path
) -> Iterator[Part]:
    if output == SITE:
        build_site(home, archive, store, folder / SITE, "public")
        yield from file_parts(folder / SITE)
        return
    exporter, dest = exporter_named(output), folder / FILES.get(output, output)
    report = folder / f"report-{output}"
    chosen = options_of(exporter, {"audience": "public", "report": report})
    run_export(exporter, home, archive, store, str(dest), chosen)
    yield from exporter.parts(dest)
    yield from file_parts(report)
