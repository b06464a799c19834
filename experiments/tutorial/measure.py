"""Every number of experiment zero, from real runs: what is run, and what is read off."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.runs import Row, Run, run
from experiments.tutorial import loops
from experiments.tutorial.rule import TutorialRule
from rnn_lab.network import ForwardPass, Network, Parameters
from rnn_lab.rules import Reach
from rnn_lab.rules.bptt import TruncatedGradient
from rnn_lab.sequences import Dataset
from rnn_lab.sequences.records import Records

Array = NDArray[Any]

PUBLISHED = ("study=tutorial",)
NUDGED = (*PUBLISHED, "model._target_=experiments.tutorial.nudged.Nudged", "+model.draw=42", "+model.size=1e-15")
GRADIENT = ("data=sine", "replicas=10", "trainer.keep=last")
"""The lab's own training. It keeps the last weights, as the tutorial does: none are chosen by validation."""
SAME_NETWORK = (
    "model.activation=sigmoid",
    "model.encoding=positional",
    "model.bias=false",
    "model.hidden_dim=100",
    "model.gain=3.2",
)
"""The tutorial's network with the lab's initialisers; a sigmoid's slope is at most 1/4, so the default gain times 4."""

TUTORIAL_NETWORK = (
    "model._target_=experiments.tutorial.rule.TutorialElman",
    "model.hidden_dim=100",
    "model.activation=sigmoid",
    "model.encoding=positional",
    "model.bias=false",
)
"""The tutorial's network with its own weights."""

RUNS: dict[str, tuple[str, ...]] = {
    "published": PUBLISHED,
    "nudged": (*NUDGED, "seed=0", "replicas=32"),
    "other seeds": (*PUBLISHED, "seed=0", "replicas=20"),
    "other seeds, k=1": (*PUBLISHED, "seed=0", "replicas=10", "trainer.bptt_truncate=1"),
    "other seeds, k=50": (*PUBLISHED, "seed=0", "replicas=10", "trainer.bptt_truncate=50"),
    "true gradient, nothing else changed": (*PUBLISHED, "seed=42", "replicas=10", "rule._target_=rnn_lab.rules.BPTT"),
    "true gradient, tutorial's weights": (*GRADIENT, *TUTORIAL_NETWORK, "trainer.epochs=25", "seed=42"),
    "true gradient, sensible weights": (*GRADIENT, *SAME_NETWORK, "trainer.epochs=25"),
    "true gradient, sensible weights, 100 epochs": (*GRADIENT, *SAME_NETWORK, "trainer.epochs=100"),
    "the lab's default": (*GRADIENT, "trainer.epochs=25"),
    "the lab's default, 100 epochs": (*GRADIENT, "trainer.epochs=100"),
} | {
    f"{name}, k={k}": (*GRADIENT, *network, "trainer.epochs=25", f"trainer.bptt_truncate={k}")
    for name, network in (("true gradient, sensible weights", SAME_NETWORK), ("the lab's default", ()))
    for k in (1, 2, 3, 5, 10, 20)
}
"""Name -> overrides. Where no k is named it is 50, the whole window; the tutorial's own is 5."""

EPOCHS, PAIRS = 25, 5


def measure(folder: Path) -> Iterator[tuple[str, list[Row]]]:
    """Carry out everything; yields each table's name and rows.

    Args:
        folder: for the run folders; a temporary one will do.
    """
    runs: dict[str, Run] = {}
    for number, (name, overrides) in enumerate(RUNS.items(), 1):
        print(f"run {number} of {len(RUNS)}: {name}", flush=True)
        runs[name] = run(folder / str(number), overrides)
    print("the tutorial's loops, one by one", flush=True)
    literal_row, literal_losses = literal()
    published, nudged = runs["published"], runs["nudged"]
    yield "runs", [literal_row, *(row for name, done in runs.items() for row in done.rows(name))]
    yield "losses", [*losses("published", published), *losses("nudged", nudged), *literal_losses]
    yield "yardsticks", yardsticks(published)
    yield (
        "anatomy",
        [anatomy(published.experiment.network, published.windows, *w) for w in published.weights()],
    )
    yield "separation", separation(published, nudged)


def losses(name: str, done: Run) -> list[Row]:
    """Losses as the tutorial counts: summed over records, epoch 1 being the one before any update."""
    data = done.windows
    train = done.curve("train/loss") * len(data.train)
    validation = done.curve("val/loss") * len(data.validation)
    return [
        {"run": name, "seed": seed, "epoch": epoch + 1, "train_loss": train[epoch, r], "val_loss": validation[epoch, r]}
        for r, seed in enumerate(done.experiment.seeds)
        for epoch in range(EPOCHS)
    ]


