"""Asking a living wiki: addresses, credentials, polite requests, what was fetched and when."""
