"""A case's parts in a reader's words."""

from __future__ import annotations

import pytest

from kb.cases.record import Event, from_json
from kb.publish.pages.case_story import Steps, naming, reason_of, steps_of, value_of, words_of
from kb.publish.site_catalogue import Catalogue, case_facts
from tests.site.samples import Sample, double_charge

STEPS = {
    "1、查账单\n2、退款": Steps("", ("查账单", "退款")),
    "退款步骤见下:\n1) look\n\n 2) pay": Steps("退款步骤见下:", ("look", "pay")),
    "1、一步": None,
    "1、a\n3、b": None,
    "2、a\n3、b": None,
    "1、a\n接着说\n2、b": None,
    "1、a\n2、b\n以上": None,
    "1、{{code}}\n2、x{{/code}}": None,
    "1. a\n2. b": None,  # XWiki's own list
    "": None,
}


@pytest.mark.parametrize("text", STEPS)
def test_steps_are_lines_counted_from_one_and_nothing_else(text: str) -> None:
    """A text is steps only where all its lines from the first step on are counted from one."""
    assert steps_of(text) == STEPS[text]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("登陆 https:~/~/a.example/,进入", "登陆 https://a.example/,进入"),
        ("~1. 4:51 启动", "1. 4:51 启动"),
        ("见 [[attach:x.log||target=\"_blank\"]]。", "见 x.log。"),
        ("发来 [[image:screen.png]],对不上", "发来 screen.png,对不上"),
        ("**bold** and //italic//", "bold and italic"),
        ("平常的一句", "平常的一句"),
    ],
)  # fmt: skip
def test_changes_are_told_in_words_not_in_markup(source: str, words: str) -> None:
    """A change of a text is shown without its wiki markup."""
    event = Event(version="1.1", change="turn", new=source)
    assert words_of(source) == words
    assert value_of(event, source) == words


def test_a_field_is_named_as_the_page_names_it_and_its_value_stays_as_it_is() -> None:
    """An event names a field by its label and leaves the value as it is."""
    case = double_charge()
    event = Event(version="1.1", change="field", name="vehicle", new="a~b")
    assert naming(case)(event) == "<bdi>车牌</bdi>"
    assert value_of(event, "a~b") == "a~b"
    assert "Account" in naming(case)(Event(version="1.1", change="field", name="account"))
    who = Event(version="1.1", change="turn", name="bill")
    assert naming(case)(who) == "<bdi>bill</bdi>"


def test_reasons_are_words_and_lead_to_what_several_cases_name() -> None:
    """Why cases are related is said in words, with a link where they share an identifier."""
    records = [from_json(record) for record in Sample().records()]
    catalogue = Catalogue([case_facts(case, b"") for case in records], [])
    bill = reason_of("bill:20200404045100006730", catalogue, "../")
    assert bill.url == "../id/bill/20200404045100006730.html"
    assert "账单号" in bill.word
    assert reason_of("bill:1", catalogue, "").url is None
    assert reason_of("similar:0.81", catalogue, "").value == "81%"
    assert "提到" in reason_of("mention:a#1", catalogue, "").word
