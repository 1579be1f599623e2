"""The browser's index: what is written is read back, a patch gives the bytes of a build anew."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from kb.cases.record import Case, Turn
from kb.publish.browser_index.codec import decode, encode_list
from kb.publish.browser_index.documents import IndexedCase, indexed_case
from kb.publish.browser_index.full import IndexBuilder
from kb.publish.browser_index.index_layout import IndexMeta, span, whole_to
from kb.publish.browser_index.keys import LONGEST, code_of, codes_of, mapped
from kb.publish.browser_index.patch import IndexPatch
from kb.publish.browser_index.postings import CODE
from kb.publish.browser_index.shards import keys_on, shard_files, signs_in
from kb.text.fold import fold_text, one_for_one
from tests.site.samples import at, small
from tests.site.test_analysis_js import engine_of

LISTS = st.dictionaries(
    st.integers(0, (1 << 30) - 1),
    st.dictionaries(st.integers(0, 899), st.integers(0, 3), min_size=1, max_size=400),
    max_size=30,
)


@given(LISTS)
def test_every_posting_is_read_back(lists: dict[int, dict[int, int]]) -> None:
    """Each posting is read from the shards and rests that it was written to, with its weight."""
    rows = sorted(
        code << 34 | document << 2 | weight
        for code, some in lists.items() for document, weight in some.items()
    )  # fmt: skip
    found: dict[int, list[int]] = {}
    for rest, page, script in shard_files(np.array(rows, np.uint64), 900, 8):
        keys = keys_on(4096 if rest else 8)
        read = decode(signs_in(script), keys, span(900), None if rest else whole_to(900))
        for key, (count, some) in read.items():
            code = page * keys + key
            found.setdefault(code, []).extend(some)
            assert rest or count == len(lists[code])
            assert rest or len(some) == min(count, whole_to(900))
    assert {code: sorted(some) for code, some in found.items()} == {
        code: sorted(d << 2 | w for d, w in some.items()) for code, some in lists.items()
    }


@given(
    st.text(st.sampled_from("a1Ｂ，。費费㐷𠮷\U00030000\u200bé\u0301ﬁİ\ud800") | st.characters())
)
def test_folding_of_many_texts_is_the_folding_of_one(text: str) -> None:
    """The quick folding of the index is that of `str.translate`."""
    assert mapped(text) == text.translate(one_for_one())
    assert fold_text(text, mapped) == fold_text(text)


@given(st.text(min_size=1, max_size=LONGEST))
def test_a_code_is_the_same_however_it_is_made(text: str) -> None:
    """A run's code among many is its code alone with the run's length, and fits a posting."""
    signs = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    kind = max(0, len(text) - 2)
    assert codes_of(signs, len(text)).tolist() == [code_of(text) | kind]
    assert np.uint64(code_of(text)) << CODE < 1 << 64


def dense(count: int, seed: int) -> list[Case]:
    """Cases of few words, so that many runs are in many cases, and some in just enough."""
    words = random.Random(seed)
    han = [chr(0x4E00 + words.randrange(3000)) for _ in range(40)]
    vocabulary = ["".join(words.choices(han, k=words.randint(1, 4))) for _ in range(120)]
    usual = [1 / rank for rank in range(1, len(vocabulary) + 1)]
    made = []
    for n in range(count):
        text = "".join(words.choices(vocabulary, usual, k=40)) + f" refunded {n} 20200404{n:08d}"
        turn = Turn(round=1, speaker="甲工", text=text, origin=at(1))
        made.append(small(f"c#{n}", text[:12], date="2020-01-01", turns=(turn,)))
    return made


def anew(entries: list[IndexedCase]) -> tuple[IndexMeta, dict[str, bytes]]:
    files: dict[str, bytes] = {}
    index = IndexBuilder(len(entries), files.__setitem__)
    for number, entry in enumerate(entries):
        index.add(number, entry)
    return index.finish(), files


def reading(files: dict[str, bytes]) -> Callable[[str], bytes]:
    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    return read


@pytest.mark.parametrize("seed", range(2))
def test_a_patch_gives_the_bytes_of_an_index_made_anew(seed: int) -> None:
    """Of sizes at which lists have rests, and runs become common and are no more."""
    rng = random.Random(seed)
    pool = [indexed_case(case) for case in dense(480, seed)]
    entries = pool[:400]
    meta, files = anew(entries)
    assert all(meta.common)
    assert meta.rests
    for _ in range(4):
        changed = {rng.randrange(len(entries)): rng.choice(pool) for _ in range(6)}
        changed |= {len(entries) + n: rng.choice(pool) for n in range(rng.randrange(3))}
        entries = [changed.get(n, e) for n, e in enumerate(entries)]
        entries += [changed[n] for n in sorted(changed) if n >= len(entries)]
        patch = IndexPatch(meta, len(entries), changed, reading(files))
        assert patch.meta is not None
        gone = {f"search/l/{page >> 8:x}/{page & 255:x}.js"
                for page in set(meta.rests) - set(patch.meta.rests)}  # fmt: skip
        files = {path: data for path, data in files.items() if path not in gone}
        files |= dict(patch.outputs())
        meta = patch.meta
        expected, whole = anew(entries)
        assert meta == expected
        assert files == whole


def test_the_browser_reads_the_same_postings(browser: Browser) -> None:
    """Every page of an index, and the codes of its keys."""
    meta, files = anew([indexed_case(case) for case in dense(600, 1)])
    page = engine_of(browser, "search/postings.js", names="readKeys, codeOf")
    for folder, whole in (("search/t/", whole_to(600)), ("search/l/", None)):
        keys = keys_on(meta.shards if whole else 4096)
        signs = [signs_in(data) for path, data in files.items() if path.startswith(folder)]
        found = page.evaluate(
            "([all, ...sizes]) => all.map((signs) => [...readKeys(signs, ...sizes)]"
            ".map(([key, { count, postings }]) => [key, count, postings]))",
            [signs, span(600), keys, whole or 600],
        )
        for text, rows in zip(signs, found, strict=True):
            expected = decode(text, keys, span(600), whole)
            assert {key: (count, docs) for key, count, docs in rows} == expected
    words = ["充", "充电", "refund", "充电桩", "扫码充电", "𠀀𠀀", "桩ー", "20200404"]
    assert page.evaluate("(words) => words.map(codeOf)", words) == [
        code_of(w) | (max(0, len(w) - 2) if not w.isascii() else 0) for w in words
    ]
    page.close()


def test_a_list_of_its_own_is_read_back(browser: Browser) -> None:
    """Lists of none, one, some and all documents are read as they were written."""
    page = engine_of(browser, "search/codec.js", names="bitReader, readPostings")
    read = (
        "([signs, span]) => { const reader = bitReader(signs);"
        " return readPostings(reader, span, reader.gamma() - 1).map((posting) => posting / 4); }"
    )
    for size in (0, 1, 7, 900, 5000):
        numbers = sorted(random.Random(size).sample(range(5000), size))
        assert page.evaluate(read, [encode_list(numbers, span(5000)), span(5000)]) == numbers
    page.close()
