"""What a checkout needs around the package: set-up, lock file, demo."""
