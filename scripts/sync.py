"""The command ``rnn-lab sync``, from a clone."""

import sys

from rnn_lab.cli.main import run

if __name__ == "__main__":
    run("sync", sys.argv[1:])
