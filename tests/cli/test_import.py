"""`kb import` and its neighbours as a user meets them: real processes, exit codes, messages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Kb

DEMO = Path(__file__).resolve().parents[2] / "demo"
DUMP = "Ann Other 1.1 1 first line\n2 second line\n"


def counts(kb: Kb) -> dict[str, int]:
    found: dict[str, int] = json.loads(kb("stats", "--json").stdout)["counts"]
    return found


def test_import_twice_changes_nothing(kb: Kb, tmp_path: Path) -> None:
    """The second import of the same file finds nothing new."""
    (tmp_path / "page.txt").write_text(DUMP)
    assert "1 page(s), 1 new or changed" in kb("import", "page.txt").stderr
    before = counts(kb)
    assert "1 page(s), 0 new or changed" in kb("import", "page.txt").stderr
    assert counts(kb) == before == {**before, "page": 1, "problem": 0}


def test_a_folder_is_taken_file_by_file(kb: Kb) -> None:
    """Each file by its own importer; results are on stderr, stdout stays empty."""
    done = kb("import", DEMO)
    assert "2 page(s), 2 new or changed" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["import", "missing.txt"], 3, "missing.txt: no such file"),
        (["import", "empty.txt"], 3, "empty.txt:1: the file is empty"),
        (["import", "words.txt"], 3, "words.txt: not recognised"),
        (["import", "words.txt", "--as", "blame-text"], 3, "words.txt:1: no line of a code viewer"),
        (["import", "words.txt", "--as", "nonsense"], 2, "there is no importer 'nonsense'"),
        (["import"], 2, "Missing argument"),
        (["nonsense"], 2, "No such command"),
        (["stats"], 3, "no archive here"),
        (["stats", "--home", "words.txt"], 2, "is a file"),
    ],
)
def test_errors_name_the_input_and_set_the_exit_code(
    kb: Kb, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    """2 for usage, 3 for input that cannot be used, each with the name of what is wrong."""
    (tmp_path / "empty.txt").touch()
    (tmp_path / "words.txt").write_text("only words\n")
    done = kb(*arguments, check=False)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert (tmp_path / ".kb").exists() == ("blame-text" in arguments)


def test_strict_says_that_there_were_problems(kb: Kb, tmp_path: Path) -> None:
    """A gap is kept as a Problem; --strict makes it the exit code; stats lists it."""
    (tmp_path / "gap.txt").write_text("Ann 1.1 1 a\n3 c\n4 d\n")
    assert kb("import", "gap.txt").returncode == 0
    assert kb("import", "gap.txt", "--strict", check=False).returncode == 1
    found = json.loads(kb("stats", "--json").stdout)
    assert found["by_code"] == {"line-gap": 1}
    assert found["problems"][0]["where"].endswith("gap.txt:2")


def test_a_mended_dump_ends_its_problem(kb: Kb, tmp_path: Path) -> None:
    """What an earlier import complained of is forgotten once the file is whole."""
    (tmp_path / "page.txt").write_text("Ann 1.1 1 a\n3 c\n4 d\n")
    kb("import", "page.txt")
    (tmp_path / "page.txt").write_text("Ann 1.1 1 a\n2 b\n3 c\n4 d\n")
    kb("import", "page.txt")
    assert counts(kb)["problem"] == 0


def test_init_writes_a_kb_toml_that_is_valid_and_once(kb: Kb, tmp_path: Path) -> None:
    """The file that init writes is read by the other commands; a second init refuses."""
    assert kb("init").stdout.strip() == "kb.toml"
    (tmp_path / "page.txt").write_text(DUMP)
    assert kb("import", "page.txt").returncode == 0
    assert kb("init", check=False).returncode == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[site]\ntitel = 'x'\n", "titel"),
        ("[wiki\n", "kb.toml"),
        ("[wiki]\ntimezone = 'Mars/Olympus'\n", "Mars/Olympus"),
    ],
)
def test_a_wrong_kb_toml_is_named_with_its_key(
    kb: Kb, tmp_path: Path, text: str, message: str
) -> None:
    """A misspelt key is an error, not silence."""
    (tmp_path / "kb.toml").write_text(text)
    (tmp_path / "page.txt").write_text(DUMP)
    done = kb("import", "page.txt", check=False)
    assert done.returncode == 3
    assert message in done.stderr


def test_another_database_is_not_touched(kb: Kb, tmp_path: Path) -> None:
    """A file that is no archive is refused, by name, and left as it is."""
    (tmp_path / ".kb").mkdir()
    (tmp_path / ".kb" / "archive.db").write_bytes(b"not a database at all" * 100)
    done = kb("stats", check=False)
    assert done.returncode == 3
    assert "archive.db" in done.stderr


def test_a_reader_that_has_enough_is_no_error(kb: Kb, tmp_path: Path) -> None:
    """`kb cases | head -0` ends quietly."""
    kb("import", DEMO)
    command = f"{sys.executable} -m kb cases | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() in {"0", "1"}
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("dump", "code"), [(DUMP, 0), ("Ann 1.1 1 a\n3 c\n4 d\n", 1)])
def test_run_syncs_and_builds_and_strict_tells_of_problems(
    kb: Kb, tmp_path: Path, dump: str, code: int
) -> None:
    """`kb run` brings the sources of kb.toml in and the site up to date, problems or not."""
    (tmp_path / "page.txt").write_text(dump)
    (tmp_path / "kb.toml").write_text("[[source]]\nlocation = 'page.txt'\n")
    assert kb("run", "--strict", check=False).returncode == code
    assert (tmp_path / "build" / "internal" / "index.html").is_file()
