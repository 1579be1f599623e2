"""Templates, filled: the one Jinja environment, autoescaping always."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, Literal, TypeAlias

import jinja2
import msgspec
from markupsafe import Markup, escape

from kb.assets import assets
from kb.publish.names import root_of, url_of
from kb.publish.people import colour, initials
from kb.publish.words import PHRASES, WORDS, noun, phrase

Audience: TypeAlias = Literal["internal", "public"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " media-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self';"
    " form-action 'self'; base-uri 'none'"
)
"""Content-Security-Policy of every page: nothing inline, nothing from elsewhere."""

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PHRASE = re.compile(r"\{\{ t\.([a-z_]+) \}\}")
_DIGITS = 5
"""A value with a number at least this long gets a copy button."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What every page says of the site."""

    title: str
    language: str
    """The interface's language before a reader chooses: `zh` or `en`."""
    url: str | None
    """Where the site will stand, without a slash at the end."""
    audience: Audience


class Renderer:
    """Fills templates for one site."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def page(self, template: str, path: str, title: str, **values: Any) -> bytes:
        """The HTML page at ``path`` (relative to the site's root) made of a template."""
        values.setdefault("root", Markup(root_of(path)))  # noqa: S704  (only dots and slashes)
        text = _template(template).render(site=self.site, here=url_of(path), title=title, **values)
        return text.encode("utf-8", "replace")


@cache
def _template(name: str) -> jinja2.Template:
    found = _environment().get_template(name)
    found.globals = dict(found.globals)  # copied for each page: from a plain dict that is quick
    return found


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_source),
        autoescape=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        t=PHRASES,
        phrase=phrase,
        noun=noun,
        badge=badge,
        csp=escape(POLICY),
        colour=colour,
        initials=initials,
    )
    environment.globals["description"] = ""
    environment.filters.update(moment=moment, short=short, digits=has_number, xml=xml_text)
    return environment


def _source(name: str) -> str:
    """A template's text; the interface's words in it are put in once, not for each page."""
    text = (assets("templates") / name).read_text("utf-8")
    return _PHRASE.sub(lambda match: getattr(PHRASES, match[1]), text)


@lru_cache(maxsize=64)
def badge(status: str) -> Markup:
    """What says a case's status."""
    name = re.sub(r"[^a-z_]", "", status)
    return Markup('<span class="badge s-{}">{}</span>').format(name, phrase("status", status))


def moment(value: str) -> str:
    """An ISO 8601 moment for people: `2020-04-10 09:30`, no more precise than it was."""
    day, _, time = value.partition("T")
    return f"{day} {time[:5]}".rstrip()


def short(value: str, limit: int = 160) -> str:
    """The value in one line, cut with an ellipsis where it is long."""
    line = " ".join(value[: limit * 4].split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def xml_text(value: str) -> str:
    """Without the characters that XML 1.0 has no way to write."""
    return _NOT_XML.sub("\ufffd", value)


def has_number(value: str) -> bool:
    """Whether the value is something one copies: five digits or more."""
    return sum(c.isdigit() for c in value[:200]) >= _DIGITS


def own_texts() -> list[str]:
    """All that the interface itself says, in whatever place."""
    names = (item.name for item in assets("templates").iterdir())
    return [_source(name) for name in names] + [text for pair in WORDS.values() for text in pair]
