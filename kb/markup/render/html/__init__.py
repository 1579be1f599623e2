"""HTML5 for the site: semantic, links resolved, sanitised."""

from kb.markup.render.html.clean import clean
from kb.markup.render.html.flow import render_html
from kb.markup.render.html.options import HtmlOptions, HtmlWords

__all__ = ["HtmlOptions", "HtmlWords", "clean", "render_html"]
