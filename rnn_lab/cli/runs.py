"""The command ``runs``: list, show, compare, tabulate and remove runs, from their folders alone."""

from rnn_lab.runs.command import main

__all__ = ["main"]
