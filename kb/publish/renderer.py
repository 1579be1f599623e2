"""Units that a site consists of, and the renderer that fills templates for them.

A unit is what makes some files, and a digest of what they depend on. There is one Jinja
environment, which always escapes, and its filters.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, NamedTuple

import jinja2
import msgspec
from markupsafe import Markup, escape

from kb.publish.paths import root_of, url_of
from kb.redact.public_rules import Audience
from kb.text.interface import PHRASES, noun, phrase, template_text

Output = tuple[str, bytes]
"""Path relative to the site's root, and bytes."""


def digest_of(*parts: object) -> bytes:
    """16 bytes over values that msgspec can encode."""
    return digest_of_bytes(msgspec.msgpack.encode(parts))


def digest_of_bytes(data: bytes) -> bytes:
    """16 bytes over the content of a file."""
    return hashlib.blake2b(data, digest_size=16).digest()


class PageNote(msgspec.Struct, frozen=True, array_like=True):
    """Something on a source page that could not be shown as meant."""

    code: str
    line: int
    detail: str


@dataclass(frozen=True, slots=True)
class Unit:
    """Some files of the site that are made together.

    A build makes a unit again where its digest is not that of the last build.
    """

    key: str
    """Names the unit from build to build."""
    digest: bytes
    make: Callable[[], Iterable[Output]]
    notes: list[PageNote] = field(default_factory=list)
    """Filled by ``make``."""
    parts: Callable[[], Iterable[Unit]] | None = None
    """Further units, none of which has changed where this one's digest has not."""


class MadeFile(NamedTuple):
    """What a build remembers of a file that it wrote: a later one sees whether it is as it was."""

    path: str
    size: int
    time: int
    """When it was written, in nanoseconds."""
    digest: bytes


class MadeUnit(msgspec.Struct, frozen=True, array_like=True):
    """What a build remembers of a unit: its digest and its files."""

    digest: bytes
    files: tuple[MadeFile, ...]
    notes: tuple[PageNote, ...] = ()
    parts: tuple[str, ...] = ()
    """Keys of the further units."""

    @property
    def paths(self) -> list[str]:
        """Where its files are."""
        return [file.path for file in self.files]


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " media-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self';"
    " form-action 'self'; base-uri 'none'"
)
"""Content-Security-Policy of every page: nothing inline, nothing from elsewhere."""

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DIGITS = 5
"""Digits from which on a value gets a copy button."""
_COLOURS = 12
"""Classes `p0` to `p11` of the stylesheet."""
_LATIN = re.compile(r"[^\W\d_]+")


class SiteSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What kb.toml says of the site, and for whom it is built."""

    title: str
    language: str
    """The interface's language before a reader chooses: `zh` or `en`."""
    url: str | None
    """Where the site will stand, without a slash at the end."""
    audience: Audience


class Renderer:
    """Fills templates for one site."""

    def __init__(self, site: SiteSettings) -> None:
        self.site = site

    def page(self, template: str, path: str, title: str, **values: Any) -> bytes:
        """Fill a template for the page at ``path``, relative to the site's root."""
        values.setdefault("root", Markup(root_of(path)))  # noqa: S704  (only dots and slashes)
        text = _template(template).render(site=self.site, here=url_of(path), title=title, **values)
        return text.encode("utf-8", "replace")

    def unit(
        self, key: str, digest: bytes, path: str, title: str, template: str = "", **values: Any
    ) -> Unit:
        """The unit of the page at ``path``, made of the template of that name if no other."""
        return Unit(
            key, digest, lambda: [(path, self.page(template or path, path, title, **values))]
        )


@cache
def _template(name: str) -> jinja2.Template:
    found = _environment().get_template(name)
    found.globals = dict(found.globals)  # copied for each page: from a plain dict that is quick
    return found


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(template_text), autoescape=True, auto_reload=False,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals.update(
        t=PHRASES, phrase=phrase, noun=noun, badge=badge, csp=escape(POLICY), colour=colour,
        initials=initials, description="",
    )  # fmt: skip
    environment.filters.update(moment=moment, short=short, digits=has_number, xml=xml_text)
    return environment


@lru_cache(maxsize=64)
def badge(status: str) -> Markup:
    """Mark up a case's status."""
    name = re.sub(r"[^a-z_]", "", status)
    return Markup('<span class="badge s-{}">{}</span>').format(name, phrase("status", status))


def moment(value: str) -> str:
    """Write an ISO 8601 moment for people: `2020-04-10 09:30`, no more precise than it was."""
    day, _, time = value.partition("T")
    return f"{day} {time[:5]}".rstrip()


def short(value: str, limit: int = 160) -> str:
    """Put a text in one line of at most ``limit`` characters, cut with an ellipsis."""
    line = " ".join(value[: limit * 4].split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def xml_text(value: str) -> str:
    """Replace the characters that XML 1.0 cannot write."""
    return _NOT_XML.sub("\ufffd", value)


def has_number(value: str) -> bool:
    """Whether a value has five digits or more, so that one may want to copy it."""
    return sum(c.isdigit() for c in value[:200]) >= _DIGITS


@lru_cache(maxsize=1024)
def colour(name: str) -> int:
    """Number of a person's colour, by name alone: the same on every page."""
    return zlib.crc32(name.strip().casefold().encode("utf-8", "replace")) % _COLOURS


@lru_cache(maxsize=1024)
def initials(name: str) -> str:
    """A person's initials: one Han character or up to two letters; `?` where there is neither."""
    words: list[str] = _LATIN.findall(name.removeprefix("XWiki."))
    if not words:
        return (name.strip() or "?")[0]
    if ord(words[0][0]) > 0x2E7F:
        return words[0][0]
    if len(words) > 1 and ord(words[1][0]) <= 0x2E7F:
        return (words[0][0] + words[1][0]).upper()
    return words[0][:2].upper() if words[0].isupper() else words[0][0].upper() + words[0][1:2]
