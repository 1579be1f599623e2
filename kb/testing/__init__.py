"""Conformance suites for plug-ins: subclass one in your package's tests and run pytest."""
