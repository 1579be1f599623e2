"""XWiki's icons by name, as characters that every reader has."""

from __future__ import annotations

from typing import Final

from kb.markup.render.html.style import escape_value

_CHARACTERS: Final = {
    "accept": "✅", "add": "➕", "arrow_right": "➡", "arrow_left": "⬅", "arrow_up": "⬆",
    "arrow_down": "⬇", "attach": "📎", "bell": "🔔", "book": "📖", "bug": "🐞", "cancel": "❌",
    "check": "✔", "clock": "🕒", "cog": "⚙", "comment": "💬", "cross": "✖", "delete": "❌",
    "email": "✉", "error": "⛔", "exclamation": "❗", "file": "📄", "flag": "🚩", "folder": "📁",
    "group": "👥", "heart": "❤", "help": "❓", "home": "🏠", "house": "🏠", "image": "🖼",
    "information": "ℹ", "info": "ℹ", "key": "🔑", "lightbulb": "💡", "link": "🔗", "lock": "🔒",
    "page": "📄", "pencil": "✏", "phone": "📞", "question": "❓", "search": "🔍", "star": "⭐",
    "stop": "🛑", "success": "✅", "tag": "🏷", "thumb_up": "👍", "thumb_down": "👎", "time": "🕒",
    "tick": "✔", "user": "👤", "users": "👥", "warning": "⚠", "world": "🌐", "wrench": "🔧",
    "emoticon_smile": "🙂", "emoticon_unhappy": "🙁", "emoticon_grin": "😀",
    "emoticon_wink": "😉", "emoticon_surprised": "😮", "emoticon_tongue": "😛",
}  # fmt: skip


def icon_character(name: str) -> str:
    """The character for an icon, or its name in brackets."""
    return _CHARACTERS.get(name.strip().lower(), f"[{name.strip()}]")


def icon(name: str) -> str:
    """An icon as a character with its name for those who listen."""
    shown = escape_value(icon_character(name))
    return f'<span class="wiki-icon" role="img" aria-label="{escape_value(name)}">{shown}</span>'
