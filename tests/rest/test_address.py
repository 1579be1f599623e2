"""URLs in any shape that a user would paste."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from importers.web.failures import ShutError
from importers.web.settings import web_settings
from importers.web.throttle import BUSY, Throttle, retry_after
from importers.web.urls import origin_of
from importers.xwiki.address import Address, read_address
from importers.xwiki.paths import bin_page, rest_page
from kb.errors import UsageError

HOST = "https://wiki.example"


@pytest.mark.parametrize(
    ("url", "base", "extent", "names"),
    [
        (HOST, "", "wiki", ()),
        (HOST + "/", "", "wiki", ()),
        (HOST + "/xwiki", "/xwiki", "wiki", ()),
        (HOST + "/xwiki/bin/view/Main/", "/xwiki", "wiki", ()),
        (HOST + "/rest", "", "wiki", ()),
        (HOST + "/xwiki/rest/wikis/xwiki", "/xwiki", "wiki", ()),
        (HOST + "/bin/view/A/B/", "", "space", ("A", "B")),
        (HOST + "/bin/view/A/B", "", "either", ("A", "B")),
        (HOST + "/bin/view/A/B/WebHome", "", "page", ("A", "B", "WebHome")),
        (HOST + "/bin/view/A/B/?viewer=code", "", "page", ("A", "B", "WebHome")),
        (HOST + "/bin/view/A/B?viewer=history#x", "", "either", ("A", "B")),
        (HOST + "/bin/download/A/B/file.png?rev=1.1", "", "either", ("A", "B")),
        (HOST + "/bin/view/%E5%94%AE/50%25%20off", "", "either", ("售", "50% off")),
        (HOST + "/rest/wikis/xwiki/spaces/A/spaces/B/pages/P/history/1.1?x=1", "", "page",
         ("A", "B", "P")),
        (HOST + "/rest/wikis/xwiki/spaces/A/spaces/B/pages", "", "space", ("A", "B")),
        (HOST + "/rest/wikis/xwiki/spaces/A.B%3AC/pages/a%2Fb", "", "page", ("A.B:C", "a/b")),
    ],
)  # fmt: skip
def test_what_a_url_means(url: str, base: str, extent: str, names: tuple[str, ...]) -> None:
    """A URL in any shape gives the base, how much is meant, and the unescaped names."""
    found = read_address(url)
    assert (found.base, found.extent, found.names) == (HOST + base, extent, names)


def test_a_subwiki_is_named_in_the_path() -> None:
    """`/wiki/NAME/view/` names a subwiki; the base does not include it."""
    found = read_address(HOST + "/xwiki/wiki/support/view/A/")
    assert found == Address(
        base=HOST + "/xwiki", sure=True, wiki="support", extent="space", names=("A",)
    )


@pytest.mark.parametrize(
    "url", ["ftp://x/", "https://", "https://u:secret@wiki.example/", "http://x:y/"]
)
def test_what_is_no_address_is_refused_and_not_repeated(url: str) -> None:
    """Such a URL is a usage error whose text does not repeat a password in it."""
    with pytest.raises(UsageError) as error:
        read_address(url)
    assert "secret" not in str(error.value) + error.value.hint


def test_names_are_encoded_whole() -> None:
    """Every character of a name that has a meaning in a URL is encoded."""
    reference = r"A\.B\:C.50% off + tax / x\\y"
    assert rest_page("xwiki", reference) == (
        "/rest/wikis/xwiki/spaces/A.B%3AC/pages/50%25%20off%20%2B%20tax%20%2F%20x%5Cy"
    )
    assert bin_page("A.WebHome", None, viewer="code") == "/bin/view/A/?viewer=code"


def test_origins_are_compared_without_default_ports() -> None:
    """An origin is scheme, host in lower case and a port that is not the default."""
    origins = [
        origin_of(urlsplit(url))
        for url in ("https://Wiki.example:443/x", "https://wiki.example/y", "http://wiki.example")
    ]
    assert origins[0] == origins[1] != origins[2]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        (" 3 ", 3.0),
        ("", None),
        ("soon", None),
        ("²", None),
        ("-1", None),
        ("9" * 5000, None),
        ("1e3", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 99 Jan 1970 00:00:00 GMT", None),
        ("Thu, 01 Jan 99999 00:00:00 GMT", None),
        ("Fri, 01 Jan 10 00:00:00 +9999", None),
    ],
)
def test_retry_after(header: str, seconds: float | None) -> None:
    """A number or a date gives seconds; anything else gives None."""
    assert retry_after(header) == seconds


def test_a_rate_is_kept_and_a_pause_holds_for_all() -> None:
    """The throttle waits out the gap between requests, and a pause that was ordered."""
    slept: list[float] = []
    now = 0.0

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        throttle._paused_until = throttle._next = now

    throttle = Throttle(2.0, sleep)
    throttle.wait()
    throttle.wait()
    assert 0 < slept[0] <= 0.5
    throttle.pause(9)
    throttle.wait()
    assert 8 < slept[1] <= 9


def test_a_server_that_only_orders_pauses_is_left_in_the_end() -> None:
    """Half an hour of them, without an answer in between, is enough."""
    throttle = Throttle(0)
    for _ in range(20):
        throttle.pause(300)
        throttle.answered()
    throttle.pause(300)
    throttle._busy_since -= BUSY - 400
    throttle.pause(300)
    throttle._busy_since -= 200
    with pytest.raises(ShutError, match="30 minutes"):
        throttle.pause(300)


@pytest.mark.parametrize(
    "given", [{"rte": "1"}, {"rate": "fast"}, {"concurrency": "0"}, {"max_attachment": "much"}]
)
def test_a_setting_that_cannot_be_is_named(given: dict[str, str]) -> None:
    """An unknown setting, or a value that it cannot have, is a usage error naming it."""
    with pytest.raises(UsageError, match=next(iter(given)).partition("=")[0]):
        web_settings(given)
