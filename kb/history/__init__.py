"""Line histories: which line came from which version, and what differs between two."""

from kb.history.blame import Blame, blame_of, origins
from kb.history.diff import Block, matching_blocks
from kb.history.lines import by_feeds, split_lines

__all__ = ["Blame", "Block", "blame_of", "by_feeds", "matching_blocks", "origins", "split_lines"]
