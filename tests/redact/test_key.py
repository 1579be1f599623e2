"""The key of pseudonyms: made once, whole, for its owner alone, and checked when it is read."""

from __future__ import annotations

import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kb.config import Config, Home
from kb.errors import InputError
from kb.redact.pseudonym_key import key_of


def test_those_who_need_it_first_at_once_get_the_same(tmp_path: Path) -> None:
    """Eight at once read one key of 32 bytes, which nobody but its owner may read."""
    home, start = Home(tmp_path, Config()), threading.Barrier(8)

    def read(_: int) -> bytes:
        start.wait()
        return key_of(home)

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(read, range(8)))
    assert [len(key) for key in keys] == [32]
    file = tmp_path / ".kb" / "public.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {path.name for path in file.parent.iterdir()} == {"public.key", "public.key.id"}


@pytest.mark.parametrize("data", [b"", b"short", bytes(32), b"x" * 33])
def test_what_is_no_whole_key_is_not_used(tmp_path: Path, data: bytes) -> None:
    """Empty, cut off, zeros of a crash, too long: the error names the file and both ways out."""
    file = tmp_path / ".kb" / "public.key"
    file.parent.mkdir()
    file.write_bytes(data)
    with pytest.raises(InputError, match=r"public\.key: no whole key") as caught:
        key_of(Home(tmp_path, Config()))
    assert "backup" in caught.value.hint
    assert "delete both" in caught.value.hint
    assert file.read_bytes() == data


@pytest.mark.parametrize("spoil", ["exchange", "remove"])
def test_another_key_is_not_taken_for_the_homes(tmp_path: Path, spoil: str) -> None:
    """A key with one bit turned, or none where there was one, stops what would rename everybody."""
    home = Home(tmp_path, Config())
    key = key_of(home)
    file = tmp_path / ".kb" / "public.key"
    if spoil == "remove":
        file.unlink()
    else:
        file.write_bytes(bytes([key[0] ^ 4]) + key[1:])
    with pytest.raises(InputError, match=r"public\.key: ") as caught:
        key_of(home)
    assert "backup" in caught.value.hint
    file.write_bytes(key)
    assert key_of(home) == key
