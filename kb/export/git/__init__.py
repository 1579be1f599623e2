"""The wiki as a git repository: a commit for each revision, written by `git fast-import`."""

from kb.export.git.authors import AuthorMap, read_authors
from kb.export.git.run import GitReport, export_git

__all__ = ["AuthorMap", "GitReport", "export_git", "read_authors"]
