"""A build inside somebody's process: it leaves the collector as it was, and threads may build."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.errors import InputError
from kb.publish.site_build.site_builder import build
from tests.site.conftest import SITE
from tests.site.samples import Sample, tree_of


@pytest.fixture
def collector() -> Iterator[None]:
    """The collector as a caller may have set it; set back afterwards."""
    threshold, enabled = gc.get_threshold(), gc.isenabled()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)
    if enabled:
        gc.enable()


MINE = [object()]
"""An object of the caller's that may be frozen."""


def settings() -> tuple[bool, tuple[int, int, int], bool, bool]:
    """Enabled, thresholds, whether anything is frozen, whether the caller's object is not."""
    walked = any(one is MINE for one in gc.get_objects())
    return gc.isenabled(), gc.get_threshold(), gc.get_freeze_count() > 0, walked


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("frozen", [True, False])
def test_a_build_leaves_the_collector_as_it_was(
    tmp_path: Path, collector: None, enabled: bool, frozen: bool
) -> None:
    """Enabled or not, with its thresholds, and with what the caller froze."""
    gc.set_threshold(600, 7, 8)
    if frozen:
        gc.freeze()
    if not enabled:
        gc.disable()
    before = settings()
    build(Sample(), tmp_path / "site", SITE, tmp_path / "memory")
    assert settings() == before
    build(Sample(), tmp_path / "site", SITE, tmp_path / "memory")
    assert settings() == before


def test_a_build_that_fails_leaves_the_collector_as_it_was(tmp_path: Path, collector: None) -> None:
    """Refused at the beginning, or by the guard at the end."""
    before = settings()
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError):
        build(Sample(), tmp_path, SITE, tmp_path / "memory")
    assert settings() == before

    def refuse(*_: object) -> None:
        raise InputError("no")

    with pytest.raises(InputError):
        build(Sample(), tmp_path / "site", SITE, tmp_path / "memory", refuse)
    assert settings() == before


def test_threads_may_build_at_once(tmp_path: Path) -> None:
    """Builds in several threads give the sites of builds one by one, and set nothing wrong."""
    before = settings()
    cases = Sample().all_cases

    def work(number: int) -> None:
        sample = Sample(all_cases=cases[: number + 2])
        build(sample, tmp_path / str(number), SITE, tmp_path / "memory")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert settings() == before
    for number in range(4):
        one = Sample(all_cases=cases[: number + 2])
        build(one, tmp_path / "alone" / str(number), SITE, tmp_path / "other")
        assert tree_of(tmp_path / str(number)) == tree_of(tmp_path / "alone" / str(number))


def test_one_thread_builds_while_another_waits(tmp_path: Path) -> None:
    """Two builds never run at once: the second begins when the first is in place."""
    inside, order = threading.Event(), []

    def guard(_folder: Path, _changes: object) -> None:
        inside.set()
        order.append("first")
        second.join(0.2)
        order.append("first done")

    def later() -> None:
        inside.wait()
        build(Sample(), tmp_path / "two", SITE, tmp_path / "memory")
        order.append("second")

    second = threading.Thread(target=later)
    second.start()
    build(Sample(), tmp_path / "one", SITE, tmp_path / "memory", guard)
    second.join()
    assert order == ["first", "first done", "second"]
