"""The command ``rnn-lab redraw``, from a clone."""

import sys

from rnn_lab.cli.main import run

if __name__ == "__main__":
    run("redraw", sys.argv[1:])
