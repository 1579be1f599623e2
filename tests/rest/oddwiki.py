"""Wikis as nobody would make them on purpose and everybody has: seeded, each another."""

from __future__ import annotations

import base64
import random
from typing import Any

_NAMES = [
    "WebHome", "Plain", "with space", "dots. in. it", "07. Dev", "a:b", "50% off", "a+b", "x/y",
    "back\\slash", "trailing.", ".leading", "q?x=1&y=2#z", "semi;colon,comma", "quo'te\"d",
    "售后 记录", "naïve", "emoji 🚗", "a=b@c^d", "[brackets] {curly}", "tilde~*star*", "<b>&amp;",
    "%2F", "%25", "WebPreferences", "e\u0301 combined", "_under_", "long " * 12 + "name", "0",
    "bin", "rest", "spaces", "pages", "history", "view", "WEBHOME", "A$B(c)", "|pipe|",
]  # fmt: skip
_TEXTS = [
    "",
    "\n",
    "\n\n\n",
    "one line",
    "a\r\nb\r\n",
    "mixed\nline\r\nends\n",
    "tab\tand  spaces  ",
    "  leading\n\n\ntrailing  \n\n",
    "<b>&amp;&lt; {{html}}</b>",
    "中文\n\n内容。\n",
    "🚗\n" * 40,
    "| a | b |\n|---|---|\n",
    "]]> &#1; end",
    "x" * 5000,
    "nbsp\u00a0 zero\u200bwidth",
    "line\u2028separator\u0085next",
]
_USERS = ["XWiki.ruan", "XWiki.he qing", "XWiki.gone", "XWiki.twin"]
_FILES = [
    "a.txt",
    "a+b & c%20d.bin",
    "图 1.png",
    "x#y?.dat",
    "no-suffix",
    "semi;colon.zip",
    "q'\".pdf",
]
_LOCALES = ["fr", "de", "pt_BR", "zh_CN", "ja", "es"]


def odd_wiki(seed: int, pages: int = 30) -> dict[str, Any]:
    """A wiki for the stand-in: odd names, deep spaces, gaps in histories, many languages."""
    chance = random.Random(seed)
    made: dict[tuple[tuple[str, ...], str], dict[str, Any]] = {}
    while len(made) < pages:
        spaces = [chance.choice(_NAMES[1:]) for _ in range(chance.choice([1, 1, 2, 3, 6]))]
        page = _page(chance, spaces, chance.choice(_NAMES))
        made[tuple(spaces), page["name"]] = page
    users = {"XWiki.ruan": {"name": "Ruan Bo"}, "XWiki.twin": {"name": "Ruan Bo"}}
    users["XWiki.he qing"] = {"name": "何 清 & <b>"}
    return {"pages": list(made.values()), "users": users}


def _page(chance: random.Random, spaces: list[str], name: str) -> dict[str, Any]:
    page: dict[str, Any] = {
        "spaces": spaces, "name": name, "title": chance.choice(["", "Title", "标题 <&>"]),
        "language": chance.choice(["en", "zh", ""]), "revisions": _revisions(chance),
        "hidden": chance.random() < 0.2, "syntax": chance.choice(["xwiki/2.1", "xwiki/2.0"]),
    }  # fmt: skip
    if not page["revisions"]:
        page["content"] = chance.choice(_TEXTS)
    for locale in chance.sample(_LOCALES, chance.choice([0, 0, 0, 1, 2, 6])):
        page.setdefault("translations", {})[locale] = {
            "title": chance.choice(["", "titre"]),
            "revisions": _revisions(chance) or _revisions(chance),
        }
    if chance.random() < 0.4:
        page["attachments"] = _files(chance)
    if chance.random() < 0.4:
        page["comments"] = _comments(chance)
    if chance.random() < 0.3:
        page["tags"] = chance.sample(["x", "售后", "two words", "a&b"], chance.randrange(1, 4))
    if chance.random() < 0.3:
        page["objects"] = [
            {"class": chance.choice(["A.CaseClass", "X Y.Class"]), "number": number,
             "properties": {"status": "open", "list": ["a", "b"], "n": number, "text": "l1\nl2"}}
            for number in chance.sample(range(9), chance.randrange(1, 5))
        ]  # fmt: skip
    if chance.random() < 0.1:
        page["rights"] = {"view": ["XWiki.ruan"]}
    return page


def _revisions(chance: random.Random) -> list[dict[str, Any]]:
    """Versions with gaps and minor ones; several in one second, some with older dates."""
    rows: list[dict[str, Any]] = []
    major = minor = 1
    moment = chance.randrange(1_200_000_000, 1_700_000_000) * 1000
    for _ in range(chance.choice([0, 1, 1, 2, 5, 13])):
        row = {
            "version": f"{major}.{minor}", "author": chance.choice(_USERS), "date": moment,
            "comment": chance.choice(["", "改 <&>", "Upload new attachment a.txt"]),
            "minor": minor > 1, "content": chance.choice(_TEXTS),
        }  # fmt: skip
        if chance.random() < 0.3:
            row["title"] = chance.choice(["", "Other title"])
        rows.append(row)
        moment += chance.choice([0, 1, 400, 1000, 86_400_000])
        if chance.random() < 0.4:
            minor += chance.choice([1, 1, 9])
        else:
            major, minor = major + chance.choice([1, 1, 1, 8]), 1
    return rows


def _files(chance: random.Random) -> list[dict[str, Any]]:
    files = []
    for name in chance.sample(_FILES, chance.randrange(1, 4)):
        versions = [
            {"version": f"1.{number}", "author": chance.choice(_USERS),
             "date": 1_500_000_000_000 + number * 1000, "bytes_b64": _bytes(chance)}
            for number in range(1, chance.choice([2, 2, 3, 12]))
        ]  # fmt: skip
        files.append({"name": name, "mimetype": "application/octet-stream", "versions": versions})
    return files


def _comments(chance: random.Random) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number in sorted(chance.sample(range(20), chance.randrange(1, 6))):
        reply = rows[-1]["number"] if rows and chance.random() < 0.5 else None
        rows.append(
            {"number": number, "text": chance.choice(_TEXTS), "author": chance.choice(_USERS),
             "date": 1_600_000_000_000 + number, "replyto": reply}
        )  # fmt: skip
    return rows


def _bytes(chance: random.Random) -> str:
    return base64.b64encode(chance.randbytes(chance.choice([0, 3, 70_000]))).decode()