def literal() -> tuple[Row, list[Row]]:
    """The tutorial's own loops, with nothing of the lab: how they end, and their losses by epoch."""
    X, Y, X_val, Y_val = loops.records()
    U, W, V = loops.weights(seed=42)
    rows: list[Row] = []
    for epoch in range(1, EPOCHS + 1):
        train, validation = loops.loss(U, W, V, X, Y), loops.loss(U, W, V, X_val, Y_val)
        rows.append({"run": "loops", "seed": 42, "epoch": epoch, "train_loss": train, "val_loss": validation})
        for x, y in zip(X, Y, strict=True):
            loops.update(U, W, V, x, y)
    ended: Row = {
        "run": "loops",
        "seed": 42,
        "k": loops.BPTT_TRUNCATE,
        "records_seen": EPOCHS * len(X),
        "diverged": False,
        "train_rmse": (2 * loops.loss(U, W, V, X, Y) / len(X)) ** 0.5,
        "val_rmse": (2 * loops.loss(U, W, V, X_val, Y_val) / len(X_val)) ** 0.5,
        "val_rmse_full_window": float(np.sqrt(np.mean((loops.predictions(U, W, V, X_val) - Y_val) ** 2))),
    }
    return ended, rows


def yardsticks(done: Run) -> list[Row]:
    """Errors of forecasts without a network, on the same targets; zero is what the tutorial's sine swings about."""
    rivals, data = done.summary["baselines"], done.windows
    zero: Row = {"name": "zero"} | {
        f"{part}_rmse": float(np.sqrt(np.mean(records.Y**2)))
        for part, records in (("train", data.train), ("val", data.validation))
    }
    return [
        zero,
        *(
            {"name": name, "train_rmse": rivals["train"][name]["rmse"], "val_rmse": rivals["validation"][name]["rmse"]}
            for name in rivals["validation"]
        ),
    ]


def anatomy(network: Network, data: Dataset, epoch: int, parameters: Parameters) -> Row:
    """Behaviour of the weights of an epoch (R = 1).

    ``input_sum`` is the mean over units of the sum of their recurrent weights: their input from a saturated layer.
    ``countdown`` is the training loss if the output were the readout's first sum less 0.1 a record, whatever it reads.
    ``best_readout`` is the validation RMSE of the least-squares readout of these weights' last states.
    """
    h, h_val = (last_states(network, parameters, records) for records in (data.train, data.validation))
    gradient = TruncatedGradient(network, 1, len(data.train), data.window)
    _, slope = gradient(parameters, network.time_major(data.train.X, 1), data.train.Y[None])
    readout = np.linalg.lstsq(h, data.train.Y, rcond=None)[0]
    return {
        "epoch": epoch + 1,
        "output": float((h @ parameters["W_hy"][0]).mean()),
        "input_sum": float(parameters["W_hh"][0].sum(axis=0).mean()),
        "state_sd": float(h.std(axis=0).mean()),
        "largest_gradient": float(max(np.abs(slope[name]).max() for name in ("W_xh", "W_hh"))),
        "countdown": float(((countdown(network, epoch) - data.train.Y) ** 2).sum() / 2),
        "best_readout": float(np.sqrt(np.mean((h_val @ readout - data.validation.Y) ** 2))),
    }


def countdown(network: Network, epoch: int) -> float:
    """The output at the start of an epoch, if all that happens is 100 weights falling by 1e-4 * 10 at each record."""
    return float(network.initial([42])["W_hy"].sum() - epoch * 100 * 100 * loops.LEARNING_RATE * loops.CLIP)


def last_states(network: Network, parameters: Parameters, records: Records) -> Array:
    """h_T of each record, (N, H), of R = 1."""
    forward = ForwardPass(network, 1, len(records))
    forward(parameters, network.time_major(records.X, 1))
    return np.array(forward.recurrence.layers[0].states[0, -1])


def separation(published: Run, nudged: Run, updates: int = 800) -> list[Row]:
    """Distance of nudged runs from the published one, every five updates: |W - W'| / |W|, recurrent weights."""
    network, train = published.experiment.network, published.windows.train
    exact, moved = network.initial([42]), nudged.experiment.network.initial(range(PAIRS))
    parameters = exact.like(np.concatenate([exact.flat, moved.flat]))
    R = parameters.replicas
    reach = Reach(bptt_truncate=loops.BPTT_TRUNCATE, clip_value=loops.CLIP)
    rule = TutorialRule().for_windows(network, R, 1, reach)
    X = network.time_major(train.X, R)
    rows: list[Row] = []
    for update in range(updates):
        W = parameters["W_hh"]
        if update % 5 == 0:
            apart = np.linalg.norm(W[1:] - W[0], axis=(1, 2)) / np.linalg.norm(W[0])
            rows.append({"update": update} | {f"pair_{r}": float(apart[r]) for r in range(PAIRS)})
        n = update % len(train)
        y = np.broadcast_to(train.Y[n], (R, 1, 1))
        _, direction = rule(parameters, np.ascontiguousarray(X[:, :, n : n + 1]), y)
        parameters.flat[...] -= loops.LEARNING_RATE * direction.flat
    return rows
