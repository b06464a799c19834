"""The command ``rnn-lab study``, from a clone."""

import sys

from rnn_lab.cli.main import run

if __name__ == "__main__":
    run("study", sys.argv[1:])
