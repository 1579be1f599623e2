"""Install from Debian what the tests and the demo need: a browser and CJK fonts.

With `prove` also what only `make prove` needs; with `site` only Node, for `make check-site`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

FOR_TESTS = {"chromium": "chromium", "fc-list": "fontconfig"}
FOR_PROVE = {"java": "default-jre-headless", "npm": "npm"}
"""A validator of HTML, and the site builders of others."""
FOR_SITE = {"node": "nodejs", "npm": "npm"}


def missing(wanted: dict[str, str]) -> list[str]:
    """Debian packages of programs that are not there."""
    return [package for program, package in wanted.items() if not shutil.which(program)]


def fonts() -> list[str]:
    """The package of CJK fonts, where there are none."""
    found = ""
    if shutil.which("fc-list"):
        listing = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
        found = listing.stdout.decode()
    return [] if found.strip() else ["fonts-noto-cjk"]


def main() -> int:
    """Install what is missing where that is allowed; elsewhere say what will be skipped."""
    if sys.argv[1:] == ["site"]:
        packages = missing(FOR_SITE)
    else:
        packages = missing(FOR_TESTS | (FOR_PROVE if sys.argv[1:] == ["prove"] else {})) + fonts()
    if not packages:
        return 0
    if not shutil.which("apt-get") or os.geteuid() != 0:
        print(f"not installed, and only root can: {' '.join(packages)}", file=sys.stderr)
        print("what needs them is skipped and says so", file=sys.stderr)
        return 0
    print(f"installing from Debian: {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    done = subprocess.run(install, env=environment, stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        print("apt-get failed: what needs them will be skipped and say so", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
