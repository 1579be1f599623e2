"""Keep the case records of an archive up to date with it."""
