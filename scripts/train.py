"""The command ``rnn-lab train``, from a clone."""

import sys

from rnn_lab.cli.main import run

if __name__ == "__main__":
    run("train", sys.argv[1:])
