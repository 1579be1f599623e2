"""Build the static site: internal as it is, public redacted, searched for leaks and approved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import msgspec

from kb.archive import Archive
from kb.cases.store.store import CaseStore
from kb.config import Home
from kb.publish.browser_index.documents import fold_files
from kb.publish.bundle import site_assets
from kb.publish.renderer import SiteSettings
from kb.publish.site_build.leak_check import check as check_leaks
from kb.publish.site_build.site_builder import BuildReport, SiteChanges, build
from kb.redact.material import ArchiveMaterial
from kb.redact.public_material import PublicMaterial
from kb.redact.public_rules import Audience
from kb.text.interface import own_texts

Approve: TypeAlias = Callable[[SiteChanges], None]
"""Called with what a finished public site changes; what it raises keeps the site from its place."""


def build_site(
    home: Home, archive: Archive, store: CaseStore, out: Path, audience: Audience,
    approve: Approve | None = None, *, check: bool = False,
) -> BuildReport:  # fmt: skip
    """Write the site for the audience to ``out``; it changes at once when all is written.

    ``check`` reads every file that is there, to find those that somebody changed.

    InputError where ``out`` holds something else; LeakError, and nothing changed, where a public
    site would hold a protected value.
    """
    material = ArchiveMaterial(archive, store)
    config, state_folder = home.config.site, home.site_state
    url = (config.url or "").rstrip("/") or None
    site = SiteSettings(title=config.title, language=config.language, url=url, audience=audience)
    if audience == "internal":
        return build(material, out, site, state_folder, check=check)
    public = PublicMaterial.of(home, archive, store)
    constant = [path for files in (site_assets(), fold_files()) for path, _ in files]
    texts = [*own_texts(), site.title]

    def guard(staged: Path, changes: SiteChanges) -> None:
        public.check_names()
        check_leaks(staged, public.protected, texts, constant, public.files.approved)
        if approve is not None:
            approve(changes)

    report = build(public, out, site, state_folder, guard, check=check)
    return msgspec.structs.replace(report, held=public.files.held)
