"""XAR files made for tests: independent of the project's own writer."""

from __future__ import annotations

import base64
import difflib
import zipfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

DEFAULT = {"author": "XWiki.Admin", "creator": "XWiki.Admin", "syntaxId": "xwiki/2.1"}


def page_xml(
    reference: str = "Main.WebHome",
    *,
    inside: str = "",
    declared: str = "1.0",
    head: str = "",
    **fields: str,
) -> str:
    """A page's XML; ``inside`` goes in after the fields as it is."""
    known = {**DEFAULT, "version": "1.1", "date": "1586500000000", "content": "", **fields}
    simple = "".join(f"<{tag}>{escape(text)}</{tag}>\n" for tag, text in known.items())
    return (
        f'<?xml version="{declared}" encoding="UTF-8"?>\n{head}'
        f'<xwikidoc version="1.5" reference="{escape(reference)}" locale="">\n'
        f"{simple}{inside}</xwikidoc>\n"
    )


def attachment(name: str, data: bytes | None, inside: str = "", **fields: str) -> str:
    """An `<attachment>` element."""
    content = "" if data is None else f"<content>{base64.b64encode(data).decode()}</content>"
    size = {} if data is None else {"filesize": str(len(data))}
    known = {"filename": name, "version": "1.1", "author": "XWiki.Admin", **size, **fields}
    simple = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in known.items())
    return f"<attachment>{simple}{content}{inside}</attachment>\n"


def script(newer: str, older: str) -> str:
    """An RCS edit script, by difflib."""
    a, b = newer.split("\n"), older.split("\n")
    parts = []
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag in ("delete", "replace"):
            parts.append(f"d{i + 1} {j - i}\n")
        if tag in ("insert", "replace"):
            parts.append(f"a{j} {m - k}\n" + "".join(f"{line}\n" for line in b[k:m]))
    return "".join(parts)


def jrcs(
    texts: dict[str, str],
    *,
    full: Collection[str] = (),
    logs: Mapping[str, str] | None = None,
    author: str = "XWiki_2EAdmin",
    state: str | None = None,
) -> str:
    """An archive of texts by version, newest first; those in ``full`` whole, and the newest."""
    versions = list(texts)
    parts = [f"head\t{versions[0]};\naccess;\nsymbols;\nlocks; strict;\ncomment\t@# @;\n\n\n"]
    for place, version in enumerate(versions):
        following = versions[place + 1] if place + 1 < len(versions) else ""
        whole = place == 0 or version in full
        said = state or ("full" if whole else "diff")
        parts.append(
            f"{version}\ndate\t2020.04.10.14.26.40;\tauthor {author};\tstate {said};\n"
            f"branches;\nnext\t{following};\n\n"
        )
    parts.append("\ndesc\n@@\n")
    for place, version in enumerate(versions):
        text = texts[version]
        if place and version not in full:
            text = script(texts[versions[place - 1]], text)
        log = (logs or {}).get(version, "")
        doubled = text.replace("@", "@@")
        parts.append(f"\n\n{version}\nlog\n@{log and log + chr(10)}@\ntext\n@{doubled}@\n")
    return "".join(parts)


def package_xml(*references: str) -> str:
    """A package.xml that lists the pages."""
    files = "".join(f'<file defaultAction="0" language="">{escape(r)}</file>' for r in references)
    return f"<package><infos><name>x</name></infos><files>{files}</files></package>"


def xar(
    path: Path,
    entries: Mapping[str, str | bytes],
    *,
    listed: Sequence[str] | Literal[False] | None = None,
) -> Path:
    """A XAR of entries by name, with a list of the pages unless ``listed`` is False."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in entries.items():
            package.writestr(name, data)
        if listed is not False:
            package.writestr("package.xml", package_xml(*(listed or ())))
    return path
