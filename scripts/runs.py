"""The command ``rnn-lab runs``, from a clone."""

import sys

from rnn_lab.cli.main import run

if __name__ == "__main__":
    run("runs", sys.argv[1:])
