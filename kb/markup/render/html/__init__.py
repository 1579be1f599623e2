"""HTML5 for the site: semantic, links resolved, sanitised."""

from kb.markup.render.html.clean import clean
from kb.markup.render.html.options import HtmlOptions, Words
from kb.markup.render.html.writer import render_html

__all__ = ["HtmlOptions", "Words", "clean", "render_html"]
