"""`python -m kb` is `kb`.

Python looks into the current folder first then, for its own modules too: in a folder of a
stranger's say `kb`, or `python -P -m kb`. What is imported from here on is not taken from there.
"""

import os
import sys

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
if not sys.flags.safe_path and sys.path[0] == os.getcwd() != _HERE:  # noqa: PTH109
    del sys.path[0]

from kb.cli import main  # noqa: E402

main()
