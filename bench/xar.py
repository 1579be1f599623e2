"""Import of a XAR with history beside its floor: unzip and lxml on every version's XML.

    python bench/xar.py --pages 20000 --revisions 10

CPU time, for the machine may be shared. Blame is told apart. The floor is given the versions'
XML as it stands in the package; it rebuilds, keeps and compares nothing.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from time import process_time

from lxml import etree

from bench.made_xar import write_xar
from importers.base import Options, Source
from importers.xar import Xar
from importers.xar.rebuild import rebuilt
from kb.archive import Archive


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--revisions", type=int, default=10)
    parser.add_argument("--keep", type=Path, help="folder to make the XAR in, or to find it in")
    parser.add_argument("--only", choices=["floor", "import"])
    chosen = parser.parse_args()
    folder = chosen.keep or Path(tempfile.mkdtemp())
    path = folder / f"made-{chosen.pages}-{chosen.revisions}.xar"
    if chosen.only == "floor":
        return floor(path)
    if chosen.only == "import":
        return take_in(path, folder)
    if not path.exists():
        write_xar(path, chosen.pages, chosen.revisions)
    print(f"{chosen.pages} pages, {chosen.pages * chosen.revisions} versions,"
          f" {path.stat().st_size / 1e6:.1f} MB zipped")  # fmt: skip
    for stage in ("floor", "import"):
        command = [sys.executable, __file__, "--only", stage, "--keep", str(folder)]
        command += ["--pages", str(chosen.pages), "--revisions", str(chosen.revisions)]
        subprocess.run(command, check=True)
    return None


def floor(path: Path) -> None:
    """Unzip and parse the package's XML and that of every version in it."""
    parser = etree.XMLParser(huge_tree=True)
    spent = size = 0.0
    versions = 0
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            started = process_time()
            data = package.read(name)
            root = etree.fromstring(data, parser)
            spent += process_time() - started
            size += len(data)
            archive = root.findtext("versions")
            texts = [n.text.encode() for n in rebuilt(archive)[1] if n.text] if archive else []
            started = process_time()
            for text in texts:
                etree.fromstring(text, parser)
            spent += process_time() - started
            size += sum(map(len, texts))
            versions += len(texts)
    rate = f"{versions / spent:8.0f} versions/s  {size / spent / 1e6:7.1f} MB/s"
    print(f"floor   {spent:8.2f} s  {rate}  {peak():5.0f} MB at most")


def take_in(path: Path, folder: Path) -> None:
    """Import it into a new archive."""
    file = folder / "made.db"
    for old in folder.glob("made.db*"):
        old.unlink()
    with Archive(file, create=True) as archive:
        state = archive.source(str(path), "xar")
        started = process_time()
        items = Xar().records(Source(str(path)), Options(), state, archive.blobs)
        report = archive.ingest(state, items)
        spent = process_time() - started
    bare = spent - report.blame_seconds
    rate = f"{report.revisions / bare:8.0f} versions/s  {report.pages / bare:7.0f} pages/s"
    print(f"import  {bare:8.2f} s  {rate}  {peak():5.0f} MB at most")
    rate = f"{report.revisions / report.blame_seconds:8.0f} versions/s"
    print(f"blame   {report.blame_seconds:8.2f} s  {rate}")
    print(f"archive {file.stat().st_size / 1e6:8.1f} MB, {len(report.problems)} problems")


def peak() -> float:
    """MB of memory that this process held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
