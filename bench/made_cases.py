"""Cases made up by a seeded generator, for measurements: Chinese and English, with numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from random import Random

from kb.cases.record import Case, CaseSource, Field, Origin, Turn, to_json
from kb.search.documents.case_documents import case_document
from kb.search.documents.search_document import SearchDocument

ZH = (  # noqa: SIM905
    "充电 桩 枪 平台 账单 扣费 退款 客户 站点 微信 扫码 启动 停止 心跳 "
    "报文 登录 登出 状态 异常 重复 金额 电量 设备 工程师 核查 确认 研发 "
    "反馈 系统 升级 版本 超时 网络 离线 恢复 现场 培训 功能 上线 策略 时间 "
    "区间 订单 支付 余额 发票 车辆 连接 断开 故障 告警 温度 电压 电流 "
    "继电器 急停 屏幕 显示 读卡 刷卡 鉴权 白名单 费率 服务费 运营商 监管 "
    "数据 上传 下发 命令 响应 日志 分析 处理 解决 跟踪 补充 说明 建议 要求 "
    "审核 财务 手工 纠正 查询 导出"
).split()
EN = (  # noqa: SIM905
    "refund charger connector station billing timeout heartbeat firmware restart "
    "offline invoice payment driver session duplicate log error gateway update "
    "account meter relay cable"
).split()
_SPEAKERS = ("令", "令技术", "陈劫", "许总", "罗宾森", "YD", "shi", "Anna Lee")
_HERE = Origin(lines=(1, 1))


def cases(count: int, seed: int = 1) -> Iterator[Case]:
    """``count`` cases, the same for the same seed."""
    random = Random(seed)
    for number in range(1, count + 1):
        yield _case(random, number)


def documents(count: int, seed: int = 1) -> Iterator[SearchDocument]:
    """The same as documents."""
    for case in cases(count, seed):
        yield case_document(case, case.id, hashlib.sha256(to_json(case)).digest())


def _case(random: Random, number: int) -> Case:
    year, month, day = 2016 + number % 8, random.randint(1, 12), random.randint(1, 28)
    fields = {
        "phone": ("手机号码", f"1{random.randrange(10**10):010}"),
        "bill": ("账单号", f"{year}{month:02}{day:02}{random.randrange(10**12):012}"),
        "pile": ("桩号", f"4403{random.randrange(10**16):016}"),
    }
    turns = [
        Turn(round=i, speaker=random.choice(_SPEAKERS), text=_text(random, 110), origin=_HERE)
        for i in range(4)
    ]
    return Case(
        id=f"made_case#{number}_{year}{month:02}{day:02}",
        number=number,
        date=f"{year}-{month:02}-{day:02}",
        language="zh",
        status=random.choice(("unset", "resolved", "in_progress", "shelved")),
        station=f"{random.choice('深广珠佛东')}{random.choice('圳州海山莞')}{number % 200}站点",
        problem=_text(random, 24),
        fields=tuple(
            Field(name=name, label=label, value=value, origin=_HERE)
            for name, (label, value) in fields.items()
        ),
        turns=tuple(turns),
        engineers=(random.choice(_SPEAKERS),),
        source=CaseSource(
            wiki="w", page="Made.Cases", locale="", version=None, lines=(1, 2), history="lines"
        ),
    )


def _text(random: Random, length: int) -> str:
    parts: list[str] = []
    size = 0
    while size < length:
        word = random.choice(EN) + " " if random.random() < 0.05 else random.choice(ZH)
        mark = random.choice(("", "", "", "，", "。", "的", "了"))
        parts.append(word + mark)
        size += len(word) + len(mark)
    return "".join(parts)
