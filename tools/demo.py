"""`make demo`: import the sample, search it, build the site, look at it in a browser."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tools.look import NoBrowserError, look_at

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "build" / "demo"
PAGES = {
    "after-sales-zh.blame.txt": "Support.Cases.Hexi",
    "after-sales-en.blame.txt": "Support.Cases.HarbourLane",
}
QUERIES = {
    "重复扣费": ["njhx_case#9_20230412"],
    "重複扣費": ["njhx_case#9_20230412"],
    "refunds": ["hl_case#7_20230602"],
    "*2417": ["njhx_case#12_20230518"],
    "status:shelved": ["njhx_case#8_20230330"],
}
"""What the sample's reader would name for each query."""


def kb(*arguments: str, show: bool = True) -> str:
    """Run `kb` at home in build/demo; its output, which is shown as well."""
    print(f"\n$ kb {shlex.join(arguments)}", flush=True)
    command = [sys.executable, "-m", "kb", *arguments, "--home", str(HOME)]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    if show:
        print(done.stdout + done.stderr, end="", flush=True)
    if done.returncode:
        sys.exit(f"kb {arguments[0]} ended with {done.returncode}\n{done.stderr}")
    return done.stdout


def check_search() -> None:
    """Ask the sample's questions; what is found is what a reader would name."""
    for query, expected in QUERIES.items():
        found = json.loads(kb("search", query, "--json", show=False))
        ids = [hit["id"] for hit in found["hits"]]
        print("  " + ", ".join(ids))
        if sorted(ids) != sorted(expected):
            sys.exit(f"{query}: expected {expected}")


def main() -> int:
    """Run the main job on the sample and say where its results are."""
    shutil.rmtree(HOME, ignore_errors=True)
    for name, page in PAGES.items():
        kb("import", str(ROOT / "demo" / name), "--page-name", page)
    kb("cases")
    check_search()
    kb("search", "重复扣费")
    kb("build")
    kb("export", "jsonl", str(HOME / "cases.jsonl"))
    site = HOME / "build" / "internal"
    try:
        shots = look_at(site, HOME / "screenshots", query="重複扣費", case="njhx_case#9_20230412")
        print("\nscreenshots:", *shots, sep="\n  ")
    except NoBrowserError as error:
        print(f"\nnot looked at in a browser: {error}")
    print(f"\nthe site:  {site / 'index.html'}")
    print(f"records:   {HOME / 'cases.jsonl'}")
    print(f"your own:  {sys.executable} -m kb import FILE --page-name Space.Page")
    return 0


if __name__ == "__main__":
    sys.exit(main())
