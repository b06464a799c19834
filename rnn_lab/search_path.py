"""The user's own modules, found from any of the lab's processes."""

import os
import sys
from pathlib import Path


def extend() -> None:
    """Find what lies in the working directory, as ``python -m`` does, and in a clone its studies' plug-ins.

    They come last: nothing there hides what is installed.
    """
    root = Path(__file__).parents[1]
    for folder in (os.getcwd(), *([str(root)] if (root / "experiments").is_dir() else [])):
        if folder not in sys.path:
            sys.path.append(folder)
