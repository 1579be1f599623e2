"""The life of a case: what its page's versions, moves and edits tell of it."""
