"""Ways to write a number or a name that a plain search for it does not find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

Disguise = Callable[[str], str]

WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")
PLAIN: Final = str.maketrans("0123456789", "〇一二三四五六七八九")
CAPITAL: Final = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
BANK: Final = str.maketrans("0123456789", "〇幺二三四五六七八九")
OLD: Final = str.maketrans("0123456789", "零壹貳參肆伍陸柒捌玖")
ENGLISH: Final = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def split_by(mark: str, end: str | None = None) -> Disguise:
    """Put a mark about what is between a third and two thirds of the value."""

    def disguise(value: str) -> str:
        third = max(len(value) // 3, 1)
        middle = value[third : 2 * third]
        return f"{value[:third]}{mark}{middle}{mark if end is None else end}{value[2 * third :]}"

    return disguise


def joined_by(gap: str) -> Disguise:
    """Put a gap between all signs."""
    return gap.join


def in_signs(digits: str) -> Disguise:
    """Write with other signs for 0 to 9."""
    table = str.maketrans("0123456789", digits)
    return lambda value: value.translate(table)


def in_groups(gap: str) -> Disguise:
    """Put a gap between the groups of a mobile number."""
    return lambda value: gap.join((value[:3], value[3:7], value[7:]))


def entities(value: str) -> str:
    """Write each sign as an entity of HTML."""
    return "".join(f"&#{ord(sign)};" for sign in value)


def groups(value: str) -> str:
    """Write in groups as people do."""
    return f"{value[:3]} {value[3:7]} {value[7:]}"


EITHER: Final[dict[str, Disguise]] = {
    "as it is": str,
    "bold in the middle": split_by("**"),
    "italics": split_by("//"),
    "underlined": split_by("__"),
    "monospace": split_by("##"),
    "verbatim of nothing": split_by("{{{}}}", "{{{}}}"),
    "verbatim": split_by("{{{", "}}}"),
    "a macro": split_by("{{html}}", "{{/html}}"),
    "a style": split_by('(% style="color:red" %)', "(%%)"),
    "HTML": split_by("<b>", "</b>"),
    "a comment of HTML": split_by("<!-- x -->", ""),
    "entities": entities,
    "hexadecimal entities": lambda value: "".join(f"&#x{ord(sign):x};" for sign in value),
    "entities of entities": lambda value: entities(value).replace("&", "&amp;"),
    "escapes of XWiki": lambda value: "".join(f"~{sign}" for sign in value),
    "zero-width spaces": joined_by("\u200b"),
    "joiners": joined_by("\u2060"),
    "soft hyphens": joined_by("\u00ad"),
    "soft hyphens as entities": joined_by("&shy;"),
    "zero-width entities": joined_by("&#8203;"),
    "codes of JSON": lambda value: "".join(f"\\u{ord(sign):04x}" for sign in value),
}  # fmt: skip
"""For numbers and names of Han characters."""
NUMBERS: Final[dict[str, Disguise]] = {
    **EITHER,
    "full width": lambda value: value.translate(WIDE),
    "groups": groups,
    "groups with hyphens": lambda value: groups(value).replace(" ", "-"),
    "groups with dots": lambda value: groups(value).replace(" ", "."),
    "bracketed": lambda value: f"({value[:3]}){value[3:]}",
    "Han numerals": lambda value: value.translate(PLAIN),
    "capital numerals": lambda value: value.translate(CAPITAL),
    "traditional capital numerals": lambda value: value.translate(OLD),
    "numerals of banks": lambda value: value.translate(BANK),
    "spaced numerals": lambda value: groups(value.translate(PLAIN)),
    "numerals with spaces between all": lambda value: " ".join(value.translate(CAPITAL)),
    "mixed scripts": lambda value: value[:4].translate(PLAIN) + value[4:],
    "mixed widths": lambda value: value[:4].translate(WIDE) + value[4:],
    "English words": lambda value: " ".join(ENGLISH[int(digit)] for digit in value),
    "English words with hyphens": lambda value: "-".join(ENGLISH[int(digit)] for digit in value),
    "the country before it": lambda value: f"+86 {value}",
    "numerals in bold": lambda value: split_by("**")(value.translate(CAPITAL)),
}  # fmt: skip
"""For mobile numbers, known or not."""
APART: Final = (
    "、", "\u2011", "\u2212", "―", "•", "∙", ";", "=", "'", "#", "→", "&", "@", "!", "。", "⁄",
    "      ", "\t\t\t\t\t", " 、 ", '" "', "][", "📞", "\u2800", "\U0001d173", "\ue000",
)  # fmt: skip
"""What people and machines put between groups of a number."""
PINYIN: Final = ["ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"]
MIXED: Final = ["zero", "1", "two", "3", "four", "5", "six", "7", "eight", "9"]
KNOWN: Final[dict[str, Disguise]] = {
    **{f"groups by {gap!r}": in_groups(gap) for gap in APART},
    "keycaps": lambda value: "".join(f"{sign}\ufe0f\u20e3" for sign in value),
    "keycaps with spaces": lambda value: " ".join(f"{sign}\ufe0f\u20e3" for sign in value),
    "underlined by marks": lambda value: "".join(f"{sign}\u0332" for sign in value),
    "black circles": in_signs("⓿❶❷❸❹❺❻❼❽❾"),
    "Arabic digits": in_signs("٠١٢٣٤٥٦٧٨٩"),
    "Devanagari digits": in_signs("०१२३४५६७८९"),
    "numerals of radio": in_signs("洞幺二三四五六拐八勾"),
    "circles for noughts": in_signs("○一二三四五六七八九"),
    "words without spaces": lambda value: "".join(ENGLISH[int(digit)] for digit in value),
    "words with slashes": lambda value: "/".join(ENGLISH[int(digit)] for digit in value),
    "words and digits": lambda value: " ".join(MIXED[int(digit)] for digit in value),
    "Chinese in Latin letters": lambda value: " ".join(PINYIN[int(digit)] for digit in value),
}  # fmt: skip
"""For numbers that are known."""
NAMES: Final[dict[str, Disguise]] = {
    **EITHER,
    **{f"apart by {gap!r}": joined_by(gap) for gap in (".", "\u2011", "、", "_", "/", "  \t  ")},
    "quoted one by one": lambda value: "".join(f"「{sign}」" for sign in value),
    "marked signs": lambda value: "".join(f"{sign}\u0332" for sign in value),
    "percent signs": quote,
    "percent signs twice": lambda value: quote(quote(value)),
    "spaces": joined_by(" "),
    "wide spaces": joined_by("\u3000"),
}  # fmt: skip
"""For names of Han characters that are protected."""
FORMS: Final = {
    "0755-1234567": "a landline",
    "0755-88886666": "a landline of eight digits",
    "(0755) 8888-6666": "an area code in brackets",
    "（0755）8888－6666": "full-width brackets",
    "010 8888 6666": "an area code of three digits",
    "0755-88886666转801": "an extension",
    "0755-88886666-801": "an extension after a hyphen",
    "010-88886666 ext. 12": "an extension in English",
    "400-820-8820": "a hotline",
    "8008208820": "a hotline without hyphens",
    "电话：8888 6666": "a local number after a label",
    "Tel: 8888-6666": "the same in English",
    "+1 650 253 0000": "a number abroad",
    "0086 139 1111 2222": "the country's code",
    "a.b@example.org": "a mail address",
    "a.b (at) example.org": "one that robots should not read",
    "粤B·12345": "a plate",
}
"""Numbers that nobody knows, by their form."""
HARMLESS: Final = (
    "2020-04-04 04:51:09", "10:00-11:00, 23-45", "192.168.100.22", "1.8.0_20200401",
    "第1、2、3、4、5、6、7、8、9、10、11步", "UTC+8 20200410", "电话 2020-04-10 04:51",
    "一二三四五六七", "https://example.org/a//b", "0.75 kWh, 400 V, 800 A", "3 - 4 - 5",
    "v2.3.1--2020", "甲方同意", "the testers", "**bold** and //italic//", "100%25 &amp; more",
)  # fmt: skip
"""What is shown as it is."""
