"""Renderers: from tree to text."""
