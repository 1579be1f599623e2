"""Importers: one module or subpackage a source, all speaking kb.model's records."""
