"""Split URLs that a server sent, which may be anything; compare their origins."""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit


def split_url(url: str, base: str = "") -> SplitResult | None:
    """Return the parts of a link, resolved on ``base``; None where it is no URL."""
    try:
        parts = urlsplit(urljoin(base, url))
        return parts if (parts.port or 0) >= 0 else None  # a wrong port raises only when it is read
    except ValueError:
        return None


def origin_of(url: SplitResult) -> str:
    """Return scheme, host and port, without a default port, of what `split_url` returned."""
    default = {"http": 80, "https": 443}.get(url.scheme)
    port = "" if url.port in (None, default) else f":{url.port}"
    return f"{url.scheme}://{(url.hostname or '').lower()}{port}"
