"""What the partner sees of the public edition: nothing protected, in any output."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.cases.store.store import up_to_date
from kb.config import Home
from kb.library.building import build_site
from tests.redact.partner import IN_FILES, OUTPUTS, SECRETS, made_for_partner, partner_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home with secrets everywhere."""
    return partner_home(tmp_path_factory.mktemp("partner") / "home")


@pytest.fixture(scope="module", params=OUTPUTS)
def told(
    request: pytest.FixtureRequest, home: Home, tmp_path_factory: pytest.TempPathFactory
) -> bytes:
    """All that an output tells."""
    if request.param == "parquet":
        pytest.importorskip("pyarrow")
    folder = tmp_path_factory.mktemp(request.param)
    parts = made_for_partner(home, request.param, folder)
    return b"\n".join(name.encode() + b"\n" + data for name, data in parts)


@pytest.mark.parametrize("place", [*SECRETS, *IN_FILES])
def test_an_output_does_not_name_the(place: str, told: bytes) -> None:
    """No output holds what a former version, a removed case, a closed page or a user names."""
    assert {**SECRETS, **IN_FILES}[place].encode() not in told


def test_an_output_tells_the_rest(told: bytes) -> None:
    """What is not protected is there."""
    assert "重复扣费".encode() in told or b"\\u91cd\\u590d" in told


def test_files_that_stay_inside_are_named(home: Home, tmp_path: Path) -> None:
    """Each listed file that is not shown is named with the reason; all others are there."""
    with up_to_date(home) as (archive, store):
        report = build_site(home, archive, store, tmp_path / "site", "public")
    assert {(file.name, file.why) for file in report.held} == {
        ("held.txt", "it holds a protected phone (text)"),
        ("sealed.7z", "not all of it can be searched: a 7z archive"),
    }
    names = {path.name for path in (tmp_path / "site" / "file").rglob("*.txt")}
    assert "log.txt" in names
    assert len(names) == 3


def test_few_cases_of_a_station_are_not_counted(told: bytes) -> None:
    """The page of statistics has no row for a station of one case."""
    page = told.partition(b"/statistics.html\n")[2].partition(b"\n</html>")[0]
    assert b"station-" not in page
