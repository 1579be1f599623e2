"""XHTML, byte for byte as XWiki prints xhtml/1.0."""

from kb.markup.render.xhtml.links import WikiModel
from kb.markup.render.xhtml.printer import render_xhtml

__all__ = ["WikiModel", "render_xhtml"]
