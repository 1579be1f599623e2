"""What a server says with every file of the site, so that pages of other sites cannot read it.

`kb serve` says it by itself; for nginx, Apache and Netlify it is written beside the site's pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: http: https:;"
    " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Header → value; a page of the wiki may show pictures of elsewhere.

Sources: CSP 3, Fetch (CORP), the HTML Living Standard (COOP), RFC 7034.
"""


def header_files() -> Iterator[tuple[str, bytes]]:
    """Yield the files by which servers learn the headers: path and bytes."""
    yield "_headers", _lines("/*", (f"  {name}: {HEADERS[name]}" for name in HEADERS))
    yield (
        "headers.nginx.conf",
        _lines(
            "# in server { } or location { }: include headers.nginx.conf;",
            (f'add_header {name} "{HEADERS[name]}" always;' for name in HEADERS),
        ),
    )
    yield (
        ".htaccess",
        _lines(
            "<IfModule mod_headers.c>",
            (f'Header always set {name} "{HEADERS[name]}"' for name in HEADERS),
            "</IfModule>",
        ),
    )


def _lines(first: str, lines: Iterator[str], *last: str) -> bytes:
    return "".join(f"{line}\n" for line in (first, *lines, *last)).encode()
