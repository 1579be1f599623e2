"""Targets: files of strangers, each by the entry of its importer, and the user's own files."""

from __future__ import annotations

import hashlib
import io
import shutil
import zlib
from contextlib import suppress
from pathlib import Path

from importers.base import Options, Source, importer_for, importer_named
from importers.markdown.memory import MARK, OBJECTS, memory_path
from importers.markdown.restore import to_source
from importers.xar.attachment_versions import decoded
from importers.xar.rcs_script import apply_script, patched, script_between
from importers.xar.rebuild import rebuilt
from importers.xar.xml_errors import BadXmlError
from kb.cases.profile.profile import parse_profile
from kb.cases.reader.profile_selection import grammar_of
from kb.cases.store.corrections import FILE, load_corrections
from kb.config import load_config
from kb.frontmatter import fact_moment, fact_text, fact_texts, read_front_matter
from kb.redact.public_rules import rules_of
from kb.verify import DigestSink, NothingKnown

from .target import check_storable, folder, parts, text_of


def _import(format_name: str, path: Path) -> None:
    importer = importer_named(format_name)
    options = Options(timezone="Asia/Shanghai")
    source = Source(str(path))
    importer.recognises(source)
    check_storable(importer.records(source, options, NothingKnown(), DigestSink()))


def _file(name: str, data: bytes) -> Path:
    path = folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def xar(data: bytes) -> None:
    """A XAR as it comes."""
    _import("xar", _file("some.xar", data))


def tar(data: bytes) -> None:
    """A tar of page XML, packed or not."""
    _import("xar", _file("some.tar", data))


def page_xml(data: bytes) -> None:
    """A page's XML, with history and attachments."""
    _import("xar", _file("page.xml", data))


def blame_text(data: bytes) -> None:
    """Text copied from the code viewer."""
    _import("blame-text", _file("dump.txt", data))


def saved_view(data: bytes) -> None:
    """A page saved from a browser."""
    _import("viewer-html", _file("saved.html", data))


def any_file(data: bytes) -> None:
    """A file of which nothing is known: some importer may take it."""
    importer_for(Source(str(_file("unknown", data))))


def markdown_tree(data: bytes) -> None:
    """An exported tree: a page, its memory, what is known of the tree."""
    page, memory, tree, objects = parts(data, 4)[:4]
    _file("tree/A/B.md", page)
    _file(f"tree/{memory_path('A/B.md')}", memory)
    _file(f"tree/{MARK}", tree)
    _file(f"tree/{OBJECTS}/A/B.json", objects)
    _import("markdown", folder() / "tree")


def git_history(data: bytes) -> None:
    """A folder's own repository: HEAD, config, a commit, its tree, its file, a pack and its index.

    TREE and BLOB stand for the ids of what the input has.
    """
    head, config, commit, tree, blob, pack, index = parts(data, 7)[:7]
    shutil.rmtree(folder() / "cloned", ignore_errors=True)
    file_id = _loose(b"blob", blob)
    tree_id = _loose(b"tree", tree.replace(b"BLOB", bytes.fromhex(file_id)))
    commit_id = _loose(b"commit", commit.replace(b"TREE", tree_id.encode()))
    git = {
        "HEAD": head, "config": config, "refs/heads/main": commit_id.encode(),
        "objects/pack/pack-1.pack": pack, "objects/pack/pack-1.idx": index,
    }  # fmt: skip
    for name, content in git.items():
        if content:
            _file(f"cloned/.git/{name}", content)
    _file("cloned/a.md", b"new")
    _import("markdown", folder() / "cloned")


def _loose(kind: bytes, content: bytes) -> str:
    whole = b"%s %d\0%s" % (kind, len(content), content)
    name = hashlib.sha1(whole).hexdigest()
    _file(f"cloned/.git/objects/{name[:2]}/{name[2:]}", zlib.compress(whole))
    return name


def markdown_source(data: bytes) -> None:
    """Markdown that becomes XWiki source."""
    to_source(text_of(data), lambda _: None)


def front_matter(data: bytes) -> None:
    """Facts before a text; what they are not is left in the text."""
    found = read_front_matter(text_of(data))
    for value in found.facts.values():
        fact_text(value), fact_texts(value), fact_moment(value)


def profile(data: bytes) -> None:
    """A profile in TOML."""
    grammar_of([parse_profile(text_of(data), "ours.toml")])


def kb_toml(data: bytes) -> None:
    """A home's kb.toml."""
    rules_of(load_config(_file("kb.toml", data)).public)


def corrections(data: bytes) -> None:
    """A home's corrections."""
    load_corrections(_file(FILE, data).parent)


def jrcs(data: bytes) -> None:
    """A history as an RCS archive, whole and in pieces."""
    text = text_of(data)
    with suppress(BadXmlError):
        list(rebuilt(text)[1])
    with suppress(BadXmlError):
        list(rebuilt(text[at : at + 7] for at in range(0, len(text), 7))[1])


def delta(data: bytes) -> None:
    """Base64, and scripts that make one version of another: what one makes, the other undoes."""
    newer, older = map(text_of, parts(data, 2)[:2])
    with suppress(BadXmlError):
        b"".join(decoded(iter([newer[:99], newer[99:]])))
    with suppress(BadXmlError):
        apply_script(newer, older)
    with suppress(BadXmlError):
        patched(io.BytesIO(newer.encode()), io.BytesIO(older.encode())).read()
    script = script_between(newer, older)
    assert script is None or apply_script(newer, script) == older
