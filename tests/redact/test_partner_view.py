"""What the partner sees of the public edition: nothing protected, in any output."""

from __future__ import annotations

import pytest

from kb.config import Home
from tests.redact.partner import OUTPUTS, SECRETS, made_for_partner, partner_home


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


@pytest.mark.parametrize("place", SECRETS)
def test_an_output_does_not_name_the(place: str, told: bytes) -> None:
    """No output holds what a former version, a removed case, a closed page or a user names."""
    assert SECRETS[place].encode() not in told


def test_an_output_tells_the_rest(told: bytes) -> None:
    """What is not protected is there."""
    assert "重复扣费".encode() in told or b"\\u91cd\\u590d" in told
