"""Check the archive by itself: the database's own checks, every digest computed anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from kb.archive import Archive
from kb.archive.merge import hash_of


def check(archive: Archive) -> Iterator[str]:
    """What is wrong with the archive, one line each; nothing where it is whole."""
    yield from archive.damage()
    for sha256 in archive.blob_digests():
        digest = hashlib.sha256()
        try:
            for chunk in archive.blobs.chunks(sha256):
                digest.update(chunk)
        except Exception as error:  # whatever a damaged file makes of it
            yield f"bytes {sha256[:12]}: cannot be read: {error}"
            continue
        if digest.hexdigest() != sha256:
            yield f"bytes {sha256[:12]}: damaged: they have another digest"
    for key, page, _ in archive.digests():
        where = f"{page.page} {page.locale}".strip()
        for version, stored in archive.text_digests(key):
            try:
                text = archive.content(key, version)
            except Exception as error:  # whatever a damaged file makes of it
                yield f"{where} {version}: cannot be read: {error}"
                continue
            if text is None or hash_of(text.encode()) != stored:
                yield f"{where} {version}: damaged: its text has another digest"
