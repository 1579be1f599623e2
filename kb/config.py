"""kb.toml, validated, and the home folder that it stands in."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import msgspec

from kb.errors import InputError, UsageError
from kb.files import is_writable, make_folder, write_new
from kb.options import Choice
from kb.toml_records import read_toml


class SourceConfig(Choice, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `[[source]]` table: where `kb sync` imports from, and what of it."""

    location: str
    format: str | None = None


class WikiConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[wiki]`: facts about the wiki that its pages do not tell."""

    name: str = "xwiki"
    timezone: str | None = None
    """IANA zone of the dates that the wiki's viewers print."""


class CasesConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[cases]`: which profiles make cases of which pages."""

    profiles: tuple[str, ...] = ()
    """Names of shipped profiles or paths of TOML files; empty: the two after-sales ones."""
    pages: dict[str, tuple[str, ...]] = {}
    """Glob on page references → profiles for these pages."""


class SearchConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[search]`: the engine."""

    backend: str = "tantivy"
    url: str | None = None
    settings: dict[str, str] = {}
    revisions: bool = False
    """Whether `kb search --old` finds what earlier versions said."""


class SiteConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[site]`: what `kb build` writes."""

    title: str = "Casebook"
    language: str = "zh"
    url: str | None = None
    """Where the site will stand; feeds and sitemaps need it."""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of kb.toml; every key has a default, so that no file is needed."""

    wiki: WikiConfig = WikiConfig()
    source: tuple[SourceConfig, ...] = ()
    cases: CasesConfig = CasesConfig()
    search: SearchConfig = SearchConfig()
    site: SiteConfig = SiteConfig()
    public: dict[str, Any] = {}
    """Rules of redaction, read by kb.redact.public_rules."""


class Home(msgspec.Struct, frozen=True):
    """A folder with its kb.toml and the working data under `.kb/`."""

    root: Path
    config: Config

    @property
    def archive(self) -> Path:
        """The archive's file."""
        return self.root / ".kb" / "archive.db"

    @property
    def derived(self) -> Path:
        """Folder of what is made of the archive: `.kb`, or a cache of the user's own.

        That is where a home that can only be read has its records, index and sites.
        """
        data = self.archive.parent
        if is_writable(data):
            return data
        cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        name = hashlib.sha256(os.fsencode(os.path.realpath(data))).hexdigest()[:16]
        return Path(cache).expanduser() / "casebook" / name

    @property
    def cases(self) -> Path:
        """The case records, derived from the archive."""
        return self.derived / "cases.db"

    @property
    def index(self) -> Path:
        """Folder of the search index, derived from archive and cases."""
        return self.derived / "index"

    @property
    def site_state(self) -> Path:
        """Folder of what builds of sites remember."""
        return self.derived / "site"

    @property
    def build(self) -> Path:
        """Folder of generated sites."""
        return (self.root if self.derived == self.archive.parent else self.derived) / "build"


def load_config(path: Path) -> Config:
    """Read kb.toml. InputError names the file and the key that is wrong."""
    return read_toml(path, Config, "`kb init` writes one with comments")


def find_home(explicit: Path | None = None) -> Home:
    """The home to work in: ``explicit``, else the nearest kb.toml upwards, else here."""
    if explicit is not None:
        if explicit.exists() and not explicit.is_dir():
            raise InputError(f"{explicit}: not a folder")
        root = explicit
    else:
        here = Path.cwd()
        root = next((f for f in (here, *here.parents) if (f / "kb.toml").is_file()), here)
        if root != here and not _is_trusted(root / "kb.toml"):
            raise InputError(
                f"{root / 'kb.toml'}: settings of another user, above this folder",
                hint=f"--home {here} works here without them, --home {root} with them",
            )
    file = root / "kb.toml"
    return Home(root, load_config(file) if file.is_file() else Config())


def _is_trusted(file: Path) -> bool:
    """Whether it is this user's or the machine's: another's could send our texts elsewhere."""
    return not hasattr(os, "getuid") or file.stat().st_uid in (os.getuid(), 0)


def write_config(folder: Path) -> Path:
    """Write a kb.toml with comments into the folder, made where it is missing; the file.

    UsageError where there is one.
    """
    target = folder / "kb.toml"
    make_folder(folder)
    if not write_new(target, _TEMPLATE.encode()):
        raise UsageError(f"{target} exists", hint="edit it, or remove it first")
    return target


_TEMPLATE = """\
# Settings of this casebook. Every key is optional; `kb --help` lists the commands.

[wiki]
name = "xwiki"                  # what the archive calls the wiki
# timezone = "Asia/Shanghai"    # zone of the dates that its pages print without one

# What `kb sync` imports; repeat the table for more sources.
# [[source]]
# location = "https://wiki.example.org/bin/view/Support/"   # or a file, a folder, a .xar
# spaces = ["Support.*"]
# user = "reader"
# password_env = "WIKI_PASSWORD"                            # never the password itself

[cases]
# profiles = ["after-sales-zh", "after-sales-en"]           # names, or paths of TOML files

[search]
# backend = "tantivy"           # or whoosh, opensearch (with url = "https://…")
# revisions = true              # kb search --old finds what pages once said

[site]
title = "Casebook"
language = "zh"                 # the site's first language: zh or en
# url = "https://cases.example.org/"

[public]                        # of --audience public; docs/site.md has all keys
# open = ["Support.Cases.*"]    # pages that may be public, whatever the wiki's rights say
# exclude = ["Support.Staff.*"] # pages that stay inside
"""
