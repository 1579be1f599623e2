"""Which pages an import is to take: globs on spaces and references."""

from __future__ import annotations

from fnmatch import fnmatchcase

from importers.base import Options
from kb.references import join_reference, split_reference


def wanted(reference: str, options: Options) -> bool:
    """Whether the options let the page in.

    A space stands for all that is in it, nested spaces too; a page may be given as it is written
    in the wiki. What is excluded is out, whatever else names it.
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
    """References that the options name without a wildcard, where they name nothing else."""
    if options.spaces or any(set(page) & set("*?[") for page in options.pages):
        return ()
    return options.pages
