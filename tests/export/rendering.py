"""Which pages an export to Markdown renders."""

from __future__ import annotations

from typing import Any

import pytest

from kb.export.markdown import page_text


def note_rendering(monkeypatch: pytest.MonkeyPatch, pages: int | None = None) -> list[str]:
    """Return a list that references of rendered pages are appended to.

    After so many ``pages`` the run is interrupted, once; the list then has the word `break`.
    """
    rendered: list[str] = []
    render_page = page_text.render_page

    def noted(view: Any, *rest: Any) -> page_text.RenderedPage:
        if len(rendered) == pages:
            rendered.append("break")
            raise KeyboardInterrupt
        rendered.append(view.id.page)
        return render_page(view, *rest)

    monkeypatch.setattr("kb.export.markdown.page_files.render_page", noted)
    return rendered
