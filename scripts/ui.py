"""The command ``rnn-lab ui``, from a clone."""

import sys

from rnn_lab.cli.main import run

if __name__ == "__main__":
    run("ui", sys.argv[1:])
