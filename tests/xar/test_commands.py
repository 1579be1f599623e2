"""The commands that show a page's past, and write it out, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Kb
from tests.xar.making import jrcs, page_xml, xar

TEXTS = {
    "2.1": page_xml("Dev.Cases", content="a\n[/c]\nd", version="2.1", comment="second"),
    "1.2": page_xml("Dev.Cases", content="a\nb", version="1.2", date="1586400000000"),
    "1.1": page_xml("Dev.Cases", content="", version="1.1", date="1586300000000"),
}


def made(folder: Path) -> Path:
    archive = jrcs(TEXTS, logs={"2.1": "second [x]"}).replace("&", "&amp;").replace("<", "&lt;")
    page = TEXTS["2.1"].replace("</xwikidoc>", f"<versions>{archive}</versions></xwikidoc>")
    return xar(folder / "wiki.xar", {"Dev/Cases.xml": page}, listed=["Dev.Cases"])


def test_history_blame_versions_and_differences(kb: Kb, tmp_path: Path) -> None:
    """`kb show` and `kb diff` print an imported page's versions, authors of lines and changes."""
    assert "1 page(s), 1 new or changed; 3 whole revision(s)" in kb("import", made(tmp_path)).stderr
    history = kb("show", "Dev.Cases", "--history").stdout
    assert [line.split()[0] for line in history.splitlines()] == ["1.1", "1.2", "2.1"]
    assert "second [x]" in history
    assert kb("show", "Dev.Cases", "--at", "1.2").stdout == "a\nb\n"
    blame = [
        json.loads(x) for x in kb("show", "Dev.Cases", "--blame", "--json").stdout.split("\n") if x
    ]
    assert [line["version"] for line in blame] == ["1.2", "2.1", "2.1"]
    earlier = kb("show", "Dev.Cases", "--blame", "--at", "1.2").stdout
    assert "1.2 XWiki.Admin 2020-04-09" in earlier
    difference = kb("diff", "Dev.Cases", "1.2", "2.1").stdout
    assert difference.splitlines()[2:] == ["@@ -1,2 +1,3 @@", " a", "-b", "+[/c]", "+d"]
    (hunk,) = json.loads(kb("diff", "Dev.Cases", "1.2", "2.1", "--json").stdout)
    assert [change["kind"] for change in hunk["changes"]] == ["same", "removed", "added", "added"]
    assert kb("diff", "Dev.Cases", "1.2", "1.2").stdout == ""


def test_what_is_not_there_is_said(kb: Kb, tmp_path: Path) -> None:
    """A page, version or format that does not exist ends with code 2 and a hint."""
    kb("import", made(tmp_path))
    for arguments in (
        ("diff", "Dev.Other", "1.1", "1.2"),
        ("diff", "Dev.Cases", "1.1", "7.7"),
        ("diff", "Dev.Cases", "one", "two"),
        ("show", "Dev.Cases", "--at", "7.7"),
        ("show", "Dev.Cases", "--blame", "--at", "7.7"),
        ("export", "xar", "-"),
        ("export", "xar", tmp_path / "x.xar", "--format-version", "9"),
    ):
        done = kb(*arguments, check=False)
        assert done.returncode == 2, arguments
        assert "Traceback" not in done.stderr
        assert "hint:" in done.stderr


def test_an_export_is_imported_again(kb: Kb, tmp_path: Path) -> None:
    """Importing `kb export xar` of an archive into that archive changes nothing."""
    kb("import", made(tmp_path))
    assert "1 page(s) written" in kb("export", "xar", tmp_path / "out.xar").stderr
    again = kb("import", tmp_path / "out.xar").stderr
    assert "1 page(s), 0 new or changed; 3 whole revision(s)" in again
    assert "0 problem(s)" in again
