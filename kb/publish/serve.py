"""Serve a site and `/api/search` over HTTP from this machine."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from kb.publish.headers import HEADERS
from kb.publish.served_types import type_of

Search = Callable[[str, int], bytes]
"""Answers a query, with at most so many results, as JSON."""

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})\Z")
_TEXT = (".html", ".js", ".css", ".xml", ".txt", ".svg", ".json")
_SMALL = 500
_MOST = 200
_LIVE = b"""(() => {
let seen;
setInterval(async () => {
  try {
    const now = await (await fetch("/api/version")).text();
    if (seen !== undefined && seen !== now) location.reload();
    seen = now;
  } catch { /* the server is away: the page stays */ }
}, 1000);
})();
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedSite:
    """A site with what answers searches in it, and the names that it is served under."""

    root: Path
    search: Search
    hosts: frozenset[str]
    """Names that a request may give this server: another site cannot lead its readers here."""
    version: Callable[[], str]
    """The version of the site: open pages reload when it changes."""


def server_for(served: ServedSite, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server, bound but not running yet. OSError where the port is taken."""

    class Handler(_SiteHandler):
        site = served

    return ThreadingHTTPServer((host, port), Handler)


class _SiteHandler(BaseHTTPRequestHandler):
    site: ServedSite
    protocol_version = "HTTP/1.1"
    server_version = "casebook"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with a file of the site, or by the API."""
        if not self._host_is_known():
            self._send(HTTPStatus.MISDIRECTED_REQUEST, b"this server has another name\n")
            return
        if not self._is_of_the_site():
            self._send(HTTPStatus.FORBIDDEN, b"not for pages of other sites\n")
            return
        url = urlsplit(self.path)
        if url.path.startswith("/api/"):
            self._api(url.path, parse_qs(url.query))
        else:
            self._file(unquote(url.path, errors="replace"))

    do_HEAD = do_GET  # noqa: N815  (the library's name)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's)
        """Say nothing of each request."""

    def _host_is_known(self) -> bool:
        """Whether it is a name of ours, or an address, which no other site can have."""
        name = re.sub(r":[0-9]+\Z", "", (self.headers.get("Host") or "").lower())
        return name in self.site.hosts or _is_address(name)

    def _is_of_the_site(self) -> bool:
        """Whether our own page asks, or a reader goes here; browsers say it (Fetch Metadata)."""
        fetched = self.headers.get("Sec-Fetch-Site", "none")
        goes = self.headers.get("Sec-Fetch-Mode"), self.headers.get("Sec-Fetch-Dest")
        return fetched in ("none", "same-origin") or goes == ("navigate", "document")

    def _api(self, path: str, query: dict[str, list[str]]) -> None:
        if path == "/api/search":
            limit = query.get("limit", ["10"])[0]
            count = min(_MOST, max(1, int(limit))) if re.fullmatch("[0-9]{1,9}", limit) else 10
            answer = self.site.search(query.get("q", [""])[0][:2000], count)
            self._send(HTTPStatus.OK, answer, "application/json; charset=utf-8")
        elif path == "/api/version":
            self._send(HTTPStatus.OK, self.site.version().encode())
        elif path == "/api/live.js":
            self._send(HTTPStatus.OK, _LIVE, "text/javascript; charset=utf-8")
        else:
            self._send(HTTPStatus.NOT_FOUND, b"no such call\n")

    def _file(self, path: str) -> None:
        file = self._inside(path)
        status = HTTPStatus.OK
        if file is None:
            file, status = self.site.root / "404.html", HTTPStatus.NOT_FOUND
        try:
            data = file.read_bytes()
        except OSError:
            self._send(HTTPStatus.NOT_FOUND, b"not found\n")
            return
        if file.suffix == ".html":
            data = data.replace(b"</head>", b'<script src="/api/live.js"></script>\n</head>', 1)
        kind = type_of(file.name)
        kind = f"{kind}; charset=utf-8" if file.suffix in _TEXT and "charset" not in kind else kind
        self._conditional(status, data, kind, packs=file.suffix in _TEXT)

    def _inside(self, path: str) -> Path | None:
        """Find the file that a path means; None where there is none or it leads out of the site."""
        parts = [part for part in path.split("/") if part]
        if any(part in (".", "..") or part.startswith(".") or "\0" in part for part in parts):
            return None
        file = self.site.root.joinpath(*parts)
        try:
            file = file / "index.html" if file.is_dir() else file
            return file if file.is_file() else None
        except OSError:
            return None

    def _conditional(self, status: HTTPStatus, data: bytes, kind: str, *, packs: bool) -> None:
        """Send nothing where the reader has the file already, a part where a part is asked for."""
        tag = f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if status is HTTPStatus.OK and tag in (self.headers.get("If-None-Match") or ""):
            self._send(HTTPStatus.NOT_MODIFIED, b"", None, headers)
            return
        part = _RANGE.match(self.headers.get("Range") or "")
        if part and status is HTTPStatus.OK and (part[1] or part[2]):
            self._partial(data, part, kind, headers)
            return
        headers["Accept-Ranges"] = "bytes"
        if packs and len(data) >= _SMALL and "gzip" in (self.headers.get("Accept-Encoding") or ""):
            data = _packed(data)
            headers["Content-Encoding"] = "gzip"
        self._send(status, data, kind, headers)

    def _partial(
        self, data: bytes, part: re.Match[str], kind: str, headers: dict[str, str]
    ) -> None:
        size = len(data)
        if part[1]:
            first, last = int(part[1]), min(size - 1, int(part[2] or size - 1))
        else:
            first, last = max(0, size - int(part[2])), size - 1
        if first > last:
            headers["Content-Range"] = f"bytes */{size}"
            self._send(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", None, headers)
            return
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        self._send(HTTPStatus.PARTIAL_CONTENT, data[first : last + 1], kind, headers)

    def _send(
        self, status: HTTPStatus, data: bytes, kind: str | None = "text/plain; charset=utf-8",
        headers: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD" and data:
            self.wfile.write(data)


def _is_address(name: str) -> bool:
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


@lru_cache(maxsize=256)
def _packed(data: bytes) -> bytes:
    return gzip.compress(data, 6, mtime=0)
