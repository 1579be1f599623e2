"""Real programs take what an export gives: nginx, Apache, MediaWiki, LibreOffice.

They come from Debian; where they are not installed, the tests skip and say so.
"""

from __future__ import annotations

import csv
import html
import http.client
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree

from kb.export.markdown.nav import ProjectSettings
from kb.export.markdown.tree_writer import write_tree
from kb.export.mediawiki import write_dump
from kb.export.report import write_report
from kb.model import Revision
from tests.export.wiki import Wiki, page, revisions

pytestmark = pytest.mark.prove

SITE = ProjectSettings(title="Wiki", language="zh", url=None)
NAMES = (
    "A.WebHome", "a.WebHome", "a.x;y&z=1", "空间.页面", "A b.c d", "A.x\"y'z", "A.a\\\\b", "A.50%",
    "A.a+b", "A.$1 $uri", "A.(x)[y]{z}^|*?", "A.#top", "A.%41%2F", "A.x;y&z=1", "A.e\u0301",
    "A." + "长" * 60, "A.~user", "A.\\.hidden", "A.&amp;<b>",
)  # fmt: skip


def port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
    return number


@contextmanager
def server(command: list[object], number: int, folder: Path) -> Iterator[None]:
    """The program for as long as it is asked."""
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([str(c) for c in command], stdout=said, stderr=said)
    try:
        for _ in range(150):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", number)) == 0:
                    break
            assert process.poll() is None, (folder / "said").read_text("utf-8")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)
        print((folder / "said").read_text("utf-8"))
        for log in folder.glob("*.log"):
            print(log.read_text("utf-8")[:2000])


def moved(number: int, path: str) -> tuple[int, str]:
    """Status and location that a server answers with."""
    with closing(http.client.HTTPConnection("127.0.0.1", number, timeout=20)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Location", "")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that a server may read which gave up being root."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def old_addresses(wiki: Wiki, folder: Path) -> list[tuple[str, str]]:
    """Old address and new of pages and files whose names try every sign."""
    for name in NAMES:
        wiki.add(page(name), *revisions("x"), wiki.file("a b$1#%.png", b"1"))
    report = write_tree(wiki.archive, (), folder / "tree", "plain", SITE)
    write_report(report, folder / "report")
    lines = (folder / "report" / "redirects.tsv").read_text("utf-8").splitlines()
    found = [(old, new) for old, new in (line.split("\t") for line in lines)]
    assert len(found) >= len(NAMES) * 4
    return found


def check_moves(number: int, tree: Path, moves: list[tuple[str, str]]) -> None:
    """Every old address leads to its new one, with a slash behind too, and there is a file."""
    for old, new in moves:
        for asked in (old, f"{old}/"):
            status, where = moved(number, asked)
            assert (status, unquote(where.partition(str(number))[2] or where)) == (
                301, unquote(new),
            ), asked  # fmt: skip
        assert (tree / unquote(new).lstrip("/")).is_file()
    assert moved(number, "/bin/view/No/Such")[0] == 404


def test_nginx_takes_the_redirects(folder: Path, old_addresses: list[tuple[str, str]]) -> None:
    """A real nginx sends every old address to its new one."""
    if shutil.which("nginx") is None:
        pytest.skip("no nginx here: apt-get install nginx-light")
    number = port()
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; include {folder}/report/redirects.nginx.conf;\n"
        f"client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;"
        f" fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;"
        f" scgi_temp_path {folder}/s;\n"
        f"server {{ listen 127.0.0.1:{number}; root {folder}/tree;"
        " if ($moved) { return 301 $moved; } } }\n",
        "utf-8",
    )
    command = ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"]
    with server(command, number, folder):
        check_moves(number, folder / "tree", old_addresses)


def test_apache_takes_the_redirects(folder: Path, old_addresses: list[tuple[str, str]]) -> None:
    """A real Apache sends every old address to its new one."""
    modules = Path("/usr/lib/apache2/modules")
    if shutil.which("apache2") is None or not modules.is_dir():
        pytest.skip("no Apache here: apt-get install apache2")
    number = port()
    shutil.copy(folder / "report" / "redirects.htaccess", folder / "tree" / ".htaccess")
    loaded = "\n".join(
        f"LoadModule {name}_module {modules}/mod_{name}.so"
        for name in ("mpm_event", "authz_core", "rewrite")
    )
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    (folder / "apache.conf").write_text(
        f"ServerRoot {folder}\n{loaded}\nListen 127.0.0.1:{number}\nServerName localhost\n"
        f"PidFile {folder}/pid\nErrorLog {folder}/error.log\nDocumentRoot {folder}/tree\n"
        f"<Directory {folder}/tree>\nAllowOverride All\nRequire all granted\n"
        f"</Directory>\n{user}",
        "utf-8",
    )
    command = ["apache2", "-f", folder / "apache.conf", "-DFOREGROUND"]
    with server(command, number, folder):
        check_moves(number, folder / "tree", old_addresses)


MEDIAWIKI = Path("/usr/share/mediawiki/maintenance")
NS = "{http://www.mediawiki.org/xml/export-0.11/}"


