"""The static site: every case and every page, searchable without a server."""
