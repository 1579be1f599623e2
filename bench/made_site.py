"""A site of made-up cases and questions about them: what `browser_search.py` measures.

    python -m bench.made_site DIR --cases 10000 [--texts FILE.jsonl…] [--few-words]

writes DIR/site and DIR/queries.json. Words are drawn by Zipf's law from an invented vocabulary;
with `--texts` sentences come from the `text` of such lines instead, with `--few-words` from the
hundred words of `made_cases.py`, so that every word is in nearly every case. What a question
should find is told by looking into every text.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from random import Random
from time import process_time

import msgspec

from bench import made_cases
from kb.cases.record import Case, Identifier, from_json, to_json
from kb.publish.browser_index.documents import indexed_case
from kb.publish.renderer import SiteSettings
from kb.publish.site_build.site_builder import build
from kb.redact.material import MaterialPage
from kb.search.analysis import fold_text, stem

SITE = SiteSettings(title="Casebook", language="zh", url=None, audience="internal")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_WORD = re.compile(r"(?<![a-z0-9'])[a-z]{4,}(?![a-z0-9'])")
_NUMBER = re.compile(r"[0-9]{10,}")


class Made:
    """Material whose cases are the lines of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def records(self) -> Iterator[bytes]:
        with self._path.open("rb") as lines:
            yield from (line.rstrip() for line in lines)

    def pages(self) -> Iterable[MaterialPage]:
        return ()

    def blob(self, sha256: str) -> bytes:
        raise KeyError(sha256)


class Vocabulary:
    """Sentences of invented words, the first of which are by far the most usual."""

    def __init__(self, random: Random) -> None:
        self._random = random
        signs = [bytes((row, cell)).decode("gb2312", "ignore")
                 for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFF)]  # fmt: skip
        signs = random.sample([sign for sign in signs if sign], 2500)
        usual = _zipf(len(signs), 0.8)
        self._han = [
            "".join(random.choices(signs, cum_weights=usual, k=random.choice((1, 2, 2, 2, 3, 4))))
            for _ in range(12_000)
        ]
        self._english = [f"{root}{end}" for root in (self._root() for _ in range(900))
                         for end in ("", "s", "ed", "ing")]  # fmt: skip
        random.shuffle(self._english)
        self._usual_han = _zipf(len(self._han), 1.0)
        self._usual_english = _zipf(len(self._english), 1.0)

    def text(self, length: int) -> str:
        """So many characters, an English word now and then."""
        parts: list[str] = []
        while length > 0:
            parts += self._random.choices(self._han, cum_weights=self._usual_han, k=5)
            if self._random.random() < 0.3:
                found = self._random.choices(self._english, cum_weights=self._usual_english, k=1)
                parts.append(f" {found[0]} ")
            parts.append(self._random.choice(("，", "。", "", "")))
            length -= 10
        return "".join(parts)

    def _root(self) -> str:
        pick = self._random.choice
        return "".join(pick("bdfgklmnprt") + pick("aeiou") for _ in range(pick((1, 2, 2)))) + pick(
            ("nk", "rt", "ld", "mp", "nt")
        )


def _zipf(count: int, power: float) -> list[float]:
    return list(accumulate(1 / rank**power for rank in range(1, count + 1)))


def texts_of(files: list[Path], random: Random) -> Callable[[int], str]:
    """Sentences of these files, as many as make up the length."""
    found = [json.loads(line)["text"] for file in files for line in file.open(encoding="utf-8")]

    def text(length: int) -> str:
        parts: list[str] = []
        while length > 0:
            parts.append(random.choice(found)[: min(length, 300)])
            length -= len(parts[-1])
        return "\n".join(parts)

    return text


def made(count: int, files: list[Path], *, few: bool) -> Iterator[Case]:
    """The cases of `made_cases.py` with other texts."""
    random = Random(5)
    text = texts_of(files, random) if files else Vocabulary(random).text
    for case in made_cases.cases(count):
        identifiers = tuple(
            Identifier(kind=f.name, value=f.value, origin=f.origin) for f in case.fields
        )
        if not few:
            turns = tuple(msgspec.structs.replace(t, text=text(115)) for t in case.turns)
            case = msgspec.structs.replace(case, turns=turns, problem=text(25)[:40])  # noqa: PLW2901
        yield msgspec.structs.replace(case, identifiers=identifiers)


