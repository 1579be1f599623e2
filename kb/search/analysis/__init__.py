"""The one analysis that index, query and browser share.

Text is folded (`fold`: NFKC, case, width, traditional to simplified, offsets kept), cut into
runs and words (`scripts`), and these give terms of ten kinds (`tokens`, whose docstring is the
specification). tests/search/spec/terms.jsonl holds text → terms, tests/search/spec/stems.tsv
word → stem: any other implementation, the site's JavaScript first, passes the same tables.
"""

from kb.search.analysis.scripts import stem
from kb.search.analysis.tokens import IndexTerm, terms
from kb.text.fold import Folded, browser_table, fold, fold_text, simplified

__all__ = [
    "Folded", "IndexTerm", "browser_table", "fold", "fold_text", "simplified", "stem", "terms",
]  # fmt: skip
