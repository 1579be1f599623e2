"""Protected values are replaced in whatever way they are written; what is harmless stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.redact.protected import ProtectedValues
from kb.redact.public_rules import PublicRules
from kb.redact.spelling import closed_up, counted, decoded, unmarked
from tests.redact.disguises import FORMS, HARMLESS, KNOWN, NAMES, NUMBERS

PHONE, UNKNOWN, NAME, SHORT = "13800138000", "13912345678", "试验员甲", "李雷"


@pytest.fixture(scope="module")
def protected() -> ProtectedValues:
    """A phone and two names are known."""
    return known()


def known() -> ProtectedValues:
    """Return the values that are protected here."""
    made = ProtectedValues(PublicRules(), b"key")
    for kind, value in (("phone", PHONE), ("name", NAME), ("name", SHORT), ("name", "Tester")):
        made.add(kind, value)
    return made


def signs(text: str) -> str:
    """Return the letters and digits of a text, which a replacement takes away."""
    return "".join(filter(str.isalnum, text))


@pytest.mark.parametrize("value", [PHONE, UNKNOWN], ids=["known", "unknown"])
@pytest.mark.parametrize("way", NUMBERS)
def test_a_number_is_replaced_as(way: str, value: str, protected: ProtectedValues) -> None:
    """A number, known or not, becomes its one pseudonym, in any disguise; no digit is left."""
    done = protected.replaced(f"打 {NUMBERS[way](value)} 找他")
    pseudonym = protected.pseudonym("phone", value)
    assert pseudonym in done
    assert not any(map(str.isdigit, done)), done
    assert protected.replaced(done) == done


@pytest.mark.parametrize("way", KNOWN)
def test_a_known_number_is_replaced_as(way: str, protected: ProtectedValues) -> None:
    """A number that is known becomes its pseudonym however its signs are written or set apart."""
    done = protected.replaced(f"打 {KNOWN[way](PHONE)} 找他")
    assert protected.pseudonym("phone", PHONE) in done, done
    assert not any(map(str.isdigit, done)), done
    assert protected.replaced(done) == done


@pytest.mark.parametrize("value", [NAME, SHORT])
@pytest.mark.parametrize("way", NAMES)
def test_a_name_is_replaced_as(way: str, value: str, protected: ProtectedValues) -> None:
    """A name becomes its pseudonym in any disguise."""
    done = protected.replaced(f"x {NAMES[way](value)} y")
    assert protected.pseudonym("name", value) in done, done
    assert protected.replaced(done) == done


@pytest.mark.parametrize("text", FORMS, ids=FORMS.values())
def test_a_form_is_replaced(text: str, protected: ProtectedValues) -> None:
    """A number of anybody is replaced by its form, with its extension."""
    done = protected.replaced(f"见 {text}。")
    assert not any(map(str.isdigit, done)), done
    assert "example" not in done


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_texts_stay(text: str, protected: ProtectedValues) -> None:
    """Times, versions, addresses, lists, markup are not changed."""
    assert protected.replaced(text) == text


AROUND = st.text(
    st.characters(codec="utf-8", exclude_characters="0123456789", exclude_categories=("Cs", "N")),
    max_size=12,
)


MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@given(before=AROUND, after=AROUND, way=st.sampled_from(sorted(NUMBERS)), value=MOBILE)
def test_no_number_comes_through(before: str, after: str, way: str, value: str) -> None:
    """Whatever stands around a number in any disguise, it does not come out."""
    made = known()
    made.add("phone", value)
    written = NUMBERS[way](value)
    done = made.replaced(f"{before} {written} {after}")
    assert written not in done
    assert signs(written) not in signs(done)


@given(st.text("0123456789零壹〇a&#;~%{}<>/*_ -一1三", max_size=40))
def test_each_spelling_knows_where_its_signs_are_from(text: str) -> None:
    """A stretch of a spelling maps into the text, in order; whole to whole, at most."""
    for step in (decoded, unmarked, counted, closed_up):
        if (made := step(text)) is not None:
            spans = [made.span(at, at + 1) for at in range(len(made.text))]
            assert spans == sorted(spans)
            assert all(0 <= start < end <= len(text) for start, end in spans)


@given(st.text("0123456789 -试验员甲李雷&#;~%{}<>/*_kbname", max_size=60))
def test_a_second_time_changes_nothing(text: str) -> None:
    """What was replaced is left alone."""
    made = known()
    done = made.replaced(text)
    assert made.replaced(done) == done


@pytest.mark.parametrize("unit", ["&", "&#", "~", "{{", "(%", "<a ", "**", "1 ", "零 ", "one ",
                                  "\\u", "%e6", "<!--", "+1 "])  # fmt: skip
def test_time_is_linear(unit: str, protected: ProtectedValues) -> None:
    """A long text of one kind of sign takes about as many times longer as it is longer."""

    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            protected.replaced(text)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(40_000) < 12 * seconds(10_000) + 0.05