def php(script: str, settings: Path, *arguments: object) -> str:
    command = ["php", MEDIAWIKI / script, "--conf", settings, *arguments]
    done = subprocess.run([str(c) for c in command], capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-3000:]
    return done.stdout.decode()


@pytest.fixture
def mediawiki(tmp_path: Path) -> Path:
    """Settings of a fresh MediaWiki on SQLite."""
    if shutil.which("php") is None or not MEDIAWIKI.is_dir():
        pytest.skip("no MediaWiki here: apt-get install mediawiki php-cli php-sqlite3 php-mbstring")
    data = tmp_path / "data"
    data.mkdir()
    command = [
        "php", MEDIAWIKI / "install.php", "--dbtype", "sqlite", "--dbpath", data, "--dbname", "w",
        "--confpath", tmp_path, "--scriptpath", "/w", "--pass", "a long password 123", "Wiki",
        "Ann",
    ]  # fmt: skip
    done = subprocess.run([str(c) for c in command], capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-3000:]
    settings = tmp_path / "LocalSettings.php"
    (tmp_path / "images").mkdir()
    with settings.open("a", encoding="utf-8") as file:
        file.write(
            "\n$wgEnableUploads = true; $wgVerifyMimeType = false; $wgStrictFileExtensions = false;"
            f"\n$wgCheckFileExtensions = false; $wgUploadDirectory = '{tmp_path}/images';\n"
        )
    return settings


def told(dump: str | Path) -> dict[str, list[tuple[str | None, ...]]]:
    """Of each page its revisions: time, author (whom it marks as imported), comment, text."""
    root = etree.parse(str(dump)).getroot()
    return {
        str(one.findtext(f"{NS}title")): [
            (
                r.findtext(f"{NS}timestamp"),
                (r.findtext(f".//{NS}username") or "").removeprefix("imported>"),
                r.findtext(f"{NS}comment"), r.findtext(f"{NS}text"),
            )
            for r in one.iter(f"{NS}revision")
        ]
        for one in root.iter(f"{NS}page")
    }  # fmt: skip


def test_mediawiki_imports_every_revision_and_file(
    wiki: Wiki, tmp_path: Path, mediawiki: Path
) -> None:
    """Its own dump of what it imported says the same of every revision; files are its files."""
    texts = ("= One =\n\n[[b>>A.C]] **b**\n\n|=x|y\n|1|2", "二 {{info}}x{{/info}} ~[[[no>>url:x]]")
    for number, name in enumerate(("A.B.WebHome", "A.C", "Talk:x.Y_z", "a.c", "A.#<b>", "空间.页")):
        wiki.add(
            page(name),
            *(
                Revision(version=f"{n}.1", content=f"{text}\n{number}", author="XWiki.ruan",
                         date=f"2020-04-{n + 1:02d}T09:00:00Z", comment=f"save {n}")
                for n, text in enumerate(texts, 1)
            ),
            wiki.file(f"s {number}.png", b"\x89PNG%d" % number, date="2020-04-02T09:00:00Z"),
        )  # fmt: skip
    write_dump(wiki.archive, tmp_path / "dump.xml", "Wiki", "en")
    said = php("importDump.php", mediawiki, "--uploads", tmp_path / "dump.xml")
    again = php("dumpBackup.php", mediawiki, "--full", "--quiet")
    (tmp_path / "again.xml").write_text(again, "utf-8")
    before, after = told(tmp_path / "dump.xml"), told(tmp_path / "again.xml")
    assert len(before) == 12, said
    for title, revisions_ in before.items():
        if not title.startswith("File:"):
            assert sorted(map(str, after[title])) == sorted(map(str, revisions_)), title
    with closing(sqlite3.connect(tmp_path / "data" / "w.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM image").fetchone()[0] == 6
    stored = {path.read_bytes() for path in (tmp_path / "images").rglob("*.png")}
    assert {b"\x89PNG%d" % number for number in range(6)} <= stored


def test_libreoffice_opens_the_csv_in_chinese(tmp_path: Path) -> None:
    """A real spreadsheet: the same cells, Chinese whole, formulas shown and not run."""
    if shutil.which("soffice") is None:
        pytest.skip("no LibreOffice here: apt-get install libreoffice-calc-nogui")
    run = [sys.executable, "-m", "kb"]
    root = Path(__file__).resolve().parents[2]
    subprocess.run([*run, "import", root / "demo"], cwd=tmp_path, check=True)
    subprocess.run([*run, "export", "csv", "cases.csv"], cwd=tmp_path, check=True)
    path = tmp_path / "cases.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    bad = "'=cmd|' /C calc'!A0"
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([bad, "退款"])
    (tmp_path / "out").mkdir()
    command = [
        "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
        "--infilter=CSV:44,34,76",  # UTF-8: what its dialog preselects because of the mark
        "--convert-to", "ods", "--outdir", str(tmp_path / "out"), str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    sheet = zipfile.ZipFile(tmp_path / "out" / "cases.ods").read("content.xml").decode()
    assert "table:formula" not in sheet
    sheet = html.unescape(sheet)
    for row in rows[1:]:
        assert row[0] in sheet
        problem = row[rows[0].index("problem")]
        assert not problem or problem.split("\n")[0][:20] in sheet
    assert "退款" in sheet