class Asker:
    """Questions drawn from the cases' own words, so that usual words are asked for most."""

    def __init__(self, texts: dict[str, str], each: int) -> None:
        """``texts`` are folded, by case; so many questions of ``each`` kind."""
        self._texts = texts
        self._ids = list(texts)
        self._random = Random(11)
        self._each = each
        self._stems: dict[str, set[str]] = {}
        for case, text in texts.items():
            for word in set(_WORD.findall(text)):
                self._stems.setdefault(stem(word), set()).add(case)

    def questions(self) -> Iterator[dict[str, object]]:
        """As `browser_search.py` takes them."""
        kinds: dict[str, Callable[[str], tuple[str, ...]]] = {
            "zh word": lambda text: (self._run(text, 2),),
            "substring": lambda text: (self._run(text, self._random.choice((3, 4, 4, 5, 6))),),
            "en stem": lambda text: (self._pick(_WORD, text),),
            "number": lambda text: (self._pick(_NUMBER, text),),
            "last four": lambda text: ("*" + self._pick(_NUMBER, text)[-4:],),
            "mixed": lambda text: (self._run(text, 2), self._pick(_WORD, text)),
            "mixed tail": lambda text: (self._run(text, 2), "*" + self._pick(_NUMBER, text)[-4:]),
        }
        for kind, make in kinds.items():
            for _ in range(self._each):
                words: tuple[str, ...] = ("",)
                while not all(words):
                    words = make(self._texts[self._random.choice(self._ids)])
                yield self._question(kind, *words)
        for run in self._frequent():
            yield self._question("frequent", run)

    def _frequent(self) -> Iterator[str]:
        """The runs that stand in most cases, of two to four characters."""
        some = self._random.sample(self._ids, min(2000, len(self._ids)))
        for size in (2, 3, 4):
            counts = Counter(
                gram
                for case in some
                for gram in {run[i : i + size] for run in _HAN.findall(self._texts[case])
                             for i in range(len(run) - size + 1)}
            )  # fmt: skip
            yield from (gram for gram, _ in counts.most_common(self._each // 3))

    def _pick(self, pattern: re.Pattern[str], text: str) -> str:
        """One of what the text has of it; empty where it has none."""
        found = pattern.findall(text)
        return str(self._random.choice(found)) if found else ""

    def _run(self, text: str, size: int) -> str:
        run = self._pick(_HAN, text)
        if len(run) < size:
            return ""
        start = self._random.randrange(len(run) - size + 1)
        return run[start : start + size]

    def _question(self, kind: str, *words: str) -> dict[str, object]:
        """What asks for all these words, and the cases that have them."""
        found = set(self._ids)
        for word in words:
            found &= self._having(word)
        query = " ".join(word.removeprefix("*") for word in words)
        return {"q": query, "kind": kind, "expect": sorted(found)}

    def _having(self, word: str) -> set[str]:
        if _WORD.fullmatch(word):
            return self._stems.get(stem(word), set())
        if word.startswith("*"):
            tail = re.compile(f"{word[1:]}(?![0-9])")
            return {case for case, text in self._texts.items() if tail.search(text)}
        return {case for case, text in self._texts.items() if word in text}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--each", type=int, default=15, help="questions of a kind")
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    parser.add_argument("--few-words", action="store_true")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    records = chosen.folder / "cases.jsonl"
    with records.open("wb") as out:
        for case in made(chosen.cases, chosen.texts, few=chosen.few_words):
            out.write(to_json(case) + b"\n")
    shutil.rmtree(chosen.folder / "site", ignore_errors=True)
    began = process_time()
    build(Made(records), chosen.folder / "site", SITE, chosen.folder / "memory")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{chosen.cases} cases: {process_time() - began:.1f} s in this process, {peak:.0f} MB")
    texts = {}
    for record in Made(records).records():
        entry = indexed_case(from_json(record))
        texts[entry.id] = fold_text(f"{entry.head}\n{entry.body}")
    questions = list(Asker(texts, chosen.each).questions())
    data = json.dumps(questions, ensure_ascii=False, indent=0)
    (chosen.folder / "queries.json").write_text(data, "utf-8")


if __name__ == "__main__":
    main()
