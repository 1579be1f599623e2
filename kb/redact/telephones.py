"""Telephone numbers by their form, whoever's they are: mobile, landline, hotline, abroad."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_GAP: Final = r"[ \t\u3000\-._·()*/]{0,2}"
"""What people write between the groups of a number; texts are folded."""
_CODE: Final = "0(?:10|2[0-9]|[3-9][0-9]{2})"
"""Area codes: of three digits those of the largest cities, of four all others."""
_NO_DIGIT: Final = r"(?![0-9])"
_FORMS: Final = re.compile(
    rf"(?<![0-9])(?:(?:\+|00)?86{_GAP})?(?P<mobile>1{_GAP}[3-9](?:{_GAP}[0-9]){{9}}){_NO_DIGIT}"
    rf"|(?<![0-9])\(?{_CODE}\)?{_GAP}[1-9][0-9]{{2,3}}{_GAP}[0-9]{{4}}{_NO_DIGIT}"
    rf"|(?<![0-9])[48]00(?:{_GAP}[0-9]){{7}}{_NO_DIGIT}"
    rf"|(?<![0-9a-z])\+[1-9][0-9]{{0,2}}(?:{_GAP}[0-9]){{6,12}}{_NO_DIGIT}"
)
_DIGITS: Final = re.compile(rf"[0-9](?:{_GAP}[0-9]){{5}}")
"""What any number of a telephone has: looked for first, as most texts have none."""
_LABELLED: Final = re.compile(
    r"(?:电话|座机|固话|手机|联系方式|致电|拨打|回电|传真|(?<![a-z])(?:tel|phone|mobile|fax|call))"
    rf"(?:号码|号)?[^0-9a-z\n]{{0,6}}(?P<number>[0-9](?:{_GAP}[0-9]){{5,10}}){_NO_DIGIT}"
)
_EXTENSION: Final = re.compile(
    r"[ \t,，]{0,2}(?:转|分机|ext\.?|x|-)[ \t:.]{0,2}[0-9]{1,6}(?![0-9])"
)
_NO_NUMBER: Final = re.compile(
    r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}|(?:19|20)[0-9]{2}[\-/.][0-9]{1,2}[\-/.][0-9].*"
)
"""Addresses of the internet, and dates."""
_GROUP: Final = re.compile(r"[0-9]+")
_AREA: Final = re.compile(rf"(?:86)?{_CODE}([1-9][0-9]{{6,7}})")


def telephones(folded: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of what is written as a telephone number, its extension included."""
    if not _DIGITS.search(folded):
        return
    for match in _FORMS.finditer(folded):
        if _NO_NUMBER.fullmatch(match[0]) or not _is_grouped(match["mobile"]):
            continue
        yield match.start(), _with_extension(folded, match.end())
    for match in _LABELLED.finditer(folded):
        if not _NO_NUMBER.fullmatch(match["number"]):
            yield match.start("number"), _with_extension(folded, match.end("number"))


def _with_extension(folded: str, end: int) -> int:
    match = _EXTENSION.match(folded, end)
    return match.end() if match else end


def _is_grouped(mobile: str | None) -> bool:
    """Whether groups are a phone's: a number of a version begins with one digit alone."""
    groups = [len(group) for group in _GROUP.findall(mobile or "")]
    return not groups or groups[0] > 2 or set(groups) == {1}


def local_number(digits: str) -> str | None:
    """Return a landline's number without its area code, or a mobile's without its country's."""
    if match := _AREA.fullmatch(digits):
        return match[1]
    country = re.fullmatch(r"(?:00)?86(1[3-9][0-9]{9})", digits)
    return country[1] if country else None
