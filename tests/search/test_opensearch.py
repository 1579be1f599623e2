"""OpenSearch itself: three nodes, a process each, killed while indexing and while asking."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.cluster import Cluster, missing_programs
from bench.made_cases import documents
from kb.config import SearchConfig
from kb.errors import RemoteError
from kb.search.asking.finder import Finder
from kb.search.asking.hits import SearchOptions
from kb.search.engines.opensearch_engine import OpenSearchEngine, connect
from kb.search.index import refresh
from kb.search.protocol import EngineOpener
from kb.search.service import engine_opener
from kb.testing.engines import EngineConformance, fill, found_keys
from tests.search.rough import Documents, document
from tests.search.tls_front import tls_front

pytestmark = [pytest.mark.prove, pytest.mark.xdist_group("opensearch")]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if missing := missing_programs():
        pytest.skip(f"a real OpenSearch needs {', '.join(missing)}")
    data = tmp_path_factory.mktemp("opensearch")
    with Cluster(data, library=Path(os.environ.get("OPENSEARCH_LIB", data))) as made:
        yield made


def config(cluster: Cluster, index: str, **settings: str) -> SearchConfig:
    given = {"index": index, "shards": "3", "replicas": "1", **settings}
    return SearchConfig(backend="opensearch", url=cluster.urls, settings=given)


class TestOpenSearch(EngineConformance):
    """Three nodes, three shards, a replica; each test has an index of its own."""

    @pytest.fixture
    def open_engine(self, cluster: Cluster) -> EngineOpener:
        return engine_opener(config(cluster, f"suite-{secrets.token_hex(4)}"))


def test_an_index_is_replaced_without_a_gap(cluster: Cluster, tmp_path: Path) -> None:
    """The alias names a whole index at any time, and earlier generations go."""
    asked = config(cluster, "swapped")
    source = Documents([document("a", "扣费"), document("b", "退款")])
    first = refresh(tmp_path, source, engine_opener(asked), "opensearch")
    assert isinstance(first, OpenSearchEngine)
    client = first._client
    assert client.count(index="swapped")["count"] == 2
    source.held["c"] = document("c", "登录")
    refresh(tmp_path, source, engine_opener(asked), "opensearch")
    assert client.count(index="swapped")["count"] == 3
    (tmp_path / "state.json").unlink()
    refresh(tmp_path, source, engine_opener(asked), "opensearch")
    assert len(client.indices.get(index="swapped-*")) == 1
    assert client.count(index="swapped")["count"] == 3


def test_a_cluster_that_is_not_there_is_an_error_of_ours(tmp_path: Path) -> None:
    """An address where nobody answers is a RemoteError."""
    nowhere = SearchConfig(backend="opensearch", url="http://127.0.0.1:9")
    with pytest.raises(RemoteError):
        engine_opener(nowhere)(tmp_path / "x")


def test_an_index_that_the_cluster_lost_comes_back_from_its_snapshot(
    cluster: Cluster, tmp_path: Path
) -> None:
    """A lost index is restored, and only what changed since is indexed again."""
    asked = config(cluster, "kept", snapshots="safe")
    source = Documents(document(str(i), f"扣费 {i}") for i in range(20))
    with pytest.raises(RemoteError, match="safe"):
        refresh(tmp_path / "none", source, engine_opener(asked), "opensearch")
    client = connect(asked)
    place = {"type": "fs", "settings": {"location": str(cluster.repository)}}
    client.snapshot.create_repository(repository="safe", body=place)
    refresh(tmp_path, source, engine_opener(asked), "opensearch")
    source.held["x"] = document("x", "退款")
    refresh(tmp_path, source, engine_opener(asked), "opensearch")
    client.indices.delete(index="kept-*")
    source.held["y"] = document("y", "登录")
    source.asked.clear()
    again = Finder(refresh(tmp_path, source, engine_opener(asked), "opensearch"))
    assert [again.find(word).total for word in ("扣费", "退款", "登录")] == [20, 1, 1]
    assert source.asked == [{"y"}]
    assert client.count(index="kept")["count"] == 22
    assert len(client.snapshot.get(repository="safe", snapshot="kept-*")["snapshots"]) == 2


def test_a_cluster_behind_tls_and_a_password(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A private authority and a password beyond Latin-1 serve; wrong ones are RemoteErrors."""
    if not shutil.which("openssl"):
        pytest.skip("needs openssl for a certificate")
    monkeypatch.setenv("SECRET", "扣费 pass:word")
    with tls_front(cluster.urls.split()[0], tmp_path, "kb", "扣费 pass:word") as (url, authority):
        given = {"user": "kb", "password_env": "SECRET", "ca_certs": str(authority)}
        made = SearchConfig(backend="opensearch", url=url, settings={"index": "safe", **given})
        finder = fill(engine_opener(made)(tmp_path / "one"))
        assert found_keys(finder, "扣费") == "a"
        monkeypatch.setenv("SECRET", "wrong")
        with pytest.raises(RemoteError) as refused:
            engine_opener(made)(tmp_path / "two")
        assert "password_env" in refused.value.hint
        unknown = {"user": "kb", "password_env": "SECRET"}
        with pytest.raises(RemoteError, match="certificate"):
            engine_opener(SearchConfig(backend="opensearch", url=url, settings=unknown))(
                tmp_path / "x"
            )


def test_killing_a_node_while_indexing_and_the_manager_while_asking_loses_nothing(
    cluster: Cluster, tmp_path: Path
) -> None:
    """Each document is there once, and every answer has the same total."""
    count = 3000
    finder = Finder(engine_opener(config(cluster, "lossy"))(tmp_path / "one"))
    killing = threading.Timer(2, cluster.kill, (1,))
    killing.start()
    assert finder.engine.add(documents(count)) == count
    killing.join()
    finder.engine.commit()
    assert len(finder.engine.digests()) == count
    wanted = {
        q: finder.find(q, SearchOptions(limit=1)).total for q in ("退款", "扣费 平台", "*1234")
    }
    assert all(wanted.values())
    cluster.start(1)
    cluster.await_nodes(3)
    manager = cluster.manager()
    killing = threading.Timer(1, cluster.kill, (manager,))
    killing.start()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for query, total in wanted.items():
            assert finder.find(query, SearchOptions(limit=1)).total == total
    killing.join()
    assert len(finder.engine.digests()) == count
    cluster.start(manager)
    cluster.await_nodes(3)
