"""A full import by REST beside a plain loop of requests, in one run.

    python bench/rest.py --pages 2000 --standin ../shared/standin/standin.py

Prints requests, requests in a second, CPU seconds and peak memory of `kb import`, and the same of
loops that ask for the same URLs and as many at a time: by threads that share a client of httpx, by
asyncio, by threads that share a pool of urllib3, which the import itself uses, and by threads with
bare connections of http.client, which urllib3 stands on. Each asks a stand-in that was just
started: it keeps answers, and whoever comes later would find them made. It answers from memory,
sooner than a server can, and so is told to wait 5 ms each time; `--stall 0` lets it answer at once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import urllib3

CONCURRENCY = 4


def made_wiki(pages: int, revisions: int) -> dict[str, Any]:
    """Pages with so many versions; each tenth has a comment, each twentieth a file."""
    text = "【第一轮分析】:现场已断电重启,仍复现。后台只收到启动帧,没有收到结束帧。\n" * 20
    made = []
    for n in range(pages):
        page: dict[str, Any] = {
            "spaces": ["Cases", f"S{n % 97}"], "name": f"P{n}", "title": f"Case {n}",
            "language": "zh", "revisions": [
                {"version": f"{v}.1", "author": "XWiki.ruan", "comment": "",
                 "date": 1_600_000_000_000 + n * 60_000 + v * 1000,
                 "content": f"{text}case {n} step {v}\n" * min(v, 3)}
                for v in range(1, revisions + 1)],
        }  # fmt: skip
        if n % 10 == 0:
            page["comments"] = [{"text": f"note {n}", "author": "XWiki.ruan"}]
        if n % 20 == 0:
            page["attachments"] = [
                {"name": "a.bin", "mimetype": "application/octet-stream", "bytes_b64": "QUJD"}
            ]
        made.append(page)
    return {"pages": made, "users": {"XWiki.ruan": {"name": "Ruan"}}}


def least(pages: int, revisions: int) -> int:
    """What a first import cannot do without.

    One request a version, one a file, one a list of a page's history, comments, files, and one a
    page for what tells whether it has them.
    """
    files = -(-pages // 20)
    return pages * revisions + files + pages + -(-pages // 10) + files + pages


def threads(urls: list[str]) -> None:
    limits = httpx.Limits(max_connections=CONCURRENCY)
    with httpx.Client(headers={"Accept": "application/json"}, limits=limits) as client:
        _by_threads(urls, lambda: lambda url: client.get(url).raise_for_status())


def pool(urls: list[str]) -> None:
    headers = {"Accept": "application/json"}
    with urllib3.PoolManager(maxsize=CONCURRENCY) as manager:

        def ask(url: str) -> None:
            assert manager.request("GET", url, headers=headers).status < 300

        _by_threads(urls, lambda: ask)


def library(urls: list[str]) -> None:
    base = urls[0].partition("/rest/")[0]

    def asking() -> Callable[[str], object]:
        connection = HTTPConnection(urlsplit(base).netloc, timeout=60)

        def ask(url: str) -> None:
            connection.request("GET", url[len(base) :], headers={"Accept": "application/json"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status < 300

        return ask

    _by_threads(urls, asking)


def _by_threads(urls: list[str], asking: Callable[[], Callable[[str], object]]) -> None:
    """Ask for all of them by as many threads as the import has, each with its own ``asking()``."""
    waiting, lock = iter(urls), threading.Lock()

    def work() -> None:
        ask = asking()
        while True:
            with lock:
                url = next(waiting, None)
            if url is None:
                return
            ask(url)

    running = [threading.Thread(target=work) for _ in range(CONCURRENCY)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def tasks(urls: list[str]) -> None:
    async def work(client: httpx.AsyncClient, waiting: Any) -> None:
        for url in waiting:
            (await client.get(url)).raise_for_status()

    async def run() -> None:
        waiting = iter(urls)
        async with httpx.AsyncClient(headers={"Accept": "application/json"}) as client:
            await asyncio.gather(*(work(client, waiting) for _ in range(CONCURRENCY)))

    asyncio.run(run())


def imported(url: str, home: Path) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MB of `kb import`, of all its processes together."""
    command = [sys.executable, "-m", "kb", "import", url, "--home", str(home)]
    started = time.monotonic()
    process = subprocess.Popen(command)
    peaks: dict[int, float] = {}
    while process.poll() is None:
        for pid in (process.pid, *_children(process.pid)):
            peaks[pid] = max(peaks.get(pid, 0.0), _peak(pid))
        time.sleep(0.05)
    assert process.returncode == 0
    peak = sum(peaks.values())
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = usage.ru_utime + usage.ru_stime
    return time.monotonic() - started, cpu, peak


