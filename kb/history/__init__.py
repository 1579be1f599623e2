"""Line histories: which line came from which version, and what differs between two."""

from kb.history.blame import Blame, blame_of, by_feeds, origins, split_lines
from kb.history.diff import MatchingBlock, matching_blocks

__all__ = [
    "Blame", "MatchingBlock", "blame_of", "by_feeds", "matching_blocks", "origins", "split_lines",
]  # fmt: skip
