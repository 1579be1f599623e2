"""Finding cases: one analysis, one query language, several engines behind one protocol."""
