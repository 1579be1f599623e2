"""Images with captions: `[[caption>>image:x.png]]` alone in a paragraph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kb.markup import nodes as n
from kb.markup.nodes import NO_PARAMS, Node

# Where an image's label waits until its paragraph ends.
LABEL: Final = "data-xwiki-image-label"

ParseCaption = Callable[[str, int], list[Node]]


def figure(paragraph: n.Paragraph, parse: ParseCaption) -> Node:
    """A lone image with a label, perhaps in a link, is a figure, the label its caption."""
    image = paragraph.children[0]
    if isinstance(image, n.Link) and len(image.children) == 1:
        image = image.children[0]
    if not isinstance(image, n.Image) or LABEL not in image.params:
        return paragraph
    params = dict(image.params)
    label = params.pop(LABEL) or ""
    image.params = params or NO_PARAMS
    caption = n.FigureCaption(image.pos, parse(label, image.pos), NO_PARAMS)
    outer = dict(paragraph.params)
    classes = outer.get("class")
    if classes is None:
        outer["class"] = "image"
    elif "image" not in classes.split():
        outer["class"] = classes + " image"
    return n.Figure(paragraph.pos, [*paragraph.children, caption], outer)
