"""The run remembered: its journal on disk, and the relay that carries it to MLflow."""
