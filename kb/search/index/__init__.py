"""The index on disk: generations, and whether anything may have changed."""
