"""OpenSearch itself: three nodes, of which one goes while indexing and one while asking."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.made_cases import documents
from kb.config import SearchConfig
from kb.errors import RemoteError
from kb.search.find import Finder, Options
from kb.search.index import refresh
from kb.search.service import opener
from tests.search import conformance
from tests.search.rough import Documents, document

pytestmark = [pytest.mark.prove, pytest.mark.xdist_group("opensearch")]
PORT = 9280
NODES = " ".join(f"http://127.0.0.1:{PORT + n}" for n in (1, 2, 3))


class Cluster:
    """Three nodes in a process of its own."""

    def __init__(self, libraries: Path, data: Path) -> None:
        here = Path(__file__).parent / "Cluster.java"
        path = f"{libraries}/*"
        subprocess.run(["javac", "-cp", path, "-d", data / "classes", here], check=True)
        arguments = ["-clusterName", "kbtest", "-numOfNode", "3", "-basePath", str(data / "nodes")]
        arguments += ["-baseHttpPort", str(PORT), "-printOnFailure"]
        with (data / "log").open("wb") as log:
            self.process = subprocess.Popen(
                ["java", "-Xmx1500m", "-cp", f"{data}/classes:{path}", "Cluster", *arguments],
                stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        self.await_nodes(3)

    def await_nodes(self, count: int) -> None:
        import httpx

        for _ in range(240):
            try:
                health = httpx.get(f"http://127.0.0.1:{PORT + 3}/_cluster/health").json()
                if health["number_of_nodes"] == count:
                    return
            except (httpx.HTTPError, KeyError):
                pass
            time.sleep(0.5)
        pytest.fail(f"there are no {count} nodes after two minutes")

    def take_away(self, node: int) -> None:
        assert self.process.stdin is not None
        print(node, file=self.process.stdin, flush=True)


@pytest.fixture(scope="module")
def cluster(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    for program in ("java", "javac", "mvn"):
        if not shutil.which(program):
            pytest.skip(f"a real OpenSearch needs {program}")
    data = tmp_path_factory.mktemp("opensearch")
    libraries = Path(os.environ.get("OPENSEARCH_LIB", data / "lib"))
    if not libraries.exists():
        goal = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
        pom = shared / "opensearch" / "pom.xml"
        command = ["mvn", "-q", "-B", "-f", str(pom), goal, f"-DoutputDirectory={libraries}"]
        subprocess.run(command, check=True)
    made = Cluster(libraries, data)
    yield made
    made.process.kill()


def config(index: str, **settings: str) -> SearchConfig:
    given = {"index": index, "shards": "3", "replicas": "1", **settings}
    return SearchConfig(backend="opensearch", url=NODES, settings=given)


def test_the_conformance_suite(cluster: Cluster, tmp_path: Path) -> None:
    finder = conformance.filled(opener(config("suite"))(tmp_path / "one"))
    conformance.check_queries(finder)
    conformance.check_order(finder)
    conformance.check_facets(finder)
    conformance.check_help(finder)
    conformance.check_writing(finder)


def test_an_index_is_replaced_without_a_gap(cluster: Cluster, tmp_path: Path) -> None:
    asked = config("swapped")
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


def test_losing_a_node_while_indexing_and_one_while_asking_loses_nothing(
    cluster: Cluster, tmp_path: Path
) -> None:
    count = 6000
    finder = Finder(opener(config("lossy", replicas="2"))(tmp_path / "one"))
    lost = threading.Timer(2, cluster.take_away, (1,))
    lost.start()
    assert finder.engine.add(documents(count)) == count
    lost.join()
    finder.engine.commit()
    assert len(finder.engine.digests()) == count
    wanted = {q: finder.find(q, Options(limit=1)).total for q in ("退款", "扣费 平台", "*1234")}
    asking = threading.Timer(1, cluster.take_away, (2,))
    asking.start()
    until = time.monotonic() + 15
    while time.monotonic() < until:
        for query, total in wanted.items():
            assert finder.find(query, Options(limit=1)).total == total
    asking.join()
