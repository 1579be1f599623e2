"""Read the lines of a page into case records, each value with its origin."""
