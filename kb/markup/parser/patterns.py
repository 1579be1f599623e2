"""The regular expressions of the scanner, all linear: possessive where they repeat."""

from __future__ import annotations

import re

NEW_LINE = r"(?:\r\n?+|\n)"
PARAMETERS = r"\(%(?:[^%~]++|~.|%[^)~]|%~.)*+%\)"
# A word's character is anything but blanks, line ends and the ASCII punctuation.
WORD_CHAR = r"""[^\t\n\r !"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"""
_NAME = rf"(?:{WORD_CHAR})++(?:[\-_.:](?:{WORD_CHAR})++)*+"
CELL_MARK = r"(?:!=|\|=|\||!!)"

# In running text: where something may start. Everything before is plain text.
_STOPS = (
    r"\n|\r|~|\*\*|//|--|__|\^\^|,,|##|\\\\|\(%|\(\(\(|\)\)\)|\{\{|\[\["
    r"|:(?=//)|:(?<=image:)|:(?<=attach:)|:(?<=mailto:)"
)
STOP_INLINE = re.compile(_STOPS)
STOP_CELL = re.compile(_STOPS + r"|\||!!|!=")
STOP_HEADING = re.compile(_STOPS + r"|=")

LINE_END = re.compile(NEW_LINE)
EMPTY_LINE = re.compile(NEW_LINE + NEW_LINE)
NEXT_HEADING = re.compile(rf"{NEW_LINE}[ \t]*+=++[ \t]*+")
HEADING_END = re.compile(rf"[ \t]*+=++({NEW_LINE})?")
CELL = re.compile(CELL_MARK)
PARAMS = re.compile(PARAMETERS, re.DOTALL)
GROUP_PARAMS = re.compile(rf"({PARAMETERS})[ \t]*+(?:{NEW_LINE}[ \t]*+)?(?=\(\(\()", re.DOTALL)
GROUP_AHEAD = re.compile(
    rf"(?:[ \t]*+|{PARAMETERS}[ \t]*+(?:{NEW_LINE}[ \t]*+)?)\(\(\([ \t]*+", re.DOTALL
)
BLANKS = re.compile(r"[ \t]*+")
GROUP_START = re.compile(r"[ \t]*+\(\(\([ \t]*+")
GROUP_END = re.compile(r"[ \t]*+\)\)\)[ \t]*+")
GROUP_EDGE = re.compile(r"\(\(\(|\)\)\)")

ESCAPED_BLANKS = re.compile(r"(?:~?[ \t])++")
ESCAPED_WORD = re.compile(rf"(?:~?{WORD_CHAR})++")
IS_WORD_CHAR = re.compile(WORD_CHAR)

_REFERENCE_BODY = r"(?:[^\]~]++|~.|\][^\]~]|\]~.)*+"
REFERENCE = re.compile(rf"\[\[({_REFERENCE_BODY})\]\]", re.DOTALL)
IMAGE_REFERENCE = re.compile(rf"\[\[image:{_REFERENCE_BODY}\]\]", re.DOTALL)
REFERENCE_PIECE = re.compile(r"[^\[\]~]++|~.|\][^\]~]|\]~.", re.DOTALL)

QUOTED = re.compile(r""""(?:[^"~]++|~.)*+"|'(?:[^'~]++|~.)*+'""", re.DOTALL)
_PLAIN = r"[^}\"'~/]++|~.|\}[^}~]|\}~."
_TAG = rf"\{{\{{({_NAME})(?:(?:[ \t]|{NEW_LINE})((?:{_PLAIN}|SLASH|{QUOTED.pattern})*+))?+"
MACRO = re.compile(_TAG.replace("SLASH", r"/(?!\}\})") + r"(/?)\}\}", re.DOTALL)
# Within a macro `{{name /}}` counts as another start, and `{{name/}}` as nothing.
INNER_MACRO = re.compile(_TAG.replace("SLASH", "/") + r"\}\}", re.DOTALL)
MACRO_NAME = re.compile(r"\{\{" + _NAME)
MACRO_PLAIN = re.compile(rf"(?:{_PLAIN}|/)*+", re.DOTALL)
MACRO_EDGE = re.compile(r"~.|\{\{(?!\{)", re.DOTALL)
MACRO_END = re.compile(rf"\{{\{{/({_NAME})[ \t]*+\}}\}}")
VERBATIM_EDGE = re.compile(r"~.|\{\{?+\{?+|\}\}?+\}?+", re.DOTALL)

_UNRESERVED = r"A-Za-z0-9\-._~"
_SUB = r"!$&'()*+;="
_HEX = r"%[0-9A-Fa-f]{2}"
_PCHAR = rf"(?:[{_UNRESERVED}{_SUB}:@]|{_HEX})"
_QUERY = (
    rf"(?:\?(?:[{_UNRESERVED}{_SUB}:@/?]|{_HEX})*+)?+(?:\#(?:[{_UNRESERVED}{_SUB}:@/?]|{_HEX})*+)?+"
)
URL = re.compile(
    rf"""
    [A-Za-z][A-Za-z0-9+.\-]*+(?::[A-Za-z][A-Za-z0-9+.\-]*+)*+://
    (?:(?:[{_UNRESERVED}{_SUB}:]|{_HEX})*+@)?
    (?:[{_UNRESERVED}{_SUB}]|{_HEX})*+(?::[0-9]++)?+
    (?:/{_PCHAR}*+)*+
    {_QUERY}
    """,
    re.VERBOSE,
)
MAILTO = re.compile(
    rf"""
    mailto:(?:
        /(?:{_PCHAR}++(?:/{_PCHAR}*+)*+)?+
      | (?:[{_UNRESERVED}{_SUB}]|{_HEX})(?:[{_UNRESERVED}{_SUB}@]|{_HEX})++(?:/{_PCHAR}*+)*+
    ){_QUERY}
    """,
    re.VERBOSE,
)
SCHEME_RUN = re.compile(r"[A-Za-z0-9+.\-:]*+")
SCHEME_CHARS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-:"
FIRST_LETTER = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]")
BARE = re.compile(r"(?:image|attach):(?:[^ \t\n\r~]++|~++.?)*+", re.DOTALL)
