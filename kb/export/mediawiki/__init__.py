"""The wiki as MediaWiki's XML dump, every revision in wikitext."""

from __future__ import annotations

from pathlib import Path

from kb.archive import Archive
from kb.config import Home
from kb.export.account import known_of
from kb.export.formats import Cases, Options, path_of
from kb.export.layout import Shape
from kb.export.ledger import Ledger
from kb.export.mediawiki.dump import Dump
from kb.files import new_file


def export(home: Home, archive: Archive, store: Cases, dest: str, options: Options) -> Ledger:
    """Write the dump to the file ``dest``."""
    site = home.config.site
    return write_dump(archive, path_of(dest, "a dump"), site.title, site.language)


def write_dump(archive: Archive, path: Path, name: str, language: str) -> Ledger:
    """Write the dump and account for it."""
    known = known_of(archive, Shape())
    ledger = Ledger("mediawiki")
    with new_file(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        pages, revisions = Dump(archive, known, file, ledger).write(name, language)
    ledger.message = (
        f"{pages} page(s), {revisions} revision(s): php maintenance/run.php importDump --uploads"
        f" {path}, then rebuildrecentchanges"
    )
    return ledger
