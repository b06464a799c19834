"""The choices that a run is made of, one YAML an option: installed as ``rnn_lab.conf``."""
