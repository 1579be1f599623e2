"""Import what XWiki's viewers show: by URL, or from pages saved in a browser."""

from importers.viewer_html.importer import ViewerHtml

__all__ = ["ViewerHtml"]
