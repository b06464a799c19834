"""Stands in for the trainer: writes what a run of the lab writes, with numbers that tell where they come from.

As a program it trains until it is killed: ``python fake_trainer.py FOLDER URI``.
"""

import json
import math
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.network import Elman, Network
from rnn_lab.scoring.spread import spread
from rnn_lab.sequences import Generated, Sine
from rnn_lab.tracking.config import Tracking
from rnn_lab.tracking.journal import Journal
from rnn_lab.tracking.launch import start
from rnn_lab.tracking.observer import JournalObserver
from rnn_lab.tracking.provenance import provenance


class FakeTrainer:
    """A trainer of a tiny network that is never trained."""

    def __init__(self, folder: Path, *, uri: str | None = None, replicas: int = 1, run: str = "9" * 32, **start):
        self.folder, self.replicas, self.journal = folder, replicas, Journal(folder)
        self.data = Generated(name="sine", series=Sine(length=40), window=8, train=20, validation=8).dataset()
        self.network = Network(Elman(hidden_dim=3), inputs=1, outputs=1, window=8)
        self.parameters = self.network.initial(range(replicas))
        config = {"seed": 0, "data": {"window": 8, "columns": None}, "tags": ["a", "b"], "model": {"hidden_dim": 3}}
        given = {
            "name": "sine-elman",
            "config": config,
            "experiment": "bench",
            "tags": {"asked by": "ada", "[odd]": "x" * 9000},
        } | start
        self.journal.write("start", run=run, uri=uri, **given)

    def describe(self) -> None:
        self.journal.write("provenance", **provenance(seed=0, data_fingerprint=self.data.fingerprint))
        parts = {"train": self.data.train, "validation": self.data.validation}
        shapes = {name: {"X": part.X.shape, "Y": part.Y.shape} for name, part in parts.items()}
        fingerprint, recipe = self.data.fingerprint, self.data.recipe
        self.journal.write("data", name="sine", fingerprint=fingerprint, recipe=recipe, shapes=shapes, shown=["x"])
        self.baselines = {name: {"mean": self.scores(0.7), "AR2": self.scores(0.1)} for name in ("train", "validation")}
        self.journal.write("baselines", **self.baselines)

    @staticmethod
    def scores(rmse: float) -> dict[str, float]:
        return {"rmse": rmse, "mae": rmse / 2, "nrmse": rmse * 2}

    def train(self, epochs: int, first: int = 0) -> None:
        """Epochs whose val/rmse is 1 / (1 + epoch), plus the replica's number; the loss is NaN at epoch 1."""
        true = {"train": self.data.train.Y, "validation": self.data.validation.Y}
        observe = JournalObserver(self.journal, Tracking(), epochs)
        predictions = {
            "train": np.broadcast_to(self.data.train.Y, (self.replicas, 20, 1)),
            "validation": np.broadcast_to(self.data.validation.Y, (self.replicas, 8, 1)),
        }
        for epoch in range(first, epochs + 1):
            rmse = 1 / (1 + epoch) + np.arange(self.replicas)
            loss = np.full(self.replicas, math.nan if epoch == 1 else rmse[0] ** 2)
            metrics = {"val/rmse": rmse, "train/rmse": rmse / 2, "val/loss": loss}
            facts = {"epoch": epoch, "metrics": metrics, "parameters": self.parameters, "predictions": predictions}
            observe(
                SimpleNamespace(
                    **facts,
                    state=SimpleNamespace(diverged=np.zeros(self.replicas, bool)),
                    truth=true,
                    arrays={},
                    lost={},
                )
            )

    def end(self, status: str = "FINISHED", reason: str = "all epochs are done", *, drawn_later: bool = False) -> None:
        for replica in range(self.replicas):
            self.journal.write("stopped", replica=replica, epoch=3, reason=reason, kept_epoch=2)
        (self.folder / "figures").mkdir(exist_ok=True)
        (self.folder / "figures" / "curves.png").write_bytes(b"\x89PNG")
        self.journal.write("figure", file="figures/curves.png", title="Learning curves")
        Forecaster.of(self.network, self.parameters, self.data).save(self.folder)
        found = {f"{part}/{name}": value for part in ("train", "val") for name, value in self.scores(0.05).items()}
        values = np.linspace(0.04, 0.06, self.replicas) if self.replicas > 1 else [0.05]
        summary = {
            "status": status,
            "reason": reason,
            "score": "rmse",
            "metrics": found,
            "spread": dict.fromkeys(found, spread(values).as_dict()),
            "replicas": [{"seed": r, "kept_epoch": 2, "epochs": 3} for r in range(self.replicas)],
            "baselines": {
                name: {"mean": self.scores(0.7), "AR2": self.scores(0.1)} for name in ("train", "validation")
            },
            "epochs": 3,
            "updates": 30,
            "parameters": 19,
            "seconds": {"training": 1.5, "total": 2.0},
        }
        (self.folder / "summary.json").write_text(json.dumps(summary))
        self.journal.write("summary", **summary)
        if drawn_later:
            self.journal.write("figures", state="due")
        self.journal.write("end", status=status, reason=reason)
        if not drawn_later:
            self.journal.close()

    @classmethod
    def run(cls, folder: Path, **start) -> Path:
        trainer = cls(folder, **start)
        trainer.describe()
        trainer.train(3)
        trainer.end()
        return folder


if __name__ == "__main__":
    folder, uri = Path(sys.argv[1]), sys.argv[2]
    trainer = FakeTrainer(folder, uri=uri)
    start(Tracking(uri=uri), folder)
    trainer.describe()
    trainer.train(3)
    sys.stdout.write("trained\n")
    sys.stdout.flush()
    time.sleep(600)
