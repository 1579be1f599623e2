"""A real OpenSearch cluster on this machine, a process a node, so that a node can be killed.

Needs a JDK 17 and Maven, which brings the libraries from Maven Central once into ``folder``.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import httpx

HERE = Path(__file__).parent / "opensearch"
NEEDED = ("java", "javac", "mvn")
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"


def missing_programs() -> list[str]:
    """What a cluster needs and this machine lacks."""
    return [program for program in NEEDED if not shutil.which(program)]


def libraries(folder: Path) -> str:
    """The class path of a node, fetched and compiled where it is not yet in ``folder``."""
    jars, classes = folder / "lib", folder / "classes"
    if not jars.is_dir():
        pom = HERE / "pom.xml"
        command = ["mvn", "-q", "-B", "-f", str(pom), _COPY, f"-DoutputDirectory={jars}"]
        subprocess.run(command, check=True)
    source = HERE / "OneNode.java"
    subprocess.run(["javac", "-cp", f"{jars}/*", "-d", str(classes), str(source)], check=True)
    return f"{classes}:{jars}/*"


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in held]


class Cluster:
    """``count`` nodes; data and logs in ``folder``, libraries in ``library`` or there too."""

    def __init__(
        self, folder: Path, count: int = 3, heap: str = "512m", library: Path | None = None
    ) -> None:
        self._folder = folder
        self._heap = heap
        self._path = libraries(library or folder)
        free = _free_ports(2 * count)
        self.ports = dict(enumerate(free[:count], 1))
        self._talk = dict(enumerate(free[count:], 1))
        self.repository = folder / "snapshots"
        """Where the nodes may keep snapshots."""
        self._nodes: dict[int, subprocess.Popen[bytes]] = {}
        for node in self.ports:
            self.start(node)
        self.await_nodes(count)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        for node in list(self._nodes):
            self.kill(node)

    @property
    def urls(self) -> str:
        """All nodes' addresses, as kb.toml takes them."""
        return " ".join(f"http://127.0.0.1:{port}" for port in self.ports.values())

    def start(self, node: int) -> None:
        """Begin a node's process, on the data that it had."""
        home = self._folder / f"node{node}"
        home.mkdir(parents=True, exist_ok=True)
        names = ",".join(f"n{n}" for n in self.ports)
        hosts = ",".join(f"127.0.0.1:{port}" for port in self._talk.values())
        settings = {
            "cluster.name": "bench",
            "node.name": f"n{node}",
            "path.home": home,
            "path.repo": self.repository,
            "http.port": self.ports[node],
            "transport.port": self._talk[node],
            "discovery.seed_hosts": hosts,
            "cluster.initial_cluster_manager_nodes": names,
            "cluster.routing.allocation.disk.threshold_enabled": "false",
        }
        command = ["java", f"-Xms{self._heap}", f"-Xmx{self._heap}", "-cp", self._path, "OneNode"]
        command += [f"{name}={value}" for name, value in settings.items()]
        with (home / "log").open("ab") as log:
            self._nodes[node] = subprocess.Popen(command, stdout=log, stderr=log)

    def kill(self, node: int) -> None:
        """End a node's process as a power cut would."""
        process = self._nodes.pop(node)
        process.kill()
        process.wait()

    def manager(self) -> int:
        """The node that manages the cluster."""
        rows = self._ask("_cat/cluster_manager?format=json").json()
        return int(rows[0]["node"].removeprefix("n"))

    def await_nodes(self, count: int, seconds: float = 120) -> None:
        """Wait until so many nodes are in and every shard has all its copies."""
        wanted = f"_cluster/health?wait_for_nodes={count}&wait_for_status=green&timeout=2s"
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if self._ask(wanted).json().get("timed_out") is False:
                    return
            except httpx.HTTPError:
                time.sleep(0.5)
        raise TimeoutError(f"no {count} nodes after {seconds} s; see {self._folder}")

    def _ask(self, path: str) -> httpx.Response:
        living = next(iter(self._nodes))
        return httpx.get(f"http://127.0.0.1:{self.ports[living]}/{path}", timeout=10)
