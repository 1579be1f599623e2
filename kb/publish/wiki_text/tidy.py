"""Change rendered wiki text to what the HTML standard demands, where authors wrote it otherwise.

Works on what the sanitiser wrote: every element closed, every attribute in double quotes, every
row in a group. Sources: the HTML Living Standard (headings, dl, img, tables), the URL Standard.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import quote

_INSIDE: Final = r'(?:[^"<>]++|"[^"]*")*+'
_HEADING = re.compile(rf"<(/?)h([1-6])(?=[ >])({_INSIDE})>")
_NO_TERM = re.compile(rf"(<dl{_INSIDE}>\s*)(?=<dd)")
_NO_DESCRIPTION = re.compile(r"(</dt>\s*)(?=</dl>)")
_LINKING = re.compile(rf"<(a|img|q|blockquote|del|ins)(?=[ >])({_INSIDE})>")
_REL = re.compile(r' rel="[^"]*"')
_EMPTY_ROW = re.compile(rf"<tr{_INSIDE}>\s*</tr>\s*")
_OF_ROWS = re.compile(rf"<(/?)(thead|tbody|tfoot|tr|t[dh])(?=[ >])({_INSIDE})>")
_ROWSPAN = re.compile(r' rowspan="([^"]*)"')
_LINK = re.compile(r' (href|src|cite)="([^"]*)"')
_GOOD = re.compile(
    r"(?:https?://[a-z0-9][a-z0-9\-]*(?:\.[a-z0-9\-]++)++)?[\w./?=~@!$'*+,;\-&]*(?:#[\w.\-]*)?"
)
_PARTS = re.compile(r"((?:https?|ftps?|sftp|ssh|git):)(//)?(?:([^/?#]*)@)?([^/?#]*)(.*)", re.DOTALL)
_LABEL: Final = r"[^\s\[\]<>|\\^`{}%:@.$]+"
_HOST = re.compile(rf"(?:\[[0-9a-fA-F:.]+\]|{_LABEL}(?:\.{_LABEL})*\.?)(?::[0-9]{{1,4}})?")
_UNSAFE = re.compile(r"%(?![0-9a-fA-F]{2})|&lt;|&gt;|[\s\[\]<>|\\^`{}]")
NOWHERE: Final = ' class="wiki-nowhere" role="link" aria-disabled="true"'
"""What marks a link that leads nowhere, in the place of its URL."""
_TOP: Final = 3
"""The level of a text's first heading: the page and its parts have those above."""


def tidy(html: str) -> str:
    """Let headings skip no level, make lists and tables whole, encode URLs."""
    if "<h" in html:
        html = _outlined(html)
    if "<dl" in html:
        html = _NO_DESCRIPTION.sub(r"\1<dd></dd>", _NO_TERM.sub(r"\1<dt></dt>", html))
    if "<tr" in html:
        html = _EMPTY_ROW.sub("", html)
    if "rowspan=" in html:
        html = _with_whole_groups(html)
    return _LINKING.sub(_linked, html)


def _outlined(html: str) -> str:
    """Put each heading at most one level below the one before it."""
    pieces: list[str] = []
    at, level = 0, _TOP - 1
    for match in _HEADING.finditer(html):
        if not match[1]:
            level = max(_TOP, min(int(match[2]), level + 1))
        pieces += (html[at : match.start()], f"<{match[1]}h{level}{match[3]}>")
        at = match.end()
    return "".join(pieces) + html[at:]


def _linked(match: re.Match[str]) -> str:
    """Set a tag's URLs right; an image has a source and a text in its place, or goes."""
    name = match[1]
    inside = _LINK.sub(_with_good_url, match[2])
    if name == "img":
        if " src=" not in inside:
            return ""
        inside = inside if " alt=" in inside else f' alt=""{inside}'
    elif name == "a" and " href=" not in inside:
        inside = _REL.sub("", inside)
    return f"<{name}{inside}>"


class _SpanningCell(NamedTuple):
    """A cell that spans rows: its row in the group, where in the HTML it says so."""

    row: int
    span: re.Match[str]
    start: int


def _with_whole_groups(html: str) -> str:
    """Let no cell reach beyond the rows of its group."""
    edits: list[tuple[int, int, str]] = []
    groups: list[tuple[int, list[_SpanningCell]]] = []
    for match in _OF_ROWS.finditer(html):
        closes, name, inside = match.groups()
        if name in ("thead", "tbody", "tfoot"):
            if not closes:
                groups.append((0, []))
            elif groups:
                edits += _clipped(*groups.pop())
        elif groups and not closes and name == "tr":
            groups[-1] = (groups[-1][0] + 1, groups[-1][1])
        elif groups and not closes and (span := _ROWSPAN.search(inside)):
            groups[-1][1].append(_SpanningCell(groups[-1][0], span, match.start(3)))
    pieces: list[str] = []
    at = 0
    for start, end, text in sorted(edits):
        pieces += (html[at:start], text)
        at = end
    return "".join(pieces) + html[at:]


def _clipped(rows: int, cells: list[_SpanningCell]) -> list[tuple[int, int, str]]:
    """Return edits (from, to, text) of the cells that span more rows than there are."""
    found = []
    for cell in cells:
        left, said = rows - cell.row + 1, cell.span[1]
        if not (said.isascii() and said.isdecimal() and 1 <= int(said[:6]) <= left):
            start = cell.start + cell.span.start()
            found.append((start, start + len(cell.span[0]), f' rowspan="{left}"'))
    return found


def _with_good_url(match: re.Match[str]) -> str:
    """Set an attribute's URL right; leave the attribute out where that is not possible."""
    name, url = match.groups()
    if _GOOD.fullmatch(url):
        return match[0]
    parts = _PARTS.fullmatch(url)
    if parts is None:
        return f' {name}="{_encoded(url)}"'
    scheme, slashes, _, host, rest = parts.groups()
    if not slashes or not _HOST.fullmatch(host):
        return NOWHERE if name == "href" else ""
    return f' {name}="{scheme}//{host}{_encoded(rest)}"'


def _encoded(rest: str) -> str:
    """Percent-encode in a path, query and fragment what no URL may hold."""
    before, sign, fragment = rest.partition("#")
    return _quoted(before) + sign + _quoted(fragment).replace("#", "%23")


def _quoted(text: str) -> str:
    return _UNSAFE.sub(lambda m: quote(m[0].replace("&lt;", "<").replace("&gt;", ">")), text)
