"""What a server and a browser make of an attached file by its name: an allow-list.

Only names that every server knows, and in which no browser runs anything, are kept as they are. All
others are served as text or as bytes to be saved. Apache looks at each ending of a name, not only
at the last one (mod_mime: `x.shtml.txt`, `x.php.jpg`), and sends what it does not know without a
type, so that a browser guesses; nginx is often told to run whatever has `.php` in its path.
"""

from __future__ import annotations

import mimetypes
from typing import Final

PICTURES: Final = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "bmp": "image/bmp",
}  # fmt: skip
"""Ending → type of pictures in which browsers run no code."""
SHOWN: Final = PICTURES | {
    "txt": "text/plain; charset=utf-8", "pdf": "application/pdf", "mp3": "audio/mpeg",
    "wav": "audio/x-wav", "mp4": "video/mp4", "webm": "video/webm",
}  # fmt: skip
"""What a browser shows."""
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
SAVED: Final = {
    "zip": "application/zip", "7z": "application/x-7z-compressed", "rar": "application/vnd.rar",
    "tar": "application/x-tar", "csv": "text/csv; charset=utf-8", "tif": "image/tiff",
    "tiff": "image/tiff", "doc": "application/msword", "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint", "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet", "pptx": f"{_OFFICE}presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text", "avi": "video/x-msvideo",
    "ods": "application/vnd.oasis.opendocument.spreadsheet", "mov": "video/quicktime",
    "odp": "application/vnd.oasis.opendocument.presentation", "bin": "application/octet-stream",
}  # fmt: skip
"""What a browser saves, or shows by a program outside."""
KEPT: Final = SHOWN | SAVED
_PROGRAMS: Final = frozenset({
    "asp", "aspx", "bat", "c", "cfg", "cgi", "cmd", "conf", "cpp", "cs", "css", "diff", "env",
    "err", "go", "h", "htm", "html", "ini", "java", "js", "json", "jsp", "jspx", "log", "lua",
    "md", "mht", "mhtml", "mjs", "out", "patch", "php", "phtml", "pl", "properties", "ps1", "py",
    "rb", "rdf", "rs", "sh", "shtml", "sql", "svg", "tex", "toml", "ts", "tsv", "vbs", "wsdl",
    "xht", "xhtml", "xml", "xpdl", "xsd", "xsl", "xslt", "yaml", "yml",
})  # fmt: skip
"""Endings of texts that are shown as text, whatever they would do elsewhere."""


def type_of(name: str) -> str:
    """The type under which the last ending of a file of the site is served."""
    kept = KEPT.get(name.rpartition(".")[2].lower())
    return kept or mimetypes.guess_type(name)[0] or KEPT["bin"]


def is_kept(ending: str) -> bool:
    """Whether a name may have that ending, at its end or before others."""
    return ending.lower() in KEPT or (ending.isascii() and ending.isdigit())


def is_text(ending: str) -> bool:
    """Whether what has that ending, or none, can be read as text."""
    return not ending or ending.lower() in _PROGRAMS
