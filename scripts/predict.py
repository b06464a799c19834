"""The command ``rnn-lab predict``, from a clone."""

import sys

from rnn_lab.cli.main import run

if __name__ == "__main__":
    run("predict", sys.argv[1:])
