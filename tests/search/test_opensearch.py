"""OpenSearch itself: three nodes, a process each, killed while indexing and while asking."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.cluster import Cluster, missing_programs
from bench.made_cases import documents
from kb.config import SearchConfig
from kb.errors import RemoteError
from kb.search.find import Finder, Options
from kb.search.index import refresh
from kb.search.service import opener
from tests.search import conformance
from tests.search.rough import Documents, document

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


def test_the_conformance_suite(cluster: Cluster, tmp_path: Path) -> None:
    finder = conformance.filled(opener(config(cluster, "suite"))(tmp_path / "one"))
    conformance.check_queries(finder)
    conformance.check_order(finder)
    conformance.check_facets(finder)
    conformance.check_help(finder)
    conformance.check_writing(finder)


def test_an_index_is_replaced_without_a_gap(cluster: Cluster, tmp_path: Path) -> None:
    asked = config(cluster, "swapped")
    source = Documents([document("a", "扣费"), document("b", "退款")])
    first = refresh(tmp_path, source, opener(asked), "opensearch")
    client = first._client  # type: ignore[attr-defined]
    assert client.count(index="swapped")["count"] == 2
    source.held["c"] = document("c", "登录")
    refresh(tmp_path, source, opener(asked), "opensearch")
    assert client.count(index="swapped")["count"] == 3
    (tmp_path / "state.json").unlink()
    refresh(tmp_path, source, opener(asked), "opensearch")
    assert len(client.indices.get(index="swapped-*")) == 1
    assert client.count(index="swapped")["count"] == 3


def test_a_cluster_that_is_not_there_is_an_error_of_ours(tmp_path: Path) -> None:
    nowhere = SearchConfig(backend="opensearch", url="http://127.0.0.1:9")
    with pytest.raises(RemoteError):
        opener(nowhere)(tmp_path / "x")


def test_killing_a_node_while_indexing_and_the_manager_while_asking_loses_nothing(
    cluster: Cluster, tmp_path: Path
) -> None:
    count = 6000
    finder = Finder(opener(config(cluster, "lossy"))(tmp_path / "one"))
    killing = threading.Timer(2, cluster.kill, (1,))
    killing.start()
    assert finder.engine.add(documents(count)) == count
    killing.join()
    finder.engine.commit()
    assert len(finder.engine.digests()) == count
    wanted = {q: finder.find(q, Options(limit=1)).total for q in ("退款", "扣费 平台", "*1234")}
    assert all(wanted.values())
    cluster.start(1)
    cluster.await_nodes(3)
    manager = cluster.manager()
    killing = threading.Timer(1, cluster.kill, (manager,))
    killing.start()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for query, total in wanted.items():
            assert finder.find(query, Options(limit=1)).total == total
    killing.join()
    assert len(finder.engine.digests()) == count
    cluster.start(manager)
    cluster.await_nodes(3)
