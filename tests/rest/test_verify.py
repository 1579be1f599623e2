"""`kb sync` and `kb verify` from the terminal, beside a living wiki."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Kb

from .standin import PASSWORD, Standing

TOML = """
[wiki]
timezone = "Asia/Shanghai"

[[source]]
location = "{url}"
user = "admin"
password_env = "KB_TEST_PASSWORD"
settings = {{ concurrency = "2" }}
"""


@pytest.fixture
def wiki(stand: Callable[..., Standing], tmp_path: Path) -> Standing:
    found = stand()
    (tmp_path / "kb.toml").write_text(TOML.format(url=found.url), "utf-8")
    return found


def test_sync_then_verify(wiki: Standing, kb: Kb, tmp_path: Path) -> None:
    """After a sync, a verification against the wiki finds nothing missing or different."""
    done = kb("sync")
    assert "18 page(s)" in done.stderr or "19 page(s)" in done.stderr
    done = kb("verify", "--against", wiki.url, "--json")
    result = json.loads(done.stdout)
    assert set(result["counts"]) == {"same", "unknown"}
    assert result["damaged"] == []


def test_verify_names_what_is_missing_and_different(wiki: Standing, kb: Kb, tmp_path: Path) -> None:
    """Verification names pages, versions and lines that the archive lacks or has otherwise."""
    kb("sync")
    wiki.server.add_revision(["Support"], "Empty", content="later")
    doc = wiki.server.wiki.by_full("Support.Edges")
    doc.revs[0].content = "rewritten\n"
    wiki.server.add_page(
        {"spaces": ["New"], "name": "Page", "language": "en", "revisions": [], "content": "x"}
    )
    done = kb("verify", "--against", wiki.url, check=False)
    assert done.returncode == 1
    assert "missing: New.Page: page" in done.stdout
    assert "missing: Support.Empty: version 2.1" in done.stdout
    assert "different: Support.Edges: version 1.1: line 1" in done.stdout


def test_verify_says_that_nobody_can_be_asked(wiki: Standing, kb: Kb) -> None:
    """A wiki that is down gives exit code 4."""
    kb("sync")
    wiki.server.stop()
    done = kb("verify", "--against", wiki.url, check=False)
    assert done.returncode == 4, done.stderr


def test_verify_finds_damage(wiki: Standing, kb: Kb, tmp_path: Path) -> None:
    """A digest that no longer fits is reported with exit code 1."""
    kb("sync")
    assert kb("verify").returncode == 0
    with sqlite3.connect(tmp_path / ".kb" / "archive.db") as db:
        db.execute("UPDATE revision SET hash = zeroblob(16)")
    done = kb("verify", check=False)
    assert done.returncode == 1
    assert "another digest" in done.stderr


def test_no_word_of_the_password_anywhere(wiki: Standing, kb: Kb, tmp_path: Path) -> None:
    """No output and no file holds the password, in any encoding of it."""
    outputs = [kb("sync"), kb("sync"), kb("verify", "--against", wiki.url), kb("stats")]
    from base64 import b64encode
    from urllib.parse import quote

    secrets = [PASSWORD, quote(PASSWORD), b64encode(f"admin:{PASSWORD}".encode()).decode()]
    kept = [path.read_bytes() for path in (tmp_path / ".kb").rglob("*") if path.is_file()]
    for secret in secrets:
        assert all(secret not in done.stdout + done.stderr for done in outputs)
        assert all(secret.encode() not in data for data in kept)
    refused = kb("import", wiki.url.replace("//", "//admin:hunter2@"), check=False)
    assert refused.returncode == 2
    assert "hunter2" not in refused.stderr + refused.stdout
