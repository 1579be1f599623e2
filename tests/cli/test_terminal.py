"""Nothing that a wiki says is acted on by the terminal, whichever command prints it."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kb.cli.terminal import visible
from tests.conftest import Kb
from tests.xar.making import jrcs, page_xml, xar

ESCAPES = (
    "\x1b]8;;http://evil.example/\x1b\\link", "\x1b]52;c;cm0gLXJm\x07", "\x1b[2J\x1b[31m",
    "\x9b31m", "\x9d0;title\x9c", "\u202egnp.exe", "\u2066\u200f", "a\rb", "\x07\x08\x7f",
)  # fmt: skip
POISON = "☠\u202e" + "".join(ESCAPES) + "☠"
PRINTABLE = "".join(c for c in POISON if c not in "\x00\x1b\x07\x08")  # what XML 1.0 may hold
OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[2K|\x1b\[1A|\r(?=\n|\x1b|$)")
"""What we print ourselves: colours, and the bar's cursor and lines."""
PAGE = "Evil.WebHome"
CASE = "szds_case#1_20200410"

COMMANDS: dict[str, list[str]] = {
    "import": ["import", "evil.xar", "Evil\x1b]0;name\x07.WebHome.txt"],
    "import what is none": ["import", f"{POISON}.txt"],
    "show page": ["show", PAGE],
    "show page history": ["show", PAGE, "--history"],
    "show page blame": ["show", PAGE, "--blame"],
    "show page JSON": ["show", PAGE, "--json"],
    "show case": ["show", CASE],
    "show case history": ["show", CASE, "--history"],
    "show case JSON": ["show", CASE, "--json"],
    "show nothing": ["show", POISON.replace("\x00", "")],
    "cases": ["cases"],
    "cases JSON": ["cases", "--json"],
    "diff": ["diff", PAGE, "1.1", "2.1"],
    "diff JSON": ["diff", PAGE, "1.1", "2.1", "--json"],
    "search": ["search", "重复扣费", "--facets", "--explain"],
    "search JSON": ["search", "重复扣费", "--json"],
    "search old": ["search", "旧文", "--old"],
    "stats": ["stats"],
    "stats JSON": ["stats", "--json"],
    "verify": ["verify", "--against", "evil.xar"],
    "profile check": ["profile", "check", "--lines"],
    "profile learn": ["profile", "learn"],
    "correct": ["correct", CASE, "problem", "x", "--why", POISON],
    "export": ["export", "csv", "-", "--table", "cases"],
    "export JSON": ["export", "jsonl", "-"],
    "build": ["build", "--audience", "public", "--yes"],
    "usage": ["cases", f"--{POISON}"],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose pages hold what a terminal acts on, in every place that has text."""
    folder = tmp_path_factory.mktemp("poisoned")
    older = f"旧文 {PRINTABLE}\n"
    text = (
        f"== {CASE}{PRINTABLE} ==\n手机号码:138{PRINTABLE}\n枪号{PRINTABLE}:1\n"
        f"问题描述:重复扣费{PRINTABLE}\n~-~-跟踪\n【令{PRINTABLE}】:说{PRINTABLE}\n"
        f"【{PRINTABLE}】:{PRINTABLE}\n[[file{PRINTABLE}>>attach:a{PRINTABLE}.png]]\n"
    )
    packed = jrcs({"2.1": text, "1.1": older}, full=("2.1", "1.1"), author="XWiki.E\u202evil")
    xml = page_xml(
        PAGE, content=text, title=PRINTABLE, author=f"XWiki.{PRINTABLE}", comment=PRINTABLE,
        version="2.1", inside=f"<versions>{packed.replace('<', '&lt;')}</versions>",
    ).replace("\r", "&#13;")  # fmt: skip
    broken = page_xml(f"Evil.{PRINTABLE}", content="x", version=f"x{PRINTABLE}")
    xar(folder / "evil.xar", {"Evil/WebHome.xml": xml, "Evil/Broken.xml": broken})
    lines = [
        f"Ann{POISON.replace('|', '')} 1.1 1 {POISON}",
        f"2 {POISON}",
        f"junk {POISON}",
        "4 end",
        "5 x",
    ]
    (folder / "Evil\x1b]0;name\x07.WebHome.txt").write_text("\n".join(lines), "utf-8", newline="")
    (folder / "kb.toml").touch()
    done = subprocess.run(
        [sys.executable, "-m", "kb", "import", "evil.xar", "Evil\x1b]0;name\x07.WebHome.txt"],
        cwd=folder, capture_output=True, check=False, env=os.environ,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return folder


def on_terminal(folder: Path, arguments: list[str]) -> str:
    """What a terminal receives from a command."""
    master, slave = pty.openpty()
    received: list[bytes] = []

    def read() -> None:
        try:
            while data := os.read(master, 65536):
                received.append(data)
        except OSError:  # the other end is closed
            return

    reader = threading.Thread(target=read)
    reader.start()
    subprocess.run(
        [sys.executable, "-m", "kb", *arguments], cwd=folder, stdin=slave, stdout=slave,
        stderr=slave, check=False, timeout=300,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "300"},
    )  # fmt: skip
    os.close(slave)
    reader.join()
    os.close(master)
    return b"".join(received).decode()


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_no_command_passes_escapes_on(home: Path, arguments: list[str]) -> None:
    """Colours are ours; every other character that a terminal acts on can be seen instead."""
    seen = on_terminal(home, arguments)
    assert "Traceback" not in seen, seen
    rest = OURS.sub("", seen)
    acting = {c for c in rest if visible(c) != c} - {"\r"} | set(re.findall(r"\r(?!\n)", rest))
    assert not acting, (acting, rest)
    assert "\\u202e" in seen or "☠" not in seen, seen


def test_json_stays_json_on_a_terminal(home: Path) -> None:
    """What was made visible is an escape of JSON, and means the same."""
    shown = on_terminal(home, ["show", PAGE, "--json"])
    assert PRINTABLE in json.loads(OURS.sub("", shown))["source"]


def test_a_file_gets_the_source_as_it_is(home: Path) -> None:
    """Away from a terminal `kb show PAGE` gives the source byte for byte."""
    done = subprocess.run(
        [sys.executable, "-m", "kb", "show", PAGE], cwd=home, capture_output=True, check=True
    )
    assert PRINTABLE.encode() in done.stdout


def test_messages_in_a_log_are_visible_too(kb: Kb, tmp_path: Path) -> None:
    """stderr is made visible where it is no terminal as well: people look at logs in one."""
    (tmp_path / "a\x1b[2J.txt").write_text("only words\n")
    assert "a\\u001b[2J.txt" in kb("import", "a\x1b[2J.txt", check=False).stderr
