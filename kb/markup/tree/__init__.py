"""The tree that the parser makes and every renderer reads."""

from kb.markup.tree.nodes import Document, Node, Parent, ResourceReference

__all__ = ["Document", "Node", "Parent", "ResourceReference"]
