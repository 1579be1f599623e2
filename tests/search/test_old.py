"""What pages once said is found on request, and only then."""

from __future__ import annotations

import json
from pathlib import Path

from kb.archive import Archive
from kb.config import Config, Home
from kb.model import PageId, PageSeen, Revision
from tests.conftest import Kb

VERSIONS = (
    "登录失败\n重启后正常",
    "登录失败\n退款给客户\n重启后正常",
    "退款给客户\n升级网关",
    "升级网关",
)


def imported(folder: Path, versions: tuple[str, ...] = VERSIONS) -> None:
    with Archive(Home(folder, Config()).archive, create=True) as archive:
        records = [Revision(version=f"1.{n}", content=text) for n, text in enumerate(versions, 1)]
        seen = PageSeen(id=PageId("w", "Ops.Gateway"), history="complete", title="Gateway")
        archive.ingest(archive.source("x", "test"), [seen, *records])


def test_what_was_once_written_is_found_with_the_versions_that_had_it(
    kb: Kb, tmp_path: Path
) -> None:
    """With `--old`, lines that went are found, each with the first and last version that had it."""
    imported(tmp_path)
    (tmp_path / "kb.toml").write_text("[search]\nrevisions = true\n")
    assert "Ops.Gateway" in kb("search", "升级网关").stdout
    assert kb("search", "退款").stdout == ""
    assert kb("search", "--old", "升级网关").stdout == ""
    hits = {
        w: json.loads(kb("search", "--old", w, "--json").stdout)["hits"] for w in ("退款", "登录")
    }
    marks = {
        word: [(m["label"], m["text"]) for m in h[0]["highlights"]] for word, h in hits.items()
    }
    assert marks == {
        "退款": [("1.2–1.3", "退款给客户")],
        "登录": [("1.1–1.2", "登录失败\n重启后正常")],
    }
    assert kb("search", "--old", "退款").stdout.endswith("    1.2–1.3: 退款给客户\n")
    imported(tmp_path, (*VERSIONS, "另换网关"))
    assert "1.3–1.4: 升级网关" in kb("search", "--old", "升级网关").stdout


def test_it_is_off_unless_asked_for(kb: Kb, tmp_path: Path) -> None:
    """Without `revisions = true` in kb.toml, `--old` is a usage error that says so."""
    imported(tmp_path)
    done = kb("search", "--old", "退款", check=False)
    assert done.returncode == 2
    assert "revisions = true" in done.stderr
