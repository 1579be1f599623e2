"""The tree that the parser makes and every renderer reads."""

from kb.markup.tree.base import Node, Parent, ResourceReference
from kb.markup.tree.document import Document

__all__ = ["Document", "Node", "Parent", "ResourceReference"]
