"""Whether the archive is whole, and whether it holds all that a source has."""

from kb.verify.against_source import DigestSink, Finding, NothingKnown, compare
from kb.verify.derived_data import derived_damage
from kb.verify.digest_list import DigestList

__all__ = ["DigestList", "DigestSink", "Finding", "NothingKnown", "compare", "derived_damage"]
