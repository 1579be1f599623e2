"""What all importers of a living XWiki share: addresses, paths, lists, remembered page states."""
