"""Write down, to the bit, what a checkout computes; or say what differs from what was written down.

    python scripts/pinned_bits.py record bits.json                       # this checkout
    python scripts/pinned_bits.py record bits.json --checkout ../other   # another one
    python scripts/pinned_bits.py compare old.json new.json

Every run is a command line that a user could type; what is recorded are digests of each kept weight, the journal's
metrics and the summary's scores as hexadecimal floats. Bits depend on the machine and its libraries, so only
recordings made on one machine can be compared.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

PLAIN = ("tracking=off", "tracking.figures=false")
QUICK = ("model.hidden_dim=6", "trainer.epochs=4", "trainer.batch_size=5")
RECORDS = ("data.train=20", "data.validation=12", "data.test=8")
STREAM = ("data=stream", "data.series.length=600", "data.series.transient=20", "trainer.bptt_truncate=20")
RUNS: dict[str, tuple[str, ...]] = {
    "sine": QUICK,
    "sine, the defaults": ("trainer.epochs=6",),
    "sunspots, replicas, patience, gap": (
        *QUICK,
        "data=sunspots",
        "replicas=3",
        "trainer.patience=1",
        "data.gap=2",
        "data.validation=80",
    ),
    "several columns, test split": (
        *QUICK,
        "data=lorenz63",
        "data.series.length=400",
        "data.train=200",
        "data.validation=100",
        "data.test=20",
        "data.target=[x,y]",
    ),
    "horizon 3, minmax, float32": (
        *QUICK,
        "data=mackey_glass",
        "data.series.length=400",
        "data.horizon=3",
        "data.scaling=minmax",
        "trainer.dtype=float32",
    ),
    "a target after each row, stride": (
        *QUICK,
        "data.each_step=true",
        "data.window=12",
        "data.test=20",
        "trainer.bptt_truncate=5",
        "trainer.bptt_stride=2",
    ),
    "scheduled sampling": (*QUICK, "data.each_step=true", "data.window=12", "trainer.scheduled_sampling=0.5"),
    "composed, noise": (*QUICK, "data=composed"),
    "csv": (
        *QUICK,
        "data=csv",
        "data.path={checkout}/rnn_lab/sequences/sunspots.csv",
        "data.index=YEAR",
        "data.target=SUNACTIVITY",
        "data.scaling=standard",
    ),
    "adding, fresh": (*QUICK, "data=adding", "data.task.length=10", *RECORDS, "replicas=2"),
    "adding as published": (*QUICK, "data=adding_original", "data.task.length=12", *RECORDS),
    "temporal order, GRU": (*QUICK, "data=temporal_order_6a", "data.task.length=12", *RECORDS, "model=gru"),
    "copying, LSTM": (
        *QUICK,
        "data=copying",
        "data.task.delay=3",
        "data.task.count=2",
        "data.task.symbols=3",
        *RECORDS,
        "model=lstm",
    ),
    "embedded Reber, masked": (*QUICK, "data=embedded_reber", "data.task.length=20", *RECORDS),
    "delayed recall, masked, stride": (
        *QUICK,
        "data=delayed_recall",
        "data.task.length=12",
        "data.task.delay=3",
        *RECORDS,
        "trainer.bptt_truncate=5",
        "trainer.bptt_stride=1",
    ),
    "parity, RMSprop": (*QUICK, "data=parity", *RECORDS, "optimizer=rmsprop"),
    "stream": (*QUICK, *STREAM),
    "stream, GRU, stride, replicas": (*QUICK, *STREAM, "model=gru", "trainer.bptt_stride=5", "replicas=2"),
    "stream, scheduled sampling": (*QUICK, *STREAM, "data.horizon=1", "trainer.scheduled_sampling=0.3"),
    "text": (*QUICK, "data=text", "data.train=400", "data.validation=200", "data.test=100", "trainer.bptt_truncate=20"),
    "text, LSTM, two layers": (
        *QUICK,
        "data=text",
        "data.train=400",
        "data.validation=200",
        "model=lstm",
        "model.layers=2",
        "model.input_skip=true",
        "trainer.bptt_truncate=15",
    ),
    "L-BFGS": (
        "model.hidden_dim=6",
        "trainer.epochs=2",
        "optimizer=lbfgs",
        "trainer=full_batch",
        "optimizer.iterations=5",
        "replicas=2",
    ),
    "SGD, clipped norm, exponential": (
        *QUICK,
        "optimizer=sgd",
        "optimizer/schedule=exponential",
        "trainer.clip_norm=0.1",
    ),
    "Nesterov, clipped value, plateau": (
        *QUICK,
        "optimizer=nesterov",
        "optimizer/schedule=plateau",
        "trainer.clip_value=0.01",
    ),
    "AdamW, constant, last": (*QUICK, "optimizer=adamw", "optimizer/schedule=constant", "trainer.keep=last"),
    "momentum, relu, learned start": (
        *QUICK,
        "optimizer=momentum",
        "model.activation=relu",
        "model.initial_state=learned",
    ),
    "GRU, reset before, learned start": (*QUICK, "model=gru", "model.reset=before", "model.initial_state=learned"),
    "Elman, two layers, skip, positional": (
        *QUICK,
        "model.layers=2",
        "model.input_skip=true",
        "model.encoding=positional",
    ),
    "sigmoid, no bias, identity": (
        *QUICK,
        "model.activation=sigmoid",
        "model.bias=false",
        "model.recurrent_initializer=identity",
        "model.input_initializer=he",
    ),
    "identity activation, lecun": (
        *QUICK,
        "model.activation=identity",
        "model.readout_initializer=lecun",
        "model.recurrent_initializer=uniform",
        "model.gain=0.05",
    ),
    "some replicas diverge": (*QUICK, "optimizer=sgd", "optimizer.learning_rate=3", "replicas=4", "trainer.explode=10"),
    "the tutorial": ("study=tutorial", "trainer.epochs=3"),
}
RESUMED = {"sunspots, replicas, patience, gap", "copying, LSTM", "stream, GRU, stride, replicas", "adding, fresh"}
SWEEP = (
    "search=default",
    "hydra/sweeper/sampler=random",
    "hydra.sweeper.seed=3",
    "hydra.sweeper.n_trials=4",
    "hydra.sweeper.n_jobs=1",
    "hydra.sweeper.figures=false",
    "trainer.epochs=3",
    "tracking=off",
)


def main() -> None:
    """Record or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    record = commands.add_parser("record")
    record.add_argument("file", type=Path)
    record.add_argument("--checkout", type=Path, default=Path(__file__).parents[1])
    record.add_argument("--only", default="", help="runs whose name contains this")
    compare = commands.add_parser("compare")
    compare.add_argument("before", type=Path)
    compare.add_argument("after", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "record":
        found = dict(recorded(arguments.checkout.resolve(), arguments.only))
        arguments.file.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    else:
        before, after = (json.loads(file.read_text()) for file in (arguments.before, arguments.after))
        lines = list(differences(before, after))
        print("\n".join(lines) or f"{len(after)} runs are equal to the bit")
        sys.exit(bool(lines))


def recorded(checkout: Path, only: str) -> Iterator[tuple[str, Any]]:
    """Run everything, two at a time, each in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        jobs = [
            (name, pool.submit(_run, checkout, Path(folder, str(number)), overrides, name in RESUMED))
            for number, (name, overrides) in enumerate({**RUNS, "a seeded sweep": SWEEP}.items())
            if only in name
        ]
        for name, job in jobs:
            try:
                yield name, job.result()
            except RuntimeError as error:
                yield name, {"refused": str(error)}


def _run(checkout: Path, folder: Path, overrides: tuple[str, ...], resumed: bool) -> dict[str, Any]:
    overrides = tuple(
        override.format(checkout=checkout) if "{checkout}" in override else override for override in overrides
    )
    if "search=default" in overrides:
        _train(checkout, folder, *overrides, f"hydra.sweep.dir={folder}/run")
        trials = sorted(path for path in (folder / "run").rglob("summary.json"))
        return {str(path.parent.relative_to(folder)): bits(path.parent) for path in trials}
    if not resumed:
        _train(checkout, folder, *overrides, *PLAIN, f"hydra.run.dir={folder}/run")
        return bits(folder / "run")
    epochs = next(int(o.partition("=")[2]) for o in overrides if o.startswith("trainer.epochs="))
    short = [f"trainer.epochs={epochs // 2}" if o.startswith("trainer.epochs=") else o for o in overrides]
    constant = ("optimizer/schedule=constant", "trainer.checkpoint_seconds=0")
    _train(checkout, folder, *short, *constant, *PLAIN, f"hydra.run.dir={folder}/first")
    _train(
        checkout, folder, *overrides, *constant, *PLAIN, f"trainer.resume={folder}/first", f"hydra.run.dir={folder}/run"
    )
    return bits(folder / "run")


def _train(checkout: Path, folder: Path, *overrides: str) -> None:
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(checkout / "scripts" / "train.py"), *overrides]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode not in (0, 1):  # 1: every replica diverged, which is a result too
        raise RuntimeError(f"{' '.join(overrides)}: {done.stdout[-300:]}{done.stderr[-300:]}")


def bits(folder: Path) -> dict[str, Any]:
    """Everything that a run folder says of what was computed."""
    with np.load(folder / "weights" / "kept.npz") as file:
        weights = {name: hashlib.sha256(file[name].tobytes()).hexdigest()[:16] for name in sorted(file.files)}
    facts = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
    epochs = [
        {key: fact.get(key) for key in ("epoch", "metrics", "replicas")} for fact in facts if fact["fact"] == "epoch"
    ]
    for epoch in epochs:
        for metrics in (epoch["metrics"], epoch["replicas"] or {}):
            metrics.pop("epoch_seconds", None)
    summary = json.loads((folder / "summary.json").read_text())
    kept = ("status", "metrics", "replicas", "baselines", "free_run", "sample", "epochs", "updates")
    return {"weights": weights, "epochs": _exact(epochs), "summary": _exact({key: summary.get(key) for key in kept})}


def _exact(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _exact(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_exact(item) for item in node]
    return node.hex() if isinstance(node, float) else node


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Name every place that is not the same in both."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            if key not in before or key not in after:
                yield f"{path}{key}: only {'before' if key in before else 'after'}"
            else:
                yield from differences(before[key], after[key], f"{path}{key} / ")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from differences(*pair, f"{path}{number} / ")
    elif before != after:
        yield f"{path[:-3]}: {before} before, {after} after"


if __name__ == "__main__":
    main()
