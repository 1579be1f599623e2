"""The browser's index: shards by term, fragments by case, read as scripts."""
