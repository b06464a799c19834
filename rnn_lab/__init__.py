"""rnn-lab: a research bench for recurrent networks, written from scratch in NumPy."""
