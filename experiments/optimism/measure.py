"""Runs of the study: random settings, each trained from many seeds in lockstep."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from experiments.runs import Row, several

SEQUENCES: dict[str, tuple[str, ...]] = {
    "sine": ("data=sine",),
    "sine with noise": ("data=sine", "data.series.noise=0.3"),
    "sunspots": ("data=sunspots",),
    "Henon": ("data=henon",),
}
"""Name -> its overrides; one that can be learned wholly, one of chance, one of the world, and one of chaos."""
SETTINGS = 30
SEEDS = 16
WINDOW = 20


def settings(name: str) -> list[dict[str, float]]:
    """Random settings of a sequence, drawn from the ranges of ``search=default``, but for a smaller largest network."""
    rng = np.random.default_rng([8, list(SEQUENCES).index(name)])
    return [
        {
            "learning_rate": float(10 ** rng.uniform(-4, -1)),
            "hidden_dim": round(2 ** rng.uniform(3, 5)),
            "bptt_truncate": int(rng.integers(1, WINDOW + 1)),
        }
        for _ in range(SETTINGS)
    ]


def overrides(name: str, setting: dict[str, float]) -> list[str]:
    """Overrides of the run of one setting."""
    return [
        "study=optimism",
        *SEQUENCES[name],
        f"data.window={WINDOW}",
        f"optimizer.learning_rate={setting['learning_rate']}",
        f"model.hidden_dim={setting['hidden_dim']}",
        f"trainer.bptt_truncate={setting['bptt_truncate']}",
        f"replicas={SEEDS}",
    ]


def measure(folder: Path) -> Iterator[tuple[str, Sequence[Row]]]:
    """Give one table: a row a setting, with the value of each seed; empty where it diverged."""
    drawn = [(name, number, each) for name in SEQUENCES for number, each in enumerate(settings(name))]
    runs = several(folder, {f"{name}, {number}": overrides(name, each) for name, number, each in drawn})
    yield (
        "settings",
        [
            {
                "sequence": name,
                "setting": number,
                **each,
                **{
                    f"seed_{replica['seed']}": None if replica["diverged"] else float(replica["metrics"]["val/rmse"])
                    for replica in runs[f"{name}, {number}"].summary["replicas"]
                },
            }
            for name, number, each in drawn
        ],
    )
