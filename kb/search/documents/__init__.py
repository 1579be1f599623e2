"""What is indexed: cases, pages, earlier lines, and the text of attached files."""
