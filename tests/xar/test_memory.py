"""What passes through an import without being held: large files, long histories."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.xar.making import jrcs, package_xml, page_xml, xar

measured = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="memory is read from /proc"
)

LIMITED = """
import sys
from pathlib import Path
from importers.base import Options, Source
from importers.xar import Xar
from kb.archive import Archive
with Archive(Path(sys.argv[2]), create=True) as archive:
    state = archive.source("a", "xar")
    source = Source(sys.argv[1])
    report = archive.ingest(state, Xar().records(source, Options(), state, archive.blobs))
    print([p.code for p in report.problems], report.attachments)
status = Path("/proc/self/status").read_text()
print(int(status.partition("VmHWM:")[2].split()[0]) // 1024)
"""


def memory_of_import(path: Path, folder: Path) -> tuple[str, int]:
    """What an import reports, and MB that its process held at most."""
    command = [sys.executable, "-c", LIMITED, str(path), str(folder / "a.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said, peak = done.stdout.splitlines()
    return said, int(peak)


def big(path: Path, mb: int, *, history: bool = False) -> Path:
    """A XAR with one file of that many MB, as base64 in the newest form, or in an archive too."""
    line = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY3" * 1024
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr("package.xml", package_xml("A.Good"))
        with package.open("A/Good.xml", "w", force_zip64=True) as file:
            file.write(page_xml("A.Good").removesuffix("</xwikidoc>\n").encode())
            file.write(b"<attachment><filename>x</filename><version>1.1</version>")
            count = (mb << 20) * 4 // 3 // len(line)
            if history:
                front, _, end = jrcs({"1.1": "<attachment>@</attachment>"}).partition("@@</att")
                file.write(f"<versions>{escape(front)}&lt;content>".encode())
                for _ in range(count):
                    file.write(line)
                file.write(f"&lt;/content>{escape('</att' + end)}</versions>".encode())
            file.write(b"<content>")
            for _ in range(count):
                file.write(line)
            file.write(b"</content></attachment></xwikidoc>")
    return path


@pytest.mark.parametrize("history", [False, True])
@measured
def test_a_large_file_passes_through_little_memory(history: bool, tmp_path: Path) -> None:
    """An attachment of 80 MB takes less than 120 MB, in a history too."""
    said, peak = memory_of_import(big(tmp_path / "a.xar", 80, history=history), tmp_path)
    assert said == "[] 1"
    assert peak < 120


@measured
@pytest.mark.prove
def test_a_file_of_a_gigabyte_passes_through_less_than_200_mb(tmp_path: Path) -> None:
    """An attachment of 1 GB takes less than 200 MB."""
    said, peak = memory_of_import(big(tmp_path / "a.xar", 1024), tmp_path)
    assert said == "[] 1"
    assert peak < 200


@measured
def test_a_long_history_passes_through_little_memory(tmp_path: Path) -> None:
    """A page's history of 24 MB takes less than 150 MB."""
    texts = {
        f"{n}.1": page_xml("A.Good", content=f"{n}\n" + "x y\n" * 20_000) for n in range(300, 0, -1)
    }
    archive = escape(jrcs(texts, full=set(texts)))
    path = xar(tmp_path / "a.xar", {"A.xml": page_xml("A.Good", version="301.1",
               inside=f"<versions>{archive}</versions>")}, listed=["A.Good"])  # fmt: skip
    del texts, archive
    said, peak = memory_of_import(path, tmp_path)
    assert said == "[] 0"
    assert peak < 150
