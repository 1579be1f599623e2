"""Builds that end at any change of a file: the site is the old or the new, the next one whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kb import files
from kb.files import MARK, aside_of
from kb.publish.site_build.site_builder import build
from tests.site.conftest import SITE
from tests.site.samples import Sample, tree_of

CHANGES = {"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.chmod"}
"""Audited events that change the file system, besides files opened to be written."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_KILLED = 9


def ended_at(work: Callable[[], object], number: int) -> bool:
    """Do it in a process that ends before its n-th change of a file; whether it came to that."""
    child = os.fork()
    if child == 0:
        left = [number]

        def count(event: str, given: tuple[object, ...]) -> None:
            flags = given[2] if event == "open" else 0
            if event in CHANGES or (isinstance(flags, int) and flags & _WRITES):
                left[0] -= 1
                if left[0] == 0:
                    os._exit(_KILLED)

        sys.addaudithook(count)
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, _KILLED)
    return status == _KILLED


def sample(count: int) -> Sample:
    return Sample(Sample().all_cases[:count])


@pytest.mark.parametrize("exchanges", [True, False], ids=["exchange", "two renames"])
@pytest.mark.parametrize(
    "every", [17, pytest.param(1, marks=pytest.mark.prove)], ids=["some", "all"]
)
def test_a_build_that_ends_at_any_change_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool, every: int
) -> None:
    """Ended before each of its changes in turn, first builds and later ones are made good."""
    if not exchanges:
        monkeypatch.setattr(files, "_exchanger", lambda: None)
    whole = {}
    for count in (2, 3):
        build(sample(count), tmp_path / str(count), SITE, tmp_path / "other")
        whole[count] = tree_of(tmp_path / str(count))
    for begun in (0, 2, 3):  # nothing there; one build there; two, with a staging folder
        number, ended = 1, True
        while ended:
            place = tmp_path / f"{begun}-{number}"
            out, memory = place / "on", place / "memory"
            for count in range(2, begun + 1):
                build(sample(count), out, SITE, memory)
            target = 2 if begun == 3 else 3
            ended = ended_at(lambda: build(sample(target), out, SITE, memory), number)  # noqa: B023
            between = not exchanges and not out.exists() and (aside_of(out) / MARK).exists()
            assert between or not out.exists() or tree_of(out) in whole.values(), number
            build(sample(target), out, SITE, memory)
            assert tree_of(out) == whole[target], number
            build(sample(5 - target), out, SITE, memory)
            assert tree_of(out) == whole[5 - target], number
            number += every
