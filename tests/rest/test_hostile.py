"""A hostile server: each behaviour is a problem that names the address, and the import ends."""

from __future__ import annotations

import re
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from importers.viewer_html.crawl import pages_linked
from importers.viewer_html.linked_attachments import names_linked
from importers.viewer_html.view_markup import read_history
from importers.web.html import parse_html
from kb.archive import Archive
from kb.errors import Problem
from kb.model import PageId
from tests.conftest import Kb

from . import hostile
from .hostile import BEHAVIOURS, wiki
from .raw import OK, Answer, Served, noting, says
from .standin import Home

SETTINGS = {
    "timeout": "0.5", "deadline": "0.6", "attempts": "1", "max_rows": "3000", "max_pages": "300",
    "limit": "150",
}  # fmt: skip
PAGE_HEAD = (
    '<html data-xwiki-reference="xwiki:A.Bad" data-xwiki-wiki="xwiki" data-xwiki-version="1.1">'
)
MEMORY = 700 << 20
"""Bytes of address space for a whole import: some 400 MB are libraries and stacks of threads."""


def take(home: Home, port: int, way: str = "rest", **settings: str) -> list[Problem]:
    given = {"user": None, "password_env": None, "settings": SETTINGS | settings}
    return home.take(f"http://127.0.0.1:{port}/", way, **given).problems


