"""Install what the tests and the demo need from Debian: a browser and CJK fonts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

WANTED = {"chromium": "chromium", "fc-list": "fontconfig"}
FOR_PROVE = {"java": "default-jre-headless", "npm": "npm"}
"""What only `make prove` needs: a validator of HTML, and the site builders of others."""


def missing(wanted: dict[str, str]) -> list[str]:
    """Debian packages that are needed and not there: fonts, and these by their programs."""
    packages = [package for program, package in wanted.items() if not shutil.which(program)]
    fonts = ""
    if shutil.which("fc-list"):
        listing = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
        fonts = listing.stdout.decode()
    return packages if fonts.strip() else [*packages, "fonts-noto-cjk"]


def main() -> int:
    """Install what is missing where that is allowed; elsewhere say what will be skipped."""
    packages = missing(WANTED | FOR_PROVE if sys.argv[1:] == ["prove"] else WANTED)
    if not packages:
        return 0
    if not shutil.which("apt-get") or os.geteuid() != 0:
        print(f"not installed, and only root can: {' '.join(packages)}", file=sys.stderr)
        print("tests that need them are skipped and say so", file=sys.stderr)
        return 0
    print(f"installing from Debian: {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    done = subprocess.run(install, env=environment, stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        print("apt-get failed: browser tests will be skipped and say so", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