def _children(process: int) -> list[int]:
    """Processes that this one has started."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(fields[1]) == process:
            found.append(int(stat.parent.name))
    return found


def _peak(process: int) -> float:
    """Largest memory of a process so far, in MB; what wait4 says counts its parent's too."""
    try:
        status = Path(f"/proc/{process}/status").read_text("ascii")
    except OSError:
        return 0.0
    lines = [line.split() for line in status.splitlines() if line.startswith("VmHWM")]
    return int(lines[0][1]) / 1024 if lines else 0.0


def asked(url: str) -> list[str]:
    """Paths that were asked for, as far as the stand-in remembers: its last 20,000 requests."""
    with urllib.request.urlopen(f"{url}/standin/log") as answer:
        return [row["target"] for row in json.load(answer)]


def counted(url: str) -> int:
    with urllib.request.urlopen(f"{url}/standin/stats") as answer:
        return int(json.load(answer)["requests"])


@contextmanager
def standing(standin: str, file: Path, stall: float = 0.0) -> Iterator[str]:
    """A stand-in's URL; it has answered some requests, and its counters are at nothing."""
    command = [sys.executable, standin, str(file)]
    if stall:
        command += ["--faults", f"stall:seconds={stall}"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        tasks([f"{url}/rest/wikis/xwiki/pages?start=0&number=1000"] * 50)
        urllib.request.urlopen(f"{url}/standin/reset").close()
        yield url
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--revisions", type=int, default=5)
    parser.add_argument("--standin", default="../shared/standin/standin.py")
    parser.add_argument("--stall", type=float, default=0.005, help="seconds before each answer")
    parser.add_argument("--loops", default="threads,tasks,pool,library")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "wiki.json"
        file.write_text(json.dumps(made_wiki(chosen.pages, chosen.revisions)), "utf-8")
        with standing(chosen.standin, file, chosen.stall) as url:
            rate, paths = report(url, chosen, Path(folder))
        for name in chosen.loops.split(","):
            with standing(chosen.standin, file, chosen.stall) as url:
                beside(name, [url + path for path in paths], rate)


def report(url: str, chosen: argparse.Namespace, folder: Path) -> tuple[float, list[str]]:
    """Import, and say what it took; requests in a second, and what was asked."""
    wall, cpu, peak = imported(url, folder / "home")
    requests = counted(url)
    rate = requests / wall
    minimum = least(chosen.pages, chosen.revisions)
    print(f"kb import    {requests} requests ({requests / minimum:.3f} of {minimum})")
    print(f"             {rate:.0f}/s wall, {cpu * 1000 / requests:.2f} ms CPU each, {peak:.0f} MB")
    return rate, asked(url)[-min(requests, 20_000) :]


def beside(name: str, urls: list[str], rate: float) -> None:
    """A loop that asks for the same."""
    loops = {"threads": threads, "tasks": tasks, "pool": pool, "library": library}
    started, used = time.monotonic(), time.process_time()
    loops[name](urls)
    plain = len(urls) / (time.monotonic() - started)
    each = (time.process_time() - used) * 1000 / len(urls)
    print(f"{name:12} {plain:.0f}/s wall, {each:.2f} ms CPU each; import is {rate / plain:.0%}")


if __name__ == "__main__":
    main()
