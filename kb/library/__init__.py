"""The library: all that a home can do, typed, without printing. `import kb` gives its names."""

from kb.library.library import Library, open_library

__all__ = ["Library", "open_library"]
