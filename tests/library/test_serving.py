"""`kb serve` beside what fails: it goes on, with the last site, and builds as soon as it can."""

from __future__ import annotations

import json
import logging
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb.config import find_home
from kb.library import serving
from kb.library.library import Library
from tests.conftest import ROOT

DEMO = ROOT / "demo"
NEW = "hl_case#7_20230602"


class Served:
    """A home that is being served, and a second hand that imports into it."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.library = Library(find_home(root))
        self.failing: Exception | None = None
        self.builds = 0
        build = self.library.build

        def counted(*given: object, **more: object) -> object:
            self.builds += 1
            if self.failing:
                raise self.failing
            return build(*given, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(self.library, "build", counted)
        monkeypatch.setattr(serving, "_EVERY", 0.05)
        monkeypatch.setattr(serving, "_AT_LEAST", 0.2)
        self.server = self.library.server(port=0)
        ready = threading.Event()
        threading.Thread(target=self.server.serve, args=(ready.set,), daemon=True).start()
        assert ready.wait(60)

    def found(self, query: str) -> list[str]:
        asked = f"{self.server.url}api/search?q={urllib.parse.quote(query)}&limit=50"
        with urllib.request.urlopen(asked) as answer:
            return [hit["id"] for hit in json.load(answer)["hits"] if hit["kind"] == "case"]

    def shown(self, case: str) -> bool:
        return self.server._shows(case)

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.05)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A served home with the Chinese page of the demo; the English one may come."""
    root = tmp_path / "home"
    with Library(find_home(root)) as library:
        library.import_(DEMO / "after-sales-zh.blame.txt")
        library.build()
    one = Served(root, monkeypatch)
    yield one
    one.server.close()
    one.server._server.shutdown()
    one.library.close()


def import_more(root: Path) -> None:
    with Library(find_home(root)) as library:
        library.import_(DEMO / "after-sales-en.blame.txt")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("a bug")])
def test_after_a_build_that_failed_it_builds_again(
    served: Served, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """The failure is told once, the search names no case without a page, and then it is built."""
    served.failing = error
    import_more(served.library.root)
    before = served.builds
    served.until(lambda: served.builds >= before + 3)
    assert not served.shown(NEW)
    assert NEW not in served.found("refund")
    assert [r.message for r in caplog.records if r.levelno == logging.WARNING] == [
        f"not built, the last site stays: {error}"
    ]
    served.failing = None
    served.until(lambda: served.shown(NEW))
    served.until(lambda: NEW in served.found("refund"))


def test_where_nothing_can_be_built_the_last_site_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first build that fails is told, and what is there is served."""
    with Library(find_home(tmp_path)) as library:
        library.import_(DEMO)
        library.build()

        def fail(*_: object, **__: object) -> None:
            raise OSError(30, "Read-only file system")

        monkeypatch.setattr(library, "build", fail)
        with library.server(port=0) as server:
            ready = threading.Event()
            threading.Thread(target=server.serve, args=(ready.set,), daemon=True).start()
            assert ready.wait(60)
            with urllib.request.urlopen(server.url) as answer:
                assert b"Casebook" in answer.read()
            server._server.shutdown()


def test_a_correction_is_shown(served: Served) -> None:
    """The site is built again after a correction as after an import."""
    before = served.builds
    with Library(find_home(served.library.root)) as other:
        other.correct("njhx_case#9_20230412", "problem", "改了", why="so", by="me")
    served.until(lambda: served.builds > before and served.server._seen is not None)
    page = served.server._out / "case" / "xwiki" / "njhx_case~239_20230412.html"
    served.until(lambda: "改了" in page.read_text("utf-8"))
