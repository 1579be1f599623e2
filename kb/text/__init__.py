"""Texts: fold spellings of one text into one; the texts of the site's own interface."""
