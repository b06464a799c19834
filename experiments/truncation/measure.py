"""Every number of the truncation study, from real runs: rates tuned, fresh seeds reported, instruments beside them."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from omegaconf import DictConfig

from experiments.runs import Row, Run, composed, run_config
from experiments.truncation.costs import measure_costs
from experiments.truncation.design import LONG, LONGEST, Cell, Size
from rnn_lab.network import Parameters
from rnn_lab.npz import read_npz
from rnn_lab.sequences import Rows, TaskDataset, TwoLags
from rnn_lab.sequences.two_lags import TwoLagsDataset

Array = NDArray[Any]

LANE, FORGOTTEN = 200, 20
"""Rows are judged in lanes of so many steps, the first of which do not count: there the past is not in the state."""
KAPPA = "alignment/kappa_0.5"


def measure(folder: Path, size: Size, unfinished: Path) -> Iterator[tuple[str, list[Row]]]:
    """Carry out everything, a cell on each core; yields each table's name and rows.

    Args:
        folder: for the run folders; a temporary one will do.
        size: how much of it.
        unfinished: file that keeps the rows of each cell that is done: after an interruption they are not done again.
    """
    cells, done_before = list(size.cells()), read_kept(unfinished, size)
    kept = {repr(cell): done_before[repr(cell)] for cell in cells if repr(cell) in done_before}
    waiting = [cell for cell in cells if repr(cell) not in kept]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        begun = {pool.submit(rows_of, folder / str(n), cell, size): cell for n, cell in enumerate(waiting)}
        try:
            for done in as_completed(begun):
                cell = begun[done]
                kept[repr(cell)] = found = done.result()
                keep(unfinished, size, cell, found)
                said = f"{cell.part}, {cell.task}, gain {cell.gain:g}, H = {cell.hidden_dim}, {cell.how}"
                seconds = found["runs"][0]["cell_seconds"]
                print(f"{len(kept)} of {len(cells)} cells: {said}, {cell.optimizer} ({seconds:.1f} s)", flush=True)
        finally:
            pool.shutdown(cancel_futures=True)  # after one that failed, none of those that wait
    for name in ("runs", "rates", "lags"):
        yield name, [row for cell in cells for row in kept[repr(cell)][name]]
    yield "long", [row for how in LONG for row in long(folder, how)]
    yield "costs", list(measure_costs())
    unfinished.unlink()


def read_kept(unfinished: Path, size: Size) -> dict[str, dict[str, list[Row]]]:
    """Read the rows of the cells that are done already, at the same size."""
    lines = unfinished.read_text(encoding="utf-8").splitlines() if unfinished.is_file() else []
    found = [json.loads(line) for line in lines]
    return {one["cell"]: one["rows"] for one in found if one["size"] == size.seeds_and_budget}


def keep(unfinished: Path, size: Size, cell: Cell, rows: dict[str, list[Row]]) -> None:
    """Add a cell's rows to those that are kept."""
    unfinished.parent.mkdir(exist_ok=True)
    with unfinished.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"size": size.seeds_and_budget, "cell": repr(cell), "rows": rows}) + "\n")


def rows_of(folder: Path, cell: Cell, size: Size) -> dict[str, list[Row]]:
    """Carry out one cell: tune its rate, then train fresh seeds with it."""
    started, config = process_time(), composed(cell.overrides)
    tried = list(tune(folder, cell, config, size))
    usable = [row for row in tried if np.isfinite(row["loss"])] or tried
    rate = float(min(usable, key=lambda row: row["loss"])["rate"])
    done = carry_out(folder, config, rate, size.fresh, size.epochs, watched=True)
    lags = by_lag(cell, done) if cell.how in ("k = 0", f"k = {LONGEST}") else []
    found = {"runs": ends(cell, done, rate), "rates": tried, "lags": lags}
    shutil.rmtree(done.folder)
    for row in found["runs"]:
        row["cell_seconds"] = round(process_time() - started, 2)
    return found


def tune(folder: Path, cell: Cell, config: DictConfig, size: Size) -> Iterator[Row]:
    """Try each learning rate: its mean loss on the validation records, over seeds that are used for nothing else."""
    for rate in cell.rates[: size.rates]:
        done = carry_out(folder, config, rate, size.tuning, size.epochs, watched=False)
        yield {**described(cell), "rate": rate, "loss": float(np.mean(losses(done, "validation")))}
        shutil.rmtree(done.folder)


def carry_out(folder: Path, config: DictConfig, rate: float, seeds: range, epochs: int, *, watched: bool) -> Run:
    """Carry out one run of a cell's config, with instruments or without."""
    config = config.copy()
    config.optimizer.learning_rate = rate
    config.seed, config.replicas, config.trainer.epochs = seeds[0], len(seeds), epochs
    for node in config.observers.values():
        node.every = 1
        if node._target_ != "rnn_lab.observers.Memory":
            node.steps = 24
    if not watched:
        config.observers = {}
    return run_config(folder / "run", config)


def described(cell: Cell) -> Row:
    """Columns that say which cell a row is of."""
    return {
        "part": cell.part,
        "task": cell.task,
        "gain": cell.gain,
        "H": cell.hidden_dim,
        "how": cell.how,
        "optimizer": cell.optimizer,
    }