def limited(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    """Import in a process with little memory."""
    command = [sys.executable, "-m", "kb", "import", f"http://127.0.0.1:{port}/"]
    return subprocess.run(
        [*command, "--set", "attempts=1"], cwd=folder, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )  # fmt: skip


@pytest.mark.parametrize("kind", BEHAVIOURS)
def test_a_hostile_answer_is_a_problem_of_its_address(
    served: Served, home: Home, kind: str
) -> None:
    """Within seconds; the page that is answered for as it should be is there, whole."""
    where, behaviour, code = BEHAVIOURS[kind]
    start = time.monotonic()
    problems = take(home, served(wiki(**{where: behaviour})))
    assert time.monotonic() - start < 20
    named = [p for p in problems if p.where.endswith(getattr(hostile, where))]
    assert {p.code for p in named} == {code}, problems
    with Archive(home.path) as archive:
        view = archive.page(PageId("xwiki", "A.Good"))
        assert view is not None
        assert archive.content(view.key, "1.1") == "text of Good"
    assert list(home.folder.rglob("*.part")) == []


@pytest.mark.parametrize("kind", ["a bomb", "a bomb of objects", "a body for ever"])
def test_a_hostile_answer_takes_little_memory(served: Served, tmp_path: Path, kind: str) -> None:
    """An import with a limit of its address space ends as it does without one."""
    where, behaviour, code = BEHAVIOURS[kind]
    done = limited(tmp_path, served(wiki(**{where: behaviour})))
    assert (done.returncode, f"[{code}]" in done.stderr) == (0, True), done.stderr


def test_many_large_pages_are_held_a_few_at_a_time(served: Served, tmp_path: Path) -> None:
    """As many as are asked for together, at a time, would take four times the memory."""
    names = [f"A.P{number}" for number in range(40)]
    listed = {"pageSummaries": [{"fullName": name} for name in names]}
    large = {
        f"/rest/wikis/xwiki/spaces/A/pages/{name[2:]}": hostile.bomb(
            b'{"version":"1.1","fullName":"%s","content":"' % name.encode(), b"x\\n", 8, b'"}'
        )
        for name in names
    }
    normal = wiki(PAGES=_once(hostile.said(listed)))

    def answer(connection: socket.socket, head: bytes) -> None:
        body = large.get(head.split()[1].decode().partition("?")[0])
        says(body)(connection, head) if body else normal(connection, head)

    done = limited(tmp_path, served(answer))
    assert (done.returncode, " 40 page(s)" in f" {done.stderr}") == (0, True), done.stderr


@pytest.mark.parametrize("repeats", [False, True])
def test_views_without_end_are_left(served: Served, home: Home, repeats: bool) -> None:
    """A history whose every page has a next one, a file that has every version."""

    def answer(connection: socket.socket, head: bytes) -> None:
        target = head.split()[1].decode()
        first = re.search(r"firstIndex=(\d+)", target)
        kind = b"Content-Type: text/html\r\n"
        if "/downloadrev/" in target:
            body, kind = b"x", b"Content-Disposition: a\r\n"
        elif first:
            number = 1 if repeats else int(first[1]) + 1
            link = f'<a href="/bin/viewrev/A/Bad?rev={number}.1">x</a>'
            body = f'{PAGE_HEAD}<table id="_history"><tr><td>{link}</td></tr></table>'.encode()
            body += b'<a class="nextPagination" href="?">next</a>'
        elif "viewer=attachments" in target:
            body = f'{PAGE_HEAD}<a href="/bin/download/A/Bad/a.bin">a</a>'.encode()
        elif "/bin/view/A/Bad" in target:
            body = f'{PAGE_HEAD}<textarea class="wiki-code">text</textarea>'.encode()
        else:
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        connection.sendall(hostile.whole(body, kind))

    location = f"http://127.0.0.1:{served(answer)}/bin/view/A/Bad?viewer=code"
    given = {"user": None, "password_env": None, "settings": SETTINGS | {"max_rows": "30"}}
    problems = home.take(location, "viewer-html", **given).problems
    endless = [p.where.partition("?")[2] for p in problems if p.code == "endless-list"]
    assert sum("viewer=history" in where for where in endless) >= 1
    assert sum("#a.bin" in where for where in endless) == 1
    with Archive(home.path) as archive:
        view = archive.page(PageId("xwiki", "A.Bad"))
        assert view is not None
        assert view.history != "complete"


def test_a_history_without_end_leaves_the_present_text(served: Served, home: Home) -> None:
    """And it is not called complete."""
    where, behaviour, _ = BEHAVIOURS["a history without end"]
    take(home, served(wiki(**{where: behaviour})))
    with Archive(home.path) as archive:
        view = archive.page(PageId("xwiki", "A.Bad"))
        assert view is not None
        assert (view.history, archive.content(view.key, "1.1")) == ("latest", "text of Bad")


@pytest.mark.parametrize("target", ["http://127.0.0.1:{}/rest/wikis", "http://localhost:{}/"])
def test_no_credentials_and_no_request_leave_for_another_server(
    served: Served, home: Home, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    """Neither a redirect nor a link nor a resource's own address leads to it."""
    heads: list[bytes] = []
    elsewhere = target.format(served(noting(heads)))
    monkeypatch.setenv("KB_COOKIE", "JSESSIONID=secret")
    links = [{"rel": "http://www.xwiki.org/rel/history", "href": elsewhere}]
    pages = {
        "redirect": wiki(PAGE=hostile.redirect(elsewhere)),
        "links": wiki(PAGE=hostile.said(hostile.page("Bad", links=links, content=elsewhere))),
    }
    for name, answer in pages.items():
        home.take(
            f"http://127.0.0.1:{served(answer)}/", user=None, password_env=None,
            cookie_env="KB_COOKIE", settings=SETTINGS, wiki=name,
        )  # fmt: skip
    assert heads == []


def test_pages_named_as_steps_up_are_not_asked_for(served: Served, home: Home) -> None:
    """A page may be named `..`: its address would be another application's."""
    asked: list[bytes] = []

    def answer(connection: object, head: bytes) -> None:
        asked.append(head.split()[1])
        pages(connection, head)  # type: ignore[arg-type]

    rows = [{"fullName": name} for name in (r"\.\..x", r"A.\.\.", r"A.\.", "A.Good")]
    pages = wiki(PAGES=_once(hostile.said({"pageSummaries": rows})))
    problems = take(home, served(answer))
    assert {p.code for p in problems} == {"bad-request"}
    assert len(problems) == 3
    assert not any(b"/../" in path or path.endswith((b"/..", b"/.")) for path in asked)


def _once(first: bytes) -> Answer:
    return lambda connection, head: connection.sendall(
        first if b"start=0&" in head else hostile.said({})
    )


@pytest.mark.parametrize(
    "cookie",
    ['a="x\\015\\012Evil: y"', "a=b; Domain=elsewhere.invalid", "a=\x01", "=;;=", "a" * 60_000],
)
def test_a_cookie_of_a_login_is_sent_to_the_wiki_or_not_at_all(
    served: Served, kb: Kb, monkeypatch: pytest.MonkeyPatch, cookie: str
) -> None:
    """Whatever its value and attributes; the import ends without a traceback."""
    heads: list[bytes] = []
    form = b'<form><input type="hidden" name="t" value="1"><input name="j_password"></form>'
    login = OK + f"Set-Cookie: {cookie}\r\n".encode() + b"Content-Type: text/html\r\n"
    normal = wiki()

    def answer(connection: object, head: bytes) -> None:
        heads.append(head)
        if b"/bin/login" in head:
            body = login + b"Content-Length: %d\r\n\r\n" % len(form) + form
            connection.sendall(body)  # type: ignore[attr-defined]
        else:
            normal(connection, head)  # type: ignore[arg-type]

    monkeypatch.setenv("KB_TEST_PASSWORD", "x")
    done = kb(
        "import", f"http://127.0.0.1:{served(answer)}/", "--user", "me", "--password-env",
        "KB_TEST_PASSWORD", "--set", "auth=form", "--set", "attempts=1", check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert not any(b"\r\nEvil:" in head for head in heads)


ODD_LINKS = [
    "http://[", "//[::1", "http://h:99999/bin/view/A/B", "http://h:x/bin/view/A/B", "javascript:1",
    "http://a\u2100b/bin/view/A/B", "http://u@127.0.0.1:²/bin/view/A/B", "file:///bin/view/A/B",
    "http://127.0.0.1.elsewhere.invalid/bin/view/A/B", "http://127.0.0.1@elsewhere.invalid/bin/view/A",
]  # fmt: skip


@pytest.mark.parametrize("link", ODD_LINKS)
def test_a_link_that_leads_out_of_the_wiki_is_left_alone(link: str) -> None:
    """Be it a URL or not; those beside it are read."""
    good = "/bin/view/A/C"
    html = f'<html><a href="{link}">x</a><a href="{good}">y</a></html>'.encode()
    assert pages_linked(html, "http://127.0.0.1/bin/view/A/") == ["A.C"]
    assert names_linked(html.replace(b"view", b"download"), "A")[-1] == "C"
    row = f'<tr><td><a href="{link}?viewrev&rev=1.1">1.1</a></td></tr>'
    read_history(f'<html><table id="_history">{row}</table></html>'.encode())


def test_a_page_of_too_many_tags_is_no_page() -> None:
    """Each would take some hundred bytes of memory."""
    with pytest.raises(ValueError, match="tags"):
        parse_html(b"<html>" + b"<b>" * 600_000)


def test_tls_that_is_none_is_a_connection_that_failed(served: Served, kb: Kb) -> None:
    """Plain text where a handshake should be."""
    port = served(lambda connection, _: connection.sendall(b"\x00garbage" * 999))
    done = kb(
        "import", f"https://127.0.0.1:{port}/", "--set", "attempts=1", "--set", "timeout=2",
        check=False,
    )  # fmt: skip
    assert (done.returncode, "Traceback" in done.stderr) == (4, False), done.stderr
