"""The engines: tantivy, whoosh, OpenSearch."""
