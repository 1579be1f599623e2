"""XWiki source that reads back as the tree it was printed from."""

from kb.markup.render.xwiki.printer import as_xwiki, render_xwiki

__all__ = ["as_xwiki", "render_xwiki"]
