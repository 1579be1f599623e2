"""Structured case records with provenance, made from the archive's pages."""
