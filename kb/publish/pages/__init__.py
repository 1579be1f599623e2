"""The site's pages and files, a module for each kind: what is on them and what they depend on."""
