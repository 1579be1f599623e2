"""Measure how many persons the recognisers find whom nobody listed, and how often they err.

    python bench/names.py [--lac] [LINES.txt …]

Names come from the package faker, sentences from here: the rules were made with the `seen` ones and
one half of the names, and are judged by the other half in the `unseen` ones. Each line of LINES.txt
names nobody: what is found there is an error. Prints a row a set: `SET found of all, percent`.
"""

from __future__ import annotations

import argparse
import random
import sys
import zlib
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from kb.redact.name_model import ModelRecogniser
from kb.redact.name_rules import RuleRecogniser
from kb.redact.undecided_names import NameRecogniser

TITLES: Final = ("工", "师傅", "经理", "总", "女士", "先生")
SEEN: Final = {
    "zh": (
        "请{}处理一下", "联系人：{}，电话见附件", "{}反馈枪线过热", "已通知{}上门更换模块",
        "【{}】：今天到场",
        "责任工程师：{}", "客户{}来电称无法启动", "和{}确认过了，是网关问题", "转{}跟进",
        "{}说桩端日志正常",
        "由{}负责升级固件", "昨天{}去了现场", "这是{}改的配置", "据{}反映，平台未下发停止命令",
        "抄送：{}", "处理人 {}",
        "问题已由{}解决，待观察", "{}、技术部会签", "麻烦{}看一下日志", "感谢{}的支持",
    ),
    "titles": ("请{}处理", "{}已回复", "联系{}确认", "{}：明天到", "今天{}到现场", "已转{}"),
    "en": (
        "Asked {} to check the gateway", "Contact: {}", "{} confirmed the refund", "Regards,\n{}",
        "Assigned to {}", "Mr. {} called again", "see the mail by {}", "{} replaced the module",
        "Reported by {} on Monday", "spoke with {} yesterday",
    ),
}  # fmt: skip
UNSEEN: Final = {
    "zh": (
        "经与{}电话沟通，车位已空出", "{}说没有收到短信", "待{}周一回来再议", "工单派给{}了",
        "{}那边还没有结果",
        "群里@{} 看下", "现场由{}配合拍照", "（{} 记）", "审核：{}", "后续找{}要日志",
        "{}师傅带了备件", "值班：{}",
        "这个问题{}也遇到过", "{}答：已升级", "已问过{}，不是他改的", "司机{}强烈要求退款",
        "接{}电话", "客诉人{}",
        "{} 2020-04-10 跟进", "会议：{}、王某",
    ),
    "titles": ("{}那边没有结果", "待{}回来", "工单派给{}了", "（{} 记）", "{}答：已升级"),
    "en": (
        "{} says the pile is offline", "Please ask {} for the logs", "Owner: {}", "Dear {},",
        "thanks to {} for the hint", "CC: {}", "{} visited the site", "Handled by {}",
        "I met {} at the station", "-- \n{}",
    ),
}  # fmt: skip


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lac", action="store_true", help="the model, too")
    arguments.add_argument("lines", nargs="*", type=Path, help="texts that name nobody")
    chosen = arguments.parse_args()
    recogniser = ModelRecogniser() if chosen.lac else RuleRecogniser()
    names = made_names(2000)
    for label, sentences, odd in (("seen", SEEN, False), ("unseen", UNSEEN, True)):
        for kind, people in names.items():
            half = [name for name in people if zlib.crc32(name.encode()) % 2 == odd]
            found = recall(recogniser, half, sentences[kind])
            print(f"{label} {kind} {found} of {len(half)}, {100 * found / len(half):.1f} %")
    for path in chosen.lines:
        texts = path.read_text("utf-8").splitlines()
        found = sum(map(len, recogniser.names(texts)))
        print(f"{path.name} {found} in {len(texts)} lines, {1000 * found / len(texts):.2f} ‰")


def made_names(size: int) -> dict[str, list[str]]:
    """Make so many names of each kind, the same each time."""
    try:
        faker = import_module("faker").Faker
    except ImportError:
        sys.exit("names come from the package faker: pip install faker")
    faker.seed(11)
    chinese, english, chance = faker("zh_CN"), faker("en_US"), random.Random(11)
    return {
        "zh": [chinese.name() for _ in range(size)],
        "titles": [chinese.last_name() + chance.choice(TITLES) for _ in range(size)],
        "en": [f"{english.first_name()} {english.last_name()}" for _ in range(size)],
    }


def recall(recogniser: NameRecogniser, names: Sequence[str], sentences: Sequence[str]) -> int:
    """Put each name into a sentence; return how many are found, at least in part."""
    chance = random.Random(7)
    texts = [chance.choice(sentences).format(name) for name in names]
    pairs = zip(names, recogniser.names(texts), strict=True)
    return sum(
        any(name in one or (one in name and len(one) > 1) for one in found) for name, found in pairs
    )


if __name__ == "__main__":
    main()
