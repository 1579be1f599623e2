"""The engines of this package, tantivy, Whoosh and OpenSearch, and how any engine is found."""
