"""The site's style and scripts as readers get them: modules joined to classic scripts, minified.

The sources in site/ are ES modules. A browser loads those from a server only, but the site must
open from a folder too: so each script that a page loads is an entry with all that it imports, in
one function. The modules keep to what that needs, and `joined` refuses all else: an import names
what it takes and renames nothing (``import { a, b } from "./c.js";``), ``export`` stands before a
declaration, names at the top of modules that come together differ, and imports do not go round.
Besides, no template in backticks stands inside another, which rjsmin does not know.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import rcssmin
import rjsmin

from kb.assets import assets

_ALONE = ("ui.js", "compare/compare.js", "results/results.js", "worker.js")
"""Entries of scripts that share nothing with others."""
_SEARCH = "search/engine.js"
_ADVANCED = "advanced/advanced.js"
"""Loaded when a query needs it, behind the search: takes that one's modules from `_SHARED`."""
_SHARED = "self.kbShared"
_STYLES = ("site.css", "print.css")
"""Joined into one, so that a page asks for one."""

_IMPORT = re.compile(r'^import \{([^{}]*+)\} from "(\.[^"]*)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|(?:async )?function|class) )", re.MULTILINE)
_REFUSED = re.compile(r"^(?:import|export)\b.*|\bimport\(.*", re.MULTILINE)
"""What is left of an import or export where it was written in another way."""
_TOP = re.compile(r"^(?:const|let|(?:async )?function|class) (\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """An entry and what it imports."""

    modules: tuple[str, ...]
    """Paths under site/, each after those that it imports."""
    code: str
    """Their sources one after the other, without imports and exports."""
    taken: tuple[str, ...]
    """Names imported from modules that are in another script."""


def site_assets() -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each file in `assets/`."""
    style = "".join(map(_source, _STYLES))
    yield "assets/site.css", rcssmin.cssmin(style).encode()
    for entry in _ALONE:
        yield f"assets/{posixpath.basename(entry)}", _script(joined(entry).code)
    search = joined(_SEARCH)
    advanced = joined(_ADVANCED, elsewhere=search.modules)
    names = ", ".join(advanced.taken)
    yield "assets/search.js", _script(f"{search.code}{_SHARED} = {{ {names} }};\n")
    yield "assets/advanced.js", _script(f"const {{ {names} }} = {_SHARED};\n{advanced.code}")


def joined(entry: str, *, elsewhere: Collection[str] = ()) -> Joined:
    """Join the modules that ``entry`` needs and that are not ``elsewhere``.

    ValueError: a module is written in a way that cannot be joined.
    """
    sources: dict[str, str] = {}
    taken: set[str] = set()

    def add(path: str, importers: tuple[str, ...]) -> None:
        if path in importers:
            raise ValueError(f"imports go round: {' → '.join((*importers, path))}")
        source = _source(path)
        for target, names in reversed([*_imports(path, source)]):  # gzip likes this order better
            if target in elsewhere:
                taken.update(names)
            elif target not in sources:
                add(target, (*importers, path))
        sources[path] = _EXPORT.sub("", _IMPORT.sub("", source))
        if refused := _REFUSED.search(sources[path]):
            raise ValueError(f"site/{path}: cannot be joined: {refused[0]}")

    add(entry, ())
    code = "".join(sources.values())
    names = Counter([*_TOP.findall(code), *taken])
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise ValueError(f"{entry}: declared in two of its modules: {', '.join(twice)}")
    return Joined(modules=tuple(sources), code=code, taken=tuple(sorted(taken)))


def _imports(path: str, source: str) -> Iterator[tuple[str, list[str]]]:
    """Path of each module that is imported, and the names that are taken from it."""
    for inside, relative in _IMPORT.findall(source):
        if re.search(r"\bas\b", inside):
            raise ValueError(f"site/{path}: an import renames what it takes: {inside.strip()}")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))
        yield target, re.findall(r"\w+", inside)


def _source(path: str) -> str:
    return (assets("site") / path).read_text("utf-8")


def _script(code: str) -> bytes:
    script: str = rjsmin.jsmin(f'(() => {{\n"use strict";\n{code}}})();\n')
    return f"{script}\n".encode()
