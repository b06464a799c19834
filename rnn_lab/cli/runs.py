"""The command ``runs``: list, show, compare, tabulate and remove runs, from their folders alone."""

from collections.abc import Sequence

from rnn_lab.runs import command


def main(argv: Sequence[str]) -> None:
    """Carry out the command; the process ends with its exit code."""
    if code := command.main(argv):
        raise SystemExit(code)
