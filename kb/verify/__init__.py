"""Whether the archive is whole, and whether it holds all that a source has."""

from kb.verify.against_source import DigestSink, Finding, NothingKnown, compare
from kb.verify.integrity import check

__all__ = ["DigestSink", "Finding", "NothingKnown", "check", "compare"]
