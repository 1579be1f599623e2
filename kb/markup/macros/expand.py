"""Run the macros of a page."""

from __future__ import annotations

import heapq

from kb.markup.macros.registry import NORMAL, MacroContext, MacroError, MacroRegistry, error
from kb.markup.parser.builder import MAX_DEPTH
from kb.markup.render.xhtml.links import WikiModel
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

_UNKNOWN = (
    "The [{}] macro is not in the list of registered macros. "
    "Verify the spelling or contact your administrator."
)
_NOT_INLINE = "The [{}] macro is a standalone macro and it cannot be used inline."
_STANDALONE = (
    "This macro generates standalone content. As a consequence you need to make sure to use a "
    "syntax that separates your macro from the content before and after it so that it's on a "
    "line by itself. For example in XWiki Syntax 2.0+ this means having 2 newline characters "
    "(a.k.a line breaks) separating your macro from the content before and after it."
)

# Priority, order in the page, where the macro stands, what is around it.
_Late = tuple[int, int, list[Node], int, tuple[n.Parent, ...]]


def expand(
    document: n.Document, registry: MacroRegistry, links: WikiModel | None = None
) -> n.Document:
    """Replace each macro of `document`, in place, by a MacroResult; returns `document`.

    Macros run in the order of the page, what they make right after them; those of a higher
    priority number (contents, footnotes) when all others have run. `links` gives the URLs in
    what an html macro prints; by default they show the reference.
    """
    if "{{" in document.source:
        _Expansion(document, registry, links).run()
    return document


class _Expansion:
    """One run over a page: which macros wait for others, and where they stand."""

    def __init__(
        self, document: n.Document, registry: MacroRegistry, links: WikiModel | None
    ) -> None:
        self.document = document
        self.links = links
        self.registry = registry
        self.late: list[_Late] = []
        # What is put at the page's end waits for all of the page.
        self.page_late = self.late
        self.count = 0
        self.waiting: dict[str, int] = {}

    def run(self) -> None:
        self.walk(self.document, ())
        self.run_late()

    def run_late(self) -> None:
        """Run the macros that waited for the others."""
        while self.late:
            _, _, siblings, index, ancestors = heapq.heappop(self.late)
            # A macro that ran in between may have moved it.
            macro = siblings[index] if index < len(siblings) else None
            if isinstance(macro, n.Macro):
                self.waiting[macro.name] -= 1
                self.execute(siblings, index, ancestors)

    def walk(self, parent: n.Parent, ancestors: tuple[n.Parent, ...]) -> None:
        """Run the macros below `parent`."""
        ancestors = (*ancestors, parent)
        children = parent.children
        for index, node in enumerate(children):
            if isinstance(node, n.Macro):
                self.meet(node, children, index, ancestors)
            elif isinstance(node, n.Parent):
                self.walk(node, ancestors)

    def meet(
        self, macro: n.Macro, siblings: list[Node], index: int, ancestors: tuple[n.Parent, ...]
    ) -> None:
        """Run a macro now, or remember it for later."""
        definition = self.registry.get(macro.name)
        if definition is not None and definition.priority > NORMAL:
            self.count += 1
            self.waiting[macro.name] = self.waiting.get(macro.name, 0) + 1
            late = (definition.priority, self.count, siblings, index, ancestors)
            heapq.heappush(self.late, late)
        else:
            self.execute(siblings, index, ancestors)

    def execute(self, siblings: list[Node], index: int, ancestors: tuple[n.Parent, ...]) -> None:
        macro = siblings[index]
        assert isinstance(macro, n.Macro)

        def expand_now(parent: n.Parent) -> None:
            self.run_within(parent, siblings, index, ancestors)

        context = MacroContext(self.document, ancestors, self.waiting, expand_now, self.links)
        result = n.MacroResult(macro.pos, self.nodes_of(macro, context), macro)
        siblings[index] = result
        self.walk(result, ancestors)
        inner, self.late = self.late, self.page_late
        page = self.document.children
        for late in context.late:
            page.append(late)
            self.meet(late, page, len(page) - 1, (self.document,))
        self.late = inner

    def run_within(
        self, parent: n.Parent, siblings: list[Node], index: int, ancestors: tuple[n.Parent, ...]
    ) -> None:
        """Run all macros below `parent`, late ones too, while it stands in the macro's place."""
        macro, siblings[index] = siblings[index], parent
        outer, self.late = self.late, []
        self.walk(parent, ancestors)
        self.run_late()
        self.late = outer
        siblings[index] = macro

    def nodes_of(self, macro: n.Macro, context: MacroContext) -> list[Node]:
        """Return what the macro makes, or the error that says why not."""
        definition = self.registry.get(macro.name)
        if definition is None:
            return error(macro, f"Unknown macro: {macro.name}.", _UNKNOWN.format(macro.name))
        if macro.inline and not definition.inline:
            return error(macro, _NOT_INLINE.format(macro.name), _STANDALONE)
        if len(context.ancestors) >= MAX_DEPTH:
            return error(macro, f"Macros nested too deeply: {macro.name}.", macro.content or "")
        try:
            return definition.run(macro, context)
        except MacroError as failure:
            message = f"Failed to execute the [{macro.name}] macro. Cause: [{failure}]."
            return error(macro, message, str(failure))
