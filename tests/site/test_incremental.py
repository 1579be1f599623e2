"""Builds again: only what changed is made, the bytes are those of a build anew, nothing is torn."""

# ruff: noqa: E501
from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from kb.cases.record import Case, Turn
from kb.files import MARK
from kb.publish.site_build.site_builder import build
from tests.conftest import ROOT
from tests.site.conftest import SITE
from tests.site.samples import Sample, double_charge, page, small, source, tree_of


def many(count: int) -> list[Case]:
    words = random.Random(7)
    han = [chr(words.randrange(0x4E00, 0x4F80)) for _ in range(4000)]
    made = []
    for n in range(count):
        start = words.randrange(3900)
        text = "".join(han[start : start + 60]) + f" refund {n} 2020040404{n:06d} 重複"
        turns = (
            Turn(round=1, speaker=f"人{n % 5}", text=text, origin=double_charge().turns[0].origin),
        )
        day = f"2020-{1 + n * 12 // count:02d}-{1 + n % 28:02d}"
        made.append(small(f"c#{n}", text[:20], date=day, turns=turns, source=source(1, 3)))
    return made


def changed(case: Case, text: str) -> Case:
    turns = (msgspec.structs.replace(case.turns[0], text=text),)
    return msgspec.structs.replace(case, turns=turns, status="resolved")


EDITS: dict[str, Callable[[list[Case]], list[Case]]] = {
    "one case": lambda cases: [*cases[:50], changed(cases[50], "改了 changed 13800009999"), *cases[51:]],
    "a new case at the end": lambda cases: [*cases, small("z#1", "新的案例 fresh", date="2021-01-01")],
    "a new case in the middle": lambda cases: [*cases, small("z#2", "插入的", date="2020-06-15")],
    "a case gone": lambda cases: cases[:30] + cases[31:],
    "a renamed case": lambda cases: [*cases[:9], msgspec.structs.replace(cases[9], id="new#9"), *cases[10:]],
    "nothing": lambda cases: cases,
    "everything": lambda cases: [changed(case, f"all {n}") for n, case in enumerate(cases)],
    "all cases gone": lambda _: [],
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_a_build_on_top_equals_a_build_anew(
    tmp_path: Path, edit: Callable[[list[Case]], list[Case]]
) -> None:
    """A build on top of another gives the bytes of a build anew, whatever changed between."""
    cases = many(120)
    after = edit(cases)
    build(Sample(cases, [page()]), tmp_path / "on", SITE, tmp_path / "memory")
    for stage in (after, cases, after):
        build(Sample(stage, [page()]), tmp_path / "on", SITE, tmp_path / "memory")
    build(Sample(after, [page()]), tmp_path / "anew", SITE, tmp_path / "other")
    assert tree_of(tmp_path / "on") == tree_of(tmp_path / "anew")


def test_one_changed_case_writes_its_own_pages_and_shards(tmp_path: Path) -> None:
    """One changed case writes a few files; nothing changed writes none."""
    cases = many(300)
    first = build(Sample(cases, [page()]), tmp_path / "on", SITE, tmp_path / "memory")
    again = build(Sample(cases, [page()]), tmp_path / "on", SITE, tmp_path / "memory")
    assert (again.written, again.removed) == (0, 0)
    now = EDITS["one case"](cases)
    third = build(Sample(now, [page()]), tmp_path / "on", SITE, tmp_path / "memory")
    assert 3 < third.written < first.written / 3


def test_what_others_put_into_a_site_stays_as_it_is(tmp_path: Path) -> None:
    """A host's files survive each build, in their latest form; what they took away stays away."""
    cases = many(3)
    out, state = tmp_path / "site", tmp_path / "state"
    build(Sample(cases), out, SITE, state)
    (out / ".well-known").mkdir()
    for round_, text in enumerate(("one", "two", None, None)):
        for path in (out / "CNAME", out / ".well-known" / "host"):
            path.unlink(missing_ok=True)
            if text:
                path.write_text(text)
        cases = [*cases, small(f"n#{round_}", "新的案例 fresh", date="2021-01-01")]
        build(Sample(cases), out, SITE, state)
        for path in (out / "CNAME", out / ".well-known" / "host"):
            assert (path.read_text() if path.exists() else None) == text


def test_a_lost_memory_or_folder_beside_costs_only_time(tmp_path: Path) -> None:
    """Without what the last build left, memory or staging folder, the bytes are the same."""
    cases = many(40)
    out, memory = tmp_path / "on", tmp_path / "memory"
    build(Sample(cases, [page()]), out, SITE, memory)
    build(Sample(cases[1:], [page()]), out, SITE, memory)
    subprocess.run(["rm", "-r", str(tmp_path / ".on.next")], check=True)
    build(Sample(cases[2:], [page()]), out, SITE, memory)
    subprocess.run(["rm", "-r", str(memory)], check=True)
    build(Sample(cases[3:], [page()]), out, SITE, memory)
    build(Sample(cases[3:], [page()]), tmp_path / "anew", SITE, tmp_path / "other")
    assert tree_of(out) == tree_of(tmp_path / "anew")


RUN = """
import sys
from pathlib import Path
from tests.site.conftest import SITE
from tests.site.samples import Sample, page
from tests.site.test_incremental import many
from kb.publish.site_build.site_builder import build
folder, count = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
build(Sample(many(count), [page()]), folder / "on", SITE, folder / "memory")
"""


def digest(folder: Path) -> str:
    return hashlib.sha256(repr(sorted(tree_of(folder).items())).encode()).hexdigest()


def run(folder: Path, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN, str(folder), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


@pytest.mark.prove
def test_killed_at_thirty_moments_the_site_is_the_old_or_the_new(tmp_path: Path) -> None:
    """A build killed at any moment leaves the old site or the new, and the next one goes on."""
    for number in (60, 90):
        assert run(tmp_path / str(number), number).wait() == 0
    whole = {digest(tmp_path / str(n) / "on") for n in (60, 90)}
    assert len(whole) == 2
    work = tmp_path / "work"
    assert run(work, 60).wait() == 0
    started = time.monotonic()
    assert run(work, 90).wait() == 0
    length = time.monotonic() - started
    for moment in range(30):
        count = 60 if moment % 2 else 90
        process = run(work, count)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(length * random.Random(moment).random() * 0.6)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert (work / "on" / MARK).is_file()
        assert digest(work / "on") in whole
    assert run(work, 60).wait() == 0
    assert digest(work / "on") == digest(tmp_path / "60" / "on")
