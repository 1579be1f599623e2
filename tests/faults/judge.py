"""What came of a fault: whole, or said; lost, or wrong without a word."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, TypeAlias

from tests.faults.faults import ASKING, DISTURBING, SPOILING, Attempt
from tests.faults.job import (
    EXPORTS,
    STEPS,
    Done,
    Job,
    Step,
    archive_digest,
    differences,
    facts,
    run,
)

SOURCES = ("../wiki.xar", "../notes", "../newer.xar")
REPAIR = ("verify", "--repair", *(word for source in SOURCES for word in ("--from", source)))
OBSERVERS = (("cases", "--json"), ("search", "重启", "--json"), ("export", "jsonl", "-"))
"""What people are told; their answers are compared."""


class Outcome(StrEnum):
    """What a user is left with."""

    WHOLE = "whole"
    """The step run again ends as if nothing had been."""
    SAID = "said"
    """A message names what is damaged, and the command that it names mends it."""
    WRONG = "wrong without a word"
    LOST = "lost"
    CRASHED = "no message"


Judge: TypeAlias = Callable[[Attempt], tuple[Outcome, str]]


class Verdict(NamedTuple):
    """A fault, by its seed, and what came of it."""

    kind: str
    step: str
    seed: int
    outcome: Outcome
    why: str

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.kind}, {self.step}: {self.outcome}: {self.why}"


def judged(job: Job, kind: str, seed: int) -> Verdict:
    """Let a fault happen, look at what it left, do what a user would, look again."""
    pick = random.Random(seed)
    number = pick.randrange(len(STEPS)) if kind in DISTURBING else 0
    home = job.fresh(len(STEPS) if kind in SPOILING else number)
    attempt = Attempt(job, number, home, pick)
    cause, judge = _kinds()[kind]
    cause(attempt)
    outcome, why = judge(attempt)
    step = str(attempt.damaged or ("import of a wiki" if kind in ASKING else attempt.step.name))
    return Verdict(kind, step, seed, outcome, why)


def _kinds() -> Mapping[str, tuple[Callable[[Attempt], None], Judge]]:
    """Each kind of fault, and how what it leaves is judged."""
    found = {kind: (cause, _disturbed) for kind, cause in DISTURBING.items()}
    found |= {kind: (cause, _spoilt) for kind, cause in SPOILING.items()}
    return found | {kind: (cause, _asked) for kind, cause in ASKING.items()}


def _asked(attempt: Attempt) -> tuple[Outcome, str]:
    """After an import over a network that works, the archive is that of an undisturbed one."""
    if trouble := _unclear(attempt):
        return Outcome.CRASHED, trouble
    if archive_digest(attempt.home) == attempt.job.of_wiki:
        said = [done.err.strip() for done in attempt.ended if done.said]
        return (Outcome.SAID, said[0]) if said else (Outcome.WHOLE, "")
    return Outcome.LOST, f"another archive; {attempt.ended[-1].err.strip()[:200]}"


def _disturbed(attempt: Attempt) -> tuple[Outcome, str]:
    """The step, once more: the home is as if nothing had been."""
    if trouble := _unclear(attempt):
        return Outcome.CRASHED, trouble
    again = run(attempt.home, attempt.step.arguments)
    attempt.ended.append(again)
    wanted = attempt.job.after[attempt.number]
    odd = differences(facts(attempt.home), wanted) if again.code == 0 else []
    if again.code == 0 and not odd:
        return Outcome.WHOLE, ""
    if again.crashed:
        return Outcome.CRASHED, again.crashed
    if again.code == 0:
        return Outcome.WRONG, f"differs: {odd[:4]}"
    return _mended(attempt, wanted)


def _mended(attempt: Attempt, wanted: dict[str, str]) -> tuple[Outcome, str]:
    """What the archive lacks comes back from the sources; what is made from it is made anew."""
    said = attempt.ended[-1].err.strip()
    for arguments in (REPAIR, attempt.step.arguments):
        attempt.ended.append(run(attempt.home, arguments))
    odd = differences(facts(attempt.home), wanted)
    if odd:
        return Outcome.LOST, f"{said[:200]}; then {attempt.ended[-1].err.strip()[:200]}; {odd[:4]}"
    return Outcome.SAID, said


def _unclear(attempt: Attempt) -> str:
    """The first end that no user could make sense of."""
    ends = [*attempt.notes, *(done.crashed for done in attempt.ended)]
    return next(filter(None, ends), "")


def _spoilt(attempt: Attempt) -> tuple[Outcome, str]:
    """Every answer is right or comes with a word; then all can be made right again."""
    if attempt.damaged is None:
        return Outcome.WHOLE, "nothing to spoil"
    answers = {arguments: run(attempt.home, arguments) for arguments in OBSERVERS}
    checked = run(attempt.home, ("verify",))
    attempt.ended += [*answers.values(), checked]
    if trouble := _unclear(attempt):
        return Outcome.CRASHED, trouble
    for arguments, done in answers.items():
        if not done.said and done.out != _right(attempt.job, arguments).out:
            return Outcome.WRONG, f"kb {' '.join(arguments)} answers otherwise"
    return _made_again(attempt, checked)


def _right(job: Job, arguments: tuple[str, ...]) -> Done:
    """What a command answers at the home that nothing befell, asked once."""
    known = _ANSWERS.setdefault(job.folder, {})
    if arguments not in known:
        home = job.fresh(len(STEPS), "unspoilt")
        known[arguments] = run(home, arguments)
    return known[arguments]


_ANSWERS: dict[Path, dict[tuple[str, ...], Done]] = {}


def _made_again(attempt: Attempt, checked: Done) -> tuple[Outcome, str]:
    """What people look at, made once more; where `kb verify` found damage, first the repair."""
    wanted = attempt.job.after[-1]
    _check_repository(attempt)
    if checked.code:
        attempt.ended.append(run(attempt.home, REPAIR))
    for step in _touched(attempt):
        attempt.ended.append(run(attempt.home, step.arguments))
    if trouble := _unclear(attempt):
        return Outcome.CRASHED, trouble
    said = [done.err.strip() for done in attempt.ended if done.said]
    if said and differences(facts(attempt.home), wanted):
        _follow_hint(attempt)
    odd = differences(facts(attempt.home), wanted)
    if not odd:
        return (Outcome.SAID, said[0]) if said else (Outcome.WHOLE, "")
    if said:
        return Outcome.LOST, f"{said[0][:200]}; differs: {odd[:4]}"
    return Outcome.WRONG, f"differs: {odd[:4]}"


def _follow_hint(attempt: Attempt) -> None:
    """Do as the messages say: a new place for an export, the key from where it was kept."""
    assert attempt.damaged is not None
    place = attempt.damaged.parts
    if place[0] == "out":
        output = attempt.home / "out" / place[1]
        shutil.rmtree(output) if output.is_dir() else output.unlink(missing_ok=True)
    if place[-1] == "archive.db":
        attempt.ended.append(run(attempt.home, ("restore", "../backup", ".", "--force")))
    if place[-1] == "public.key":
        shutil.copy2(attempt.job.before[-1] / attempt.damaged, attempt.home / attempt.damaged)
    for step in _touched(attempt):
        attempt.ended.append(run(attempt.home, step.arguments))
        if "--force" in attempt.ended[-1].err:
            attempt.ended.append(run(attempt.home, (*step.arguments, "--force")))


def _check_repository(attempt: Attempt) -> None:
    """A git repository has digests of its own: who is told by git makes it anew."""
    repository = attempt.home / "out" / EXPORTS["git"]
    assert attempt.damaged is not None
    if repository.name in attempt.damaged.parts:
        command = ["git", "-C", str(repository), "fsck", "--strict", "--no-dangling"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            attempt.ended.append(Done(("git", "fsck"), done.returncode, b"", done.stderr, 0))
            shutil.rmtree(repository)


def _touched(attempt: Attempt) -> list[Step]:
    """The steps that write what was damaged, or something made from it."""
    assert attempt.damaged is not None
    place = attempt.damaged.parts
    if place[0] == "out":
        return [step for step in STEPS if step.arguments[-1].startswith(f"out/{place[1]}")]
    if place[0] == "build" or place[:2] == (".kb", "site"):
        return [step for step in STEPS if step.name.startswith("build")]
    if place[1] == "archive.db":
        return [*STEPS[STEPS_OF_PEOPLE:]]
    return [step for step in STEPS if step.name in ("build", "build public", "export jsonl")]


STEPS_OF_PEOPLE = next(n for n, step in enumerate(STEPS) if step.name == "build")
"""The first step that writes what people look at."""


__all__ = ["Outcome", "Verdict", "judged"]
