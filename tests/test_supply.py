"""What comes with the distribution: accounted for, locked with hashes, free to ship."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools.sbom import ROOT, direct, main, shipped

FREE = re.compile(
    r"(3-Clause |)BSD( License|-[23]-Clause|)|MIT( License|)|0BSD|Zlib|CC0-1.0|PSF-2.0"
    r"|Apache-2.0|Apache Software License|(MPL-2.0|Mozilla Public License 2.0 \(MPL 2.0\))"
)


def test_each_dependency_is_accounted_for() -> None:
    """docs/dependencies.md has a row for each package that pyproject asks for, and no other."""
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z0-9-]+) \|", page, re.MULTILINE)
    assert [row for row in rows if row != "package"] == direct()


def test_all_that_ships_is_locked_with_hashes() -> None:
    """Every version that may be installed has at least one digest in the lock file."""
    assert not [
        f"{package.name} {version}"
        for package in shipped()
        for version, hashes in package.versions.items()
        if not hashes
    ]


def test_all_that_ships_is_free_to_ship() -> None:
    """Each licence that an installed package states is on the page's list, or one may be chosen."""
    strange = [
        (package.name, package.licence)
        for package in shipped()
        if package.licence
        and not all(
            any(map(FREE.fullmatch, one.split(" OR "))) for one in package.licence.split(" AND ")
        )
    ]
    assert not strange


def test_the_bill_of_materials_names_licences(tmp_path: Path) -> None:
    """The written file is CycloneDX and names the licence of a package that states one."""
    pytest.importorskip("cyclonedx")
    main(tmp_path / "sbom.json")
    bom = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    assert bom["bomFormat"] == "CycloneDX"
    lxml = next(one for one in bom["components"] if one["name"] == "lxml")
    assert lxml["licenses"][0]["license"]["id"] == "BSD-3-Clause"
    assert lxml["hashes"]
    assert len(bom["components"]) == sum(len(package.versions) for package in shipped())
