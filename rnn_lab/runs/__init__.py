"""All runs in one frame, from their folders alone: no server is asked, and nothing is written.

Example:
    >>> load("no such folder")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    rnn_lab.errors.BadInput: no such folder is no folder
"""

from rnn_lab.runs.difference import difference
from rnn_lab.runs.frames import Runs, load
from rnn_lab.runs.removal import own_files, remove

__all__ = ["Runs", "difference", "load", "own_files", "remove"]
