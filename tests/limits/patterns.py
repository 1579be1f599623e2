"""Lists every regular expression of ours, with how it is used: `python -m tests.limits.patterns`.

Patterns are recorded as they are compiled, while all modules are imported and the demo's pages go
through what is done with them; those that were not are taken as the code writes them out.
"""

from __future__ import annotations

import ast
import base64
import importlib
import json
import pkgutil
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kb.cases.lines.display import PREFIX

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = (
    "compile",
    "sub",
    "subn",
    "match",
    "search",
    "fullmatch",
    "findall",
    "finditer",
    "split",
)

LOCAL = "a local name"


class Use(NamedTuple):
    """A pattern and where it is compiled; ``ways`` are the methods that are called on it."""

    where: str
    pattern: str
    flags: int
    is_bytes: bool
    ways: tuple[str, ...]

    @property
    def compiled(self) -> re.Pattern[Any]:
        """The pattern, as bytes where it is one of bytes."""
        source = self.pattern.encode("latin-1") if self.is_bytes else self.pattern
        return re.compile(source, self.flags)


def sources() -> dict[str, ast.Module]:
    """The trees of all our modules by path below the root."""
    paths = sorted([*(ROOT / "kb").rglob("*.py"), *(ROOT / "importers").rglob("*.py")])
    return {str(p.relative_to(ROOT)): ast.parse(p.read_text("utf-8")) for p in paths}


def calls(tree: ast.Module) -> list[ast.Call]:
    """The calls of functions of `re` that take a pattern."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in FUNCTIONS
    ]


def ways_by_name(trees: dict[str, ast.Module]) -> dict[tuple[str, str], set[str]]:
    """(file, or "" for all; name) → methods called on what has that name.

    (folder; LOCAL) stands for all names in small letters: patterns come to them by calls.
    """
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute) or node.attr not in FUNCTIONS:
                continue
            owner = node.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            folder = path.rpartition("/")[0]
            local = [(path, LOCAL), (folder, LOCAL)] if _is_local(name) else []
            for key in ((path, name), ("", name), *local):
                found[key].add(node.attr)
    used: dict[str, set[str]] = defaultdict(set)
    for node in (node for tree in trees.values() for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef):
            used[node.name] |= _methods(node)
    for path, tree in trees.items():
        for name, user in _handed_on(tree):
            for key in ((path, name), ("", name)):
                found[key] |= used[user] if isinstance(user, str) else _methods(user)
    return found


def _methods(part: ast.AST) -> set[str]:
    """Methods of patterns that a part of a program calls on local names."""
    return {
        node.attr
        for node in ast.walk(part)
        if isinstance(node, ast.Attribute)
        and node.attr in FUNCTIONS
        and _is_local(getattr(node.value, "id", "X"))
    }


def _handed_on(tree: ast.Module) -> Iterator[tuple[str, str | ast.For]]:
    """Yield constants that a function is given or a loop goes through, and which that is."""
    for node in ast.walk(tree):
        user: str | ast.For = ""
        given: Sequence[ast.AST] = ()
        if isinstance(node, ast.Call):
            user, given = getattr(node.func, "id", getattr(node.func, "attr", "")), node.args
        elif isinstance(node, ast.FunctionDef):
            user, given = node.name, node.args.defaults
        elif isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple):
            user, given = node, node.iter.elts
        names = (getattr(one, "id", getattr(one, "attr", "")) for one in given)
        yield from ((name, user) for name in names if name.isupper())


def _is_local(name: str) -> bool:
    return name.islower() and not name.startswith("_") and name != "re"


def names_at(tree: ast.Module) -> dict[int, str]:
    """Line → name that the statement on it gives a value to."""
    found: dict[int, str] = {}
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if not isinstance(node, ast.Assign | ast.AnnAssign) or len(targets) != 1:
            continue
        name = getattr(targets[0], "id", None) or getattr(targets[0], "attr", None)
        if name:
            found |= dict.fromkeys(range(node.lineno, (node.end_lineno or 0) + 1), name)
    return found


class Recorder:
    """Records what is compiled, by the place in our code that asks for it."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, int, str | bytes, int], None] = {}
        self.places: set[tuple[str, int]] = set()
        self._compile = re._compile  # type: ignore[attr-defined]

    def __call__(self, pattern: Any, flags: Any) -> Any:
        frame = sys._getframe(1)
        while frame.f_code.co_filename == re.__file__ and frame.f_back:
            frame = frame.f_back
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and isinstance(pattern, str | bytes):
            name, made = str(path.relative_to(ROOT)), self._compile(pattern, flags)
            self.seen[name, frame.f_lineno, pattern, made.flags] = None
            self.places.add((name, frame.f_lineno))
        return self._compile(pattern, flags)


