"""Snapshots of an index on OpenSearch, in a repository that the cluster's administrator registered.

One is taken whenever an index has changed; a snapshot holds only what those before it lack. An
index that a cluster has lost comes back from the newest one and is brought up to date from there.
"""

from __future__ import annotations

import time
from typing import Any

KEPT = 2
"""Snapshots of one prefix."""
LONGEST = 3600
"""Seconds that a snapshot or its way back may take."""


def take(client: Any, repository: str, prefix: str, index: str) -> None:
    """Take a snapshot of the index; delete all but the last `KEPT`."""
    client.snapshot.create(
        repository=repository, snapshot=f"{prefix}-{time.time_ns()}",
        body={"indices": index, "include_global_state": False},
        wait_for_completion=True, request_timeout=LONGEST,
    )  # fmt: skip
    for old in _taken(client, repository, prefix)[:-KEPT]:
        client.snapshot.delete(repository=repository, snapshot=old["snapshot"])


def bring_back(client: Any, repository: str, prefix: str, index: str) -> bool:
    """Restore the index from the newest snapshot that has it; False where none does."""
    rows = _taken(client, repository, prefix)
    held = [row["snapshot"] for row in rows if index in row["indices"]]
    if not held:
        return False
    client.snapshot.restore(
        repository=repository, snapshot=held[-1],
        body={"indices": index, "include_global_state": False, "include_aliases": False},
        wait_for_completion=True, request_timeout=LONGEST,
    )  # fmt: skip
    return True


def _taken(client: Any, repository: str, prefix: str) -> list[dict[str, Any]]:
    """List the complete snapshots of a prefix, oldest first."""
    found = client.snapshot.get(
        repository=repository, snapshot=f"{prefix}-*", ignore_unavailable=True
    )["snapshots"]
    whole = (row for row in found if row["state"] == "SUCCESS")
    return sorted(whole, key=lambda row: str(row["snapshot"]))