def ends(cell: Cell, done: Run, rate: float) -> list[Row]:
    """One row for each fresh seed: its loss on the test records, and what the instruments say of it."""
    found, nothing, best = losses(done, "test"), *known(done)
    kappa, bias, cosine = (done.curve(name) for name in (KAPPA, "alignment/bias", "alignment/cosine"))
    beyond, capacity = done.curve("grad/share_beyond_k"), done.curve("memory/capacity")
    each = done.summary["updates"]
    ranks = rank_of_change(done)
    return [
        {
            **described(cell),
            "seed": seed,
            "rate": rate,
            "updates": each,
            "loss": found[r],
            "share": (nothing - found[r]) / (nothing - best),
            "kappa_first": float(kappa[0, r]),
            "kappa_later": float(kappa[1:, r].mean()),
            "bias": float(bias[1:, r].mean()),
            "cosine": float(cosine[1:, r].mean()),
            "beyond_k": float(beyond[1:, r].mean()),
            "capacity_first": float(capacity[0, r]),
            "capacity_last": float(capacity[-1, r]),
            "rank": ranks[r],
            "step_ms": 1e3 * done.summary["seconds"]["training"] / each,
        }
        for r, seed in enumerate(done.experiment.seeds)
    ]


def losses(done: Run, split: str) -> list[float]:
    """Loss of each seed on a split.

    Of two lags it is the expected one: the entropy .4545 plus the mean divergence of the network's probabilities from
    the true ones, so that neither the targets nor the contexts that the rows happen to have make it vary.
    """
    data, network = done.experiment.data, done.experiment.network
    if not isinstance(data, TwoLagsDataset):
        name = {"validation": "val", "test": "test"}[split]
        metrics = [replica["metrics"] for replica in done.summary["replicas"]]
        return [m[f"{name}/loss"] if data.classes else m[f"{name}/rmse"] ** 2 for m in metrics]
    parameters = Parameters.load(done.folder / "weights" / "kept.npz")
    rows: Rows = getattr(data, split)
    settings = {name: value for name, value in done.experiment.config["data"].items() if name != "_target_"}
    maker = TwoLags(**settings)
    X, _ = rows.read(LANE * np.arange(rows.length // LANE), LANE)  # (T, B, 2)
    outputs = replace(network, window=LANE).predict(parameters, X.swapaxes(0, 1)).astype(float)
    logits = outputs[:, :, FORGOTTEN:]
    q = logits - np.logaddexp(logits[..., :1], logits[..., 1:])
    x, t = X[..., 1].T.astype(int), np.arange(FORGOTTEN, LANE)
    p = maker.probabilities[x[:, t - maker.near], x[:, t - maker.far]]
    truth = np.stack([1 - p, p], axis=-1)
    divergence = (truth * (np.log(np.where(truth > 0, truth, 1.0)) - q)).sum(axis=-1)
    return [float(v) for v in data.answers["both lags"]["loss"] + divergence.mean(axis=(1, 2))]


def known(done: Run) -> tuple[float, float]:
    """Losses of no memory, and of what cannot be beaten."""
    data = done.experiment.data
    if isinstance(data, TwoLagsDataset):
        return data.answers["no memory"]["loss"], data.answers["both lags"]["loss"]
    assert isinstance(data, TaskDataset)
    none = {name: row["loss"] if data.classes else row["rmse"] ** 2 for name, row in data.task.yardsticks().items()}
    return none.get("no memory", max(none.values())), 0.0


def rank_of_change(done: Run) -> list[int]:
    """Rank of what training has added to W_hh, to a millionth of its largest singular value."""
    first = done.experiment.network.initial(done.experiment.seeds)["W_hh"].astype(float)
    last = Parameters.load(done.folder / "weights" / "kept.npz")["W_hh"].astype(float)
    values = np.linalg.svd(last - first, compute_uv=False)
    return [int((row > 1e-6 * row[0]).sum()) if row[0] > 0 else 0 for row in values]


def by_lag(cell: Cell, done: Run) -> list[Row]:
    """The gradient by lag before training and after, over that at lag 0: the mean over seeds."""
    files = {fact["epoch"]: fact["file"] for fact in done.facts if fact["fact"] == "arrays"}
    found = []
    for when, epoch in (("first", min(files)), ("last", max(files))):
        lengths = read_npz(done.folder / files[epoch])["dh_by_lag"]
        for lag, row in enumerate((lengths / lengths[:, :1]).T[:16]):
            seeds = {f"seed_{s}": float(f"{v:.4g}") for s, v in zip(done.experiment.seeds, row, strict=True)}
            found.append({**described(cell), "when": when, "lag": lag, **seeds})
    return found


def long(folder: Path, how: str) -> Iterator[Row]:
    """Train twelve epochs of the recipe's data at H = 32, a gain of .3 and a rate of .003: three seeds, no tuning."""
    cell = Cell("long", "lags 3, 8", 0.3, 32, how)
    done = carry_out(folder, composed(cell.overrides), 0.003, range(100, 103), 12, watched=False)
    for seed, loss in zip(done.experiment.seeds, losses(done, "test"), strict=True):
        yield {**described(cell), "seed": seed, "updates": done.summary["updates"], "loss": loss}
    shutil.rmtree(done.folder)
