"""The command ``rnn-lab examine``, from a clone."""

import sys

from rnn_lab.cli.main import run

if __name__ == "__main__":
    run("examine", sys.argv[1:])
