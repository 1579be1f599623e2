"""Whether the archive is whole, and whether it holds all that a source has."""

from kb.verify.compare import Finding, compare
from kb.verify.inside import check

__all__ = ["Finding", "check", "compare"]
