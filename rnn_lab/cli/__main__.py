"""``python -m rnn_lab.cli``, where no console script is installed."""

from rnn_lab.cli.main import main

main()
