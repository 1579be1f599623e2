"""A source page's versions: the list of them, and their texts for the browser to compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.history import matching_blocks
from kb.publish.browser_index.entry import to_json
from kb.publish.names import history_path, page_path, root_of, url_of, versions_path
from kb.publish.render import Renderer
from kb.redact.material import Leaf


def history_files(leaf: Leaf, title: str, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """The page, and the script where there are two texts or more to compare."""
    versions = list(leaf.versions())
    held = [(v.about.version, v.source) for v in versions if v.source is not None]
    path = history_path(leaf.id)
    root = root_of(path)
    script = versions_path(leaf.id) if len(held) > 1 else None
    yield path, renderer.page(
        "versions.html", path, title, page=leaf.id, page_url=root + url_of(page_path(leaf.id)),
        versions=[v.about for v in reversed(versions)],
        script=root + url_of(script) if script else None,
    )  # fmt: skip
    if script:
        yield script, versions_script(held)


def versions_script(held: Iterable[tuple[str, str]]) -> bytes:
    """A call of `kbV` with all lines that ever were, and each version as what it is made of.

    A version is its name and a list of steps: a number is that line, a pair takes lines from the
    version before (index of the first, how many).
    """
    numbers: dict[str, int] = {}
    rows: list[tuple[str, list[int | tuple[int, int]]]] = []
    before: list[int] = []
    for name, source in held:
        lines = [numbers.setdefault(line, len(numbers)) for line in source.split("\n")]
        rows.append((name, list(_steps(before, lines))))
        before = lines
    return f"kbV({to_json(list(numbers))},{to_json(rows)})\n".encode("utf-8", "replace")


def _steps(before: list[int], lines: list[int]) -> Iterator[int | tuple[int, int]]:
    at = 0
    for block in matching_blocks(before, lines):
        yield from lines[at : block.b]
        yield block.a, block.length
        at = block.b + block.length
    yield from lines[at:]
