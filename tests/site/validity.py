"""A strict reader of whole pages: what a validator of HTML would call an error, and more."""

from __future__ import annotations

from tests.markup.structure import FLOW, HOLDS, PHRASING, VOID, Validator

_MORE = {"svg", "form", "label", "input", "button", "kbd", "details", "time", "noscript", "select"}
_PAGE = {
    **HOLDS,
    **{name: held | _MORE for name, held in HOLDS.items() if "#text" in held},
    "body": FLOW | _MORE,
    "div": FLOW | _MORE | {"dt", "dd"},
    "dl": {"dt", "dd", "div"},
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot"},
    "tfoot": {"tr"},
    "caption": FLOW,
    **dict.fromkeys(("label", "button", "kbd", "bdi", "time"), PHRASING | _MORE),
    "a": FLOW | _MORE,
    "select": {"option"},
    "option": {"#text", "span"},
}


class Page(Validator):
    """Reads a document; what is wrong is in ``wrong``."""

    def __init__(self) -> None:
        super().__init__()
        self.level = 0
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.named: list[str] = []

    def child(self, tag: str) -> None:
        if "svg" in self.open or not self.open or self.open[-1] in ("html", "head"):
            return
        parent = self.open[-1]
        if tag not in _PAGE.get(parent, FLOW | _MORE) and parent not in ("title", "script"):
            self.wrong.append(f"<{tag}> in <{parent}>")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("meta", "link", "rect", "circle", "path", "input"):
            self.child(tag)
            self.note(tag, dict(attrs))
            return
        super().handle_starttag(tag, attrs)
        self.note(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag != "rect":
            super().handle_endtag(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.note(tag, dict(attrs))
        if "svg" not in self.open and tag not in VOID:
            self.wrong.append(f"<{tag}/>")

    def note(self, tag: str, found: dict[str, str | None]) -> None:
        if tag == "input":
            self.identity(tag, found.get("id"))
            if "label" not in self.open:
                self.fields.append(found)
        if tag == "label" and found.get("for"):
            self.labelled.add(str(found["for"]))
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            level = int(tag[1])
            if level > self.level + 1 or (level == 1 and self.level):
                self.wrong.append(f"<{tag}> after <h{self.level}>")
            self.level = level
        self.named += [str(v) for k, v in found.items() if k == "aria-labelledby" and v]
        for name in ("href", "src"):
            url = found.get(name)
            if url is not None and any(c.isspace() or c in '<>"{}|\\^`' for c in url):
                self.wrong.append(f"{name} {url!r}")
        if "style" in found or any(name.startswith("on") for name in found):
            self.wrong.append(f"<{tag}> with a style or handler")


def wrong_with_page(text: str) -> list[str]:
    """What is wrong with a document; empty is good."""
    page = Page()
    page.feed(text)
    page.close()
    wrong = page.wrong + [f"<{tag}> is not closed" for tag in page.open]
    wrong += [f"no label: {field}" for field in page.fields if field.get("id") not in page.labelled]
    wrong += [f"nothing has the id {name}" for name in page.named if name not in page.ids]
    start = text[:200].lower()
    if not start.startswith("<!doctype html>\n<html lang="):
        wrong.append("no doctype or language")
    title = text.partition("<title>")[2].partition("</title>")[0]
    return wrong if title.strip() else [*wrong, "no title"]
