"""Select the pages of an import by globs on spaces and references."""

from __future__ import annotations

from fnmatch import fnmatchcase

from importers.base import Options
from kb.references import join_reference, split_reference


def wanted(reference: str, options: Options) -> bool:
    """Tell whether the options select the page.

    A space selects all pages in it and in its nested spaces. ``exclude`` wins over the others.
    """
    *spaces, _ = split_reference(reference)
    above = [join_reference(tuple(spaces[:n])) for n in range(1, len(spaces) + 1)]
    if any(fnmatchcase(name, glob) for glob in options.exclude for name in (reference, *above)):
        return False
    if not options.spaces and not options.pages:
        return True
    return any(fnmatchcase(reference, glob) for glob in options.pages) or any(
        fnmatchcase(name, glob) for glob in options.spaces for name in above
    )


def exact_pages(options: Options) -> tuple[str, ...]:
    """Return the references that the options name, if they name only pages without wildcards."""
    if options.spaces or any(set(page) & set("*?[") for page in options.pages):
        return ()
    return options.pages
