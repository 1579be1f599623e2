"""All cases in numbers: by status, anomalies, how long they took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from statistics import median

import msgspec

from kb.cases.record import Case


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What `kb stats` says of the cases."""

    cases: int
    by_status: dict[str, int]
    anomalies: dict[str, int]
    """Code → cases that have it."""
    unclassified_lines: int
    corrections: int
    withheld: int
    median_seconds_to_resolution: int | None
    """Of the cases whose whole life is known."""


def summarise(cases: Iterable[Case]) -> Summary:
    """Count what there is; one pass, nothing kept but numbers."""
    status: Counter[str] = Counter()
    anomalies: Counter[str] = Counter()
    times: list[int] = []
    unclassified = corrections = withheld = 0
    for case in cases:
        status[case.status] += 1
        anomalies.update([*dict.fromkeys(anomaly.code for anomaly in case.anomalies)])
        unclassified += sum(one.text.count("\n") + 1 for one in case.unclassified)
        corrections += len(case.corrections) if isinstance(case.corrections, tuple) else 0
        extra = case.x if isinstance(case.x, dict) else {}
        withheld += "withheld" in extra
        if (took := extra.get("durations", {}).get("to_resolution")) is not None:
            times.append(took)
    return Summary(
        cases=status.total(), by_status=dict(status.most_common()),
        anomalies=dict(anomalies.most_common()), unclassified_lines=unclassified,
        corrections=corrections, withheld=withheld,
        median_seconds_to_resolution=int(median(times)) if times else None,
    )  # fmt: skip
