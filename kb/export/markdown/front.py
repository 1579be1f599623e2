"""Names of kb.frontmatter under which this package still knows them."""

from kb.frontmatter import Yaml, quoted
from kb.frontmatter import write_front_matter as front_matter

__all__ = ["Yaml", "front_matter", "quoted"]
