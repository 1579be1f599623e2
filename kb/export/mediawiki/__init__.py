"""The wiki as MediaWiki's XML dump, every revision in wikitext."""

from __future__ import annotations

from pathlib import Path

from kb.archive import Archive
from kb.cases.store import CaseStore
from kb.config import Home
from kb.export.formats import Options
from kb.export.layout import Layout, Shape
from kb.export.markdown.links import Known
from kb.export.mediawiki.dump import Dump
from kb.export.place import new_file, path_of


def export(home: Home, archive: Archive, store: CaseStore, dest: str, options: Options) -> str:
    """Write the dump to the file ``dest``."""
    site = home.config.site
    pages, revisions = write_dump(archive, path_of(dest, "a dump"), site.title, site.language)
    return (
        f"{pages} page(s), {revisions} revision(s): php maintenance/run.php importDump --uploads"
        f" {dest}, then rebuildrecentchanges"
    )


def write_dump(archive: Archive, path: Path, name: str, language: str) -> tuple[int, int]:
    """Write the dump; how many pages and revisions it has."""
    files = {
        view.id: frozenset(file.name for file in view.attachments if file.sha256)
        for view in archive.pages()
        if not view.gone
    }
    main_wiki = next((page.wiki for page in files), "")
    known = Known(Layout(Shape(), main_wiki), files)
    with new_file(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        return Dump(archive, known, main_wiki, file).write(name, language)
