"""The bytes of a page's XML as the archive keeps them: attached files held once, not twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from importers.xar.files import Held

_SMALL = 1 << 12
"""Base64 shorter than this stays where it is."""


def cut(chunks: Iterable[bytes], files: Iterable[Held]) -> Iterator[bytes]:
    r"""The XML with each large file's base64 replaced by `<?kb sha256="…"?>`.

    All else is byte for byte as it came; the bytes left out are in the archive under that digest.
    """
    spans = sorted((f.span, f.sha256) for f in files if f.span and f.sha256)
    cuts = [(*span, sha256) for span, sha256 in spans if span[1] - span[0] > _SMALL]
    if not cuts:
        yield from chunks
        return
    at = 0
    for chunk in chunks:
        yield from _kept(chunk, at, cuts)
        at += len(chunk)


def _kept(chunk: bytes, at: int, cuts: list[tuple[int, int, str]]) -> Iterator[bytes]:
    """What is kept of a chunk that begins at byte ``at``; ``cuts`` are used up from the front."""
    here, end = at, at + len(chunk)
    while cuts and cuts[0][0] < end:
        start, stop, sha256 = cuts[0]
        if start >= here:
            yield chunk[here - at : start - at]
            yield f'<content><?kb sha256="{sha256}"?>'.encode()
        here = stop
        if stop > end:
            return
        cuts.pop(0)
    yield chunk[max(here - at, 0) :]
