"""By REST in JSON and XML, by viewers, by the wiki's own export: one and the same archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from importers.base import Options, Source, importer_named
from kb.archive import Archive
from kb.verify import DigestSink, NothingKnown, compare

from .standin import PASSWORD, USER, Home, Standing

ZONE = "Asia/Shanghai"


def findings(home: Home, location: str, way: str) -> Counter[str]:
    options = (
        Options(user=USER["user"], password_env=USER["password_env"], timezone=ZONE)
        if way != "xar"
        else Options(timezone=ZONE)
    )
    items = importer_named(way).records(Source(location), options, NothingKnown(), DigestSink())
    with Archive(home.path) as archive:
        found = list(compare(archive, items, live=way != "xar"))
    assert [str(f) for f in found if f.verdict in ("missing", "different")] == []
    return Counter(f.verdict for f in found)


@pytest.mark.parametrize("version", ["13.10", "17.4", "18.2"])
def test_all_ways_agree(
    stand: Callable[..., Standing], home: Home, tmp_path: Path, version: str
) -> None:
    """An export, REST and the viewers give the same versions and contradict each other nowhere."""
    wiki = stand(version=version)
    query = "format=xar&name=all&history=true&backup=true"
    export = httpx.get(f"{wiki.url}/bin/export/Main/?{query}", auth=("admin", PASSWORD))
    (tmp_path / "all.xar").write_bytes(export.content)
    home.take(wiki.url)
    assert findings(home, str(tmp_path / "all.xar"), "xar")["same"] > 100
    assert findings(home, wiki.url, "viewer-html")["same"] > 100
    home.take(str(tmp_path / "all.xar"), "xar", user=None, password_env=None)
    home.take(wiki.url, "viewer-html", timezone=ZONE)
    with Archive(home.path) as archive:
        codes = {p.code for p in archive.problems()}
    assert codes <= {"server-error", "file-without-bytes"}, "the ways contradict each other"
    assert findings(home, wiki.url, "rest")["same"] > 100


def test_xml_is_json(stand: Callable[..., Standing], home: Home) -> None:
    """REST's XML gives the archive that its JSON gives."""
    wiki = stand()
    home.take(wiki.url, settings={"format": "xml"})
    assert home.differences(wiki.server) == []


def test_after_an_export_only_the_rest_is_fetched(
    stand: Callable[..., Standing], home: Home, tmp_path: Path
) -> None:
    """Versions that an export brought are not fetched again by REST."""
    wiki = stand()
    query = "format=xar&name=all&history=true&backup=true"
    export = httpx.get(f"{wiki.url}/bin/export/Main/?{query}", auth=("admin", PASSWORD))
    (tmp_path / "all.xar").write_bytes(export.content)
    home.take(str(tmp_path / "all.xar"), "xar", user=None, password_env=None)
    before = wiki.requests()
    report = home.take(wiki.url)
    assert report.revisions <= 1, "a page without history is one request in any case"
    assert wiki.requests() - before < 60, "versions that are held are not asked for"
    assert home.differences(wiki.server) == []


def test_each_version_and_file_says_which_way_it_came(
    stand: Callable[..., Standing], home: Home, tmp_path: Path
) -> None:
    """Every version and attachment records the importer that brought it."""
    wiki = stand()
    query = "format=xar&name=all&history=true&backup=true&pages=xwiki:Support.Empty"
    export = httpx.get(f"{wiki.url}/bin/export/Main/?{query}", auth=("admin", PASSWORD))
    (tmp_path / "some.xar").write_bytes(export.content)
    home.take(str(tmp_path / "some.xar"), "xar", user=None, password_env=None)
    wiki.server.add_revision(["Support"], "Empty", content="later")
    home.take(wiki.url)
    ways: dict[str, list[str | None]] = {}
    with Archive(home.path) as archive:
        for view in archive.pages():
            ways[view.id.page] = [revision.way for revision in archive.revisions(view.key)]
            assert {file.way for file in view.attachments} <= {"rest"}
        counted = archive.ways()
    assert ways.pop("Support.Empty") == ["xar", "rest"]
    odd = {page for page, found in ways.items() if set(found) == {"viewer-html"}}
    assert odd == {page for page in ways if "/" in page}
    assert all(set(found) == {"rest"} for page, found in ways.items() if page not in odd)
    assert {way: pages > 0 for way, (pages, _) in counted.items()} == dict.fromkeys(
        ("rest", "viewer-html", "xar"), True
    )
