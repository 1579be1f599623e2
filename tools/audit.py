"""Ask the databases of weaknesses about each locked package; say so where none answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ("osv", "pypi")


def main() -> int:
    """Return 1 where a locked package has a known weakness; 0 where none has, or none answers."""
    for service in SERVICES:
        known = _asked(service)
        if known is not None:
            for line in known:
                print(line)
            print(f"audit: {len(known)} known weakness(es) by {service}")
            return bool(known)
    print("audit is skipped: no database of weaknesses can be reached", file=sys.stderr)
    return 0


def _asked(service: str) -> list[str] | None:
    """A line a weakness; None where the service did not answer for every package."""
    command = [sys.executable, "-m", "pip_audit", "--vulnerability-service", service, "--no-deps"]
    command += ["--disable-pip", "--progress-spinner", "off", "--format", "json"]
    done = subprocess.run(
        [*command, "-r", str(ROOT / "requirements.lock")], capture_output=True, check=False
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    if any("skip_reason" in package for package in packages):
        return None
    return [
        f"{package['name']} {package['version']}: {one['id']}, mended in {one['fix_versions']}"
        for package in packages
        for one in package["vulns"]
    ]


if __name__ == "__main__":
    sys.exit(main())
