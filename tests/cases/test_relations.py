"""What ties cases to one another, kept as pages come, change and go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.cases.store.relate import bands, likeness, shared_words
from kb.model import Item
from tests.cases.histories import Wiki, history

PILE = "44030500040000200030"


def case(n: int, text: str) -> str:
    return f"= a_case#{n}_20200101 =\n{text}\n"


def page(name: str, *cases: str) -> Iterator[Item]:
    return history(f"{name}.WebHome", "\n".join(cases))


@pytest.fixture
def wiki(tmp_path: Path) -> Wiki:
    return Wiki(tmp_path)


def test_shared_identifiers_mentions_and_doubles(wiki: Wiki) -> None:
    """Shared identifiers and mentions tie cases; a second case of an id is numbered."""
    first = case(1, f"桩号:{PILE}\n手机号码:134 1076 5291")
    cases = wiki.take(
        page("A", first, case(2, "问题描述:同 a_case#1_20200101")),
        page("B", case(3, f"问题描述:桩 {PILE} 手机13410765291"), case(2, "枪号:1")),
    )  # fmt: skip
    ties = {name: {r.id: set(r.via) for r in one.related} for name, one in cases.items()}
    both = {f"pile:{PILE}", "phone:13410765291"}
    assert ties == {
        "a_case#1_20200101": {
            "a_case#3_20200101": both, "a_case#2_20200101": {"mention:a_case#1_20200101"}
        },
        "a_case#2_20200101": {"a_case#1_20200101": {"mention:a_case#1_20200101"}},
        "a_case#3_20200101": {"a_case#1_20200101": both},
        "a_case#2_20200101~2": {},
    }  # fmt: skip
    assert [a.code for a in cases["a_case#2_20200101~2"].anomalies] == ["duplicate-id"]


def test_ties_go_with_their_cases(wiki: Wiki) -> None:
    """A tie is gone from a record once the other case has it no more."""
    one, two = case(1, f"桩号:{PILE}"), case(2, f"桩号:{PILE}")
    assert wiki.take(page("A", one), page("B", two))["a_case#1_20200101"].related
    changed = history("B.WebHome", two, case(2, "桩号:44030500040000200031"))
    assert not wiki.take(changed)["a_case#1_20200101"].related


PROBLEM = "客户扫码充电结束后账单重复扣费,要求退款到原支付账户"


def test_problems_told_alike(wiki: Wiki) -> None:
    """Cases whose problems are told in nearly the same words are tied, with these words."""
    cases = wiki.take(
        page(
            "A",
            case(1, f"问题描述:{PROBLEM}"),
            case(2, f"问题描述:{PROBLEM.replace('客户', '用户')}"),
        ),
        page(
            "B",
            case(3, "问题描述:充电桩离线,平台显示通讯异常,现场无法启动"),
            case(4, "问题描述:扣费"),
        ),
    )
    related = {name: [(r.id, r.via) for r in one.related] for name, one in cases.items()}
    assert related["a_case#1_20200101"][0][0] == "a_case#2_20200101"
    assert related["a_case#1_20200101"][0][1][0].startswith("similar:0.9")
    extra = cases["a_case#1_20200101"].x
    assert isinstance(extra, dict)
    assert extra["similar"]["a_case#2_20200101"][0] == "户扫码充电结束后账单重复扣费"
    assert not related["a_case#3_20200101"]
    assert not related["a_case#4_20200101"]


@given(st.text(alphabet="充电桩离线扣费退款平台客户扫码", min_size=12), st.integers(0, 11))
def test_alike_texts_share_a_band(text: str, at: int) -> None:
    """Two texts that are very alike share a band, and shared words stand in both."""
    other = text[:at] + "号" + text[at:]
    assert likeness(text, text) in (0.0, 1.0)
    if likeness(text, other) > 0.85:
        assert set(bands(text)) & set(bands(other))
    assert all(word in text for word in shared_words(text, other))


def test_steps_give_what_one_import_gives(tmp_path: Path) -> None:
    """Pages imported one by one give the records of one import."""
    again = case(5, f"问题描述:{PROBLEM}!见 a_case#2_20200101")
    pages = [
        ("A", case(1, f"问题描述:{PROBLEM}"), case(2, f"桩号:{PILE}")),
        ("C", case(2, f"桩号:{PILE}"), again),
        ("B", case(2, "枪号:1"), case(4, "问题描述:见 a_case#5_20200101")),
    ]  # fmt: skip
    for name in ("steps", "whole"):
        (tmp_path / name).mkdir()
    steps, whole = Wiki(tmp_path / "steps"), Wiki(tmp_path / "whole")
    for name, *cases in pages:
        steps.take(page(name, *cases))
    whole.take(*(page(name, *cases) for name, *cases in pages))
    assert list(steps.store.records()) == list(whole.store.records())
