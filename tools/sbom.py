"""Write the bill of materials of what is installed with the distribution, as CycloneDX 1.6 JSON.

    python -m tools.sbom dist/sbom.cdx.json

Versions and hashes are those of requirements.lock; names of licences are what the installed
packages state of themselves. Of extras only those are followed that a user may choose.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import NamedTuple

from cyclonedx.contrib.hash.factories import HashTypeFactory
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("documents", "names", "opensearch", "parquet", "socks")
"""What a user may choose; the others serve development."""

_LOCKED = re.compile(
    r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(.*?)(?=^[A-Za-z0-9]|\Z)", re.MULTILINE | re.DOTALL
)
_HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


class Shipped(NamedTuple):
    """A package that a user gets: its locked versions, their hashes, its licence in words."""

    name: str
    versions: dict[str, list[str]]
    licence: str


def direct() -> list[str]:
    """Names of the packages that pyproject asks for, with the extras of users."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = (line for name in EXTRAS for line in project["optional-dependencies"][name])
    return sorted(
        canonicalize_name(Requirement(line).name) for line in (*project["dependencies"], *extras)
    )


def shipped() -> list[Shipped]:
    """Each package that comes with the distribution, by name: direct ones and what they need."""
    locked = dict(_locked())
    found: dict[str, Shipped] = {}
    waiting = [str(name) for name in direct()]
    while waiting:
        name = waiting.pop()
        if name in found or name not in locked:
            continue
        about = _about(name)
        found[name] = Shipped(name, locked[name], _licence(about) if about else "")
        waiting += _needed(about) if about else []
    return [found[name] for name in sorted(found)]


def bom() -> Bom:
    """The bill of materials, the same bytes for the same lock file but for its serial and time."""
    made = Bom()
    licences, hash_types = LicenseFactory(), HashTypeFactory()
    for package in shipped():
        stated = [licences.make_from_string(package.licence)] if package.licence else []
        for version, hashes in package.versions.items():
            made.components.add(
                Component(
                    name=package.name, version=version, type=ComponentType.LIBRARY,
                    purl=PackageURL("pypi", name=package.name, version=version),
                    hashes=[hash_types.from_composite_str(one) for one in hashes],
                    licenses=stated,
                )
            )  # fmt: skip
    return made


def _locked() -> Iterator[tuple[str, dict[str, list[str]]]]:
    versions: dict[str, dict[str, list[str]]] = {}
    for name, version, rest in _LOCKED.findall((ROOT / "requirements.lock").read_text()):
        versions.setdefault(canonicalize_name(name), {})[version] = _HASH.findall(rest)
    yield from versions.items()


def _about(name: str) -> PackageMetadata | None:
    try:
        return metadata(name)
    except PackageNotFoundError:
        return None


def _needed(about: PackageMetadata) -> list[str]:
    """What a package needs of itself, on any machine; what only its extras need is left out."""
    wanted = (Requirement(line) for line in about.get_all("Requires-Dist") or [])
    return [str(canonicalize_name(one.name)) for one in wanted if "extra" not in str(one.marker)]


def _licence(about: PackageMetadata) -> str:
    """The licence in the package's own words: an SPDX expression, else classifiers, else a line."""
    stated = about.get_all("License-Expression")
    if stated:
        return str(stated[0])
    classifiers = [
        line for line in about.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    if classifiers:
        return " OR ".join(sorted(line.split(" :: ")[-1] for line in classifiers))
    line: str = (about.get_all("License") or [""])[0]
    return line.split("\n", maxsplit=1)[0][:80]


def main(target: Path) -> int:
    """Write it; the folder is made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    outputter = make_outputter(bom(), OutputFormat.JSON, SchemaVersion.V1_6)
    target.write_text(outputter.output_as_string(indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {len(shipped())} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist" / "sbom.cdx.json"))
