"""Building the site: what changed since the last build, the folder, the check for leaks."""