def import_all() -> None:
    """Import every module of ours."""
    for room in ("kb", "importers"):
        package = importlib.import_module(room)
        for one in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not one.name.endswith("__main__") and not one.name.startswith("kb.testing"):
                importlib.import_module(one.name)


def exercise(folder: Path) -> None:
    """Take the demo's pages through what builds patterns while it runs: profiles, search, sites."""
    import kb
    from kb.cases.profile.profile import shipped_profiles

    (folder / "kb.toml").write_text(
        f"[cases]\nprofiles = {json.dumps(shipped_profiles())}\n", "utf-8"
    )
    with kb.open(folder, create=True) as library:
        for dump in sorted((ROOT / "demo").glob("*.txt")):
            library.import_(dump)
        list(library.cases())
        library.search("speaker:令* 退款 *6730")
        library.learn_profile("*", name="learned")
        library.build(folder / "site", audience="internal")
        library.build(folder / "public", audience="public", approve=lambda _: None)


def uses() -> list[Use]:
    """Every pattern of ours: those that were compiled, and those that calls write out."""
    recorder = Recorder()
    re._compile = recorder  # type: ignore[attr-defined]
    import_all()
    with tempfile.TemporaryDirectory() as folder:
        exercise(Path(folder))
    trees = sources()
    by_name, lines = ways_by_name(trees), {path: names_at(tree) for path, tree in trees.items()}
    direct = {
        (path, line): call.func.attr  # type: ignore[attr-defined]
        for path, tree in trees.items()
        for call in calls(tree)
        for line in range(call.lineno, (call.end_lineno or 0) + 1)
    }
    checked = {path: _only_checked(tree) for path, tree in trees.items()}
    found = []
    for path, line, pattern, flags in recorder.seen:
        if line in checked.get(path, ()):
            continue
        name = lines.get(path, {}).get(line, "")
        ways = {direct.get((path, line), "compile")}
        if "compile" in ways:
            ways = by_name.get((path, name), set()) if name else set()
            if name and not name.startswith("_"):
                ways = ways | by_name.get(("", name), set())
            folder = path.rpartition("/")[0]
            ways = ways or by_name.get((path, LOCAL), set()) - {"split", "sub"}
            ways = ways or by_name.get((folder, LOCAL), set()) - {"split", "sub"}
        if pattern == PREFIX or str(pattern).startswith(PREFIX):  # at the beginning of a line only
            ways = {"match"}
        text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
        found.append(
            Use(f"{path}:{line}", text, flags, isinstance(pattern, bytes),
                tuple(sorted(ways - {"compile"})) or ("match", "finditer"))
        )  # fmt: skip
    return found + [
        Use(f"{path}:{call.lineno}", *_written(call), (_way(call),))
        for path, tree in trees.items()
        for call in calls(tree)
        if not path.startswith("kb/testing/")
        and not recorder.places
        & {(path, n) for n in range(call.lineno, (call.end_lineno or 0) + 1)}
    ]


def _way(call: ast.Call) -> str:
    way = getattr(call.func, "attr", "")
    return "search" if way == "compile" else way


def _only_checked(tree: ast.Module) -> set[int]:
    """Lines on which a pattern is compiled to see whether it is one, and is not used."""
    return {node.lineno for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _written(call: ast.Call) -> tuple[str, int, bool]:
    """The pattern as the call writes it out, an `x` for each value that is put into it."""
    given = call.args[0]
    if isinstance(given, ast.JoinedStr):
        parts = [str(p.value) if isinstance(p, ast.Constant) else "x" for p in given.values]
        return "".join(parts), 0, False
    if not isinstance(given, ast.Constant):
        # a list of globs or of words out of kb.toml, or of one of ours: no text of others
        return "x", 0, False
    value = given.value
    is_bytes = isinstance(value, bytes)
    return value.decode("latin-1") if isinstance(value, bytes) else str(value), 0, is_bytes


if __name__ == "__main__":
    encoded = json.dumps([use._asdict() for use in uses()]).encode()
    print(base64.b64encode(encoded).decode())
