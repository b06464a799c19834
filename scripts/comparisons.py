"""Comparisons of the lab with its rivals and with set figures: one function for each row of `benchmark.py`'s table.

Both sides of a row are measured in turn, A B A B ..., in one run on one machine: ratios carry over, seconds do not.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, product
from pathlib import Path
from statistics import median
from typing import Any, Literal

import numpy as np

from rnn_lab.network import Elman, Network
from rnn_lab.rules import BPTT
from rnn_lab.sequences import Generated, Records, SeriesDataset, Sine, dataset
from rnn_lab.tracking.journal import Tail
from rnn_lab.tracking.relay_state import State
from rnn_lab.training import SGD, Adam, FirstOrder, Trainer, TrainingState
from rnn_lab.training.record_epochs import RecordEpochs

ROOT = Path(__file__).parents[1]

Dtype = Literal["float64", "float32"]
Work = Callable[[], object]

PR_SET_CHILD_SUBREAPER = 36
"""Of Linux's ``<linux/prctl.h>``."""

PEAK = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""


@dataclass(frozen=True)
class Row:
    """One comparison: smaller is better for both figures.

    Attributes:
        what, unit: what is compared, in which unit.
        lab, rival: the two figures.
        against: the rival's name.
        limit: on lab / rival; None where none was set.
    """

    what: str
    unit: str
    lab: float
    rival: float
    against: str
    limit: float | None = None

    @property
    def ratio(self) -> float:
        """The lab's figure as a multiple of the rival's."""
        return self.lab / self.rival

    @property
    def kept(self) -> bool:
        """True if the limit is kept, or if there is none."""
        return self.limit is None or self.ratio <= self.limit


def in_turn(rounds: int, *sides: Callable[[], float]) -> list[float]:
    """Measure A B A B ..., so that both see the machine's moods alike; medians, after a round that does not count."""
    figures = [[side() for side in sides] for _ in range(rounds + 1)][1:]
    return [median(column) for column in zip(*figures, strict=True)]


def seconds(work: Work, times: int = 1) -> float:
    """Wall time of one call, the mean of some."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


class Programs:
    """Programs run from one working folder, which also holds the runs and their MLflow store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._runs = (folder / "runs" / str(number) for number in count())

    def python(self, *arguments: str | Path) -> str:
        """Run Python and return what it prints; if it fails, say why and stop."""
        done = subprocess.run([sys.executable, *arguments], cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(map(str, arguments))} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def train(self, *overrides: str) -> tuple[float, dict[str, Any]]:
        """Run scripts/train.py: its wall seconds and its summary."""
        run = next(self._runs)
        wall = seconds(lambda: self.python(ROOT / "scripts/train.py", f"hydra.run.dir={run}", *overrides))
        # The relay and what draws work on after the trainer: let them end, or they would slow the next measurement.
        while ((state := State.load(run)) and state.state == "created") or Tail(run).written_to():
            time.sleep(0.1)
        return wall, json.loads((run / "summary.json").read_text())

    def cpu(self, *arguments: str | Path) -> float:
        """Run Python and return the CPU seconds of all its processes, also of those that outlive it."""
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)  # Linux: orphans become children of this process
        there, before = _children(), resource.getrusage(resource.RUSAGE_CHILDREN)
        self.python(*arguments)
        while orphans := _children() - there:
            for orphan in orphans:
                os.waitpid(orphan, 0)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def peak(self, *arguments: str | Path) -> float:
        """Run Python and return the most memory that it had at once, in MB of 2^20 bytes.

        A little process starts it: a child's peak counts from its parent's size on, and this process is not small.
        """
        kilobytes = float(self.python("-c", PEAK, sys.executable, *arguments).split()[-1])
        return kilobytes / (1024 * (1024 if sys.platform == "darwin" else 1))

    def wall(self, *overrides: str) -> float:
        """Seconds of the whole process."""
        return self.train(*overrides)[0]

    def training(self, *overrides: str) -> float:
        """Seconds of the training loop alone."""
        return float(self.train(*overrides)[1]["seconds"]["training"])

    def five_seeds(self, *overrides: str) -> list[dict[str, Any]]:
        """Summaries of five runs that differ in their seed only, without tracking."""
        return [self.train(f"seed={seed}", "tracking=off", *overrides)[1] for seed in range(5)]


def _children() -> set[int]:
    """Process ids of this process's children."""
    return set(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))


def tutorial(programs: Programs, rounds: int) -> Iterator[Row]:
    """Experiment zero's training against the tutorial's own loops, and the processes around them.

    The limit is on training, the work that both do: the loops draw no figures, compute no baselines, keep nothing.
    """
    study, loops = ("study=tutorial", "tracking=off"), ROOT / "experiments/tutorial/loops.py"
    training, process, theirs = in_turn(
        rounds,
        partial(programs.training, *study),
        partial(programs.wall, *study),
        lambda: float(programs.python(loops).split()[-2]),  # its last line: # 13.5 seconds
    )
    yield Row("study=tutorial, training", "s", training, theirs, "the tutorial's loops", limit=0.1)
    yield Row("study=tutorial, whole process", "s", process, theirs, "the tutorial's loops")


def sine_data() -> SeriesDataset:
    """The data of ``data=sine``."""
    return Generated(name="sine", series=Sine(length=200), window=50, train=100, validation=50).dataset()


def lab_epoch(hidden_dim: int, rule: Any, dtype: Dtype, data: Records, batch: int, k: int) -> partial[Any]:
    """One epoch of the lab's own training, on the state that is its argument."""
    optimizer: FirstOrder = rule(learning_rate=1e-3)
    _, T, D = data.X.shape
    network = Network(Elman(hidden_dim=hidden_dim), inputs=D, outputs=data.Y.shape[1], window=T, dtype=dtype)
    state = TrainingState.before(network.initial([0]))
    optimizer.begin_training(state)
    trainer = Trainer(batch_size=batch, shuffle=False, bptt_truncate=k, dtype=dtype)
    return partial(RecordEpochs(network, trainer, BPTT(), optimizer, [0], data), state)


def torch_epoch(hidden_dim: int, rule: Any, dtype: Dtype, data: Records, batch: int, k: int) -> Work:
    """The same of PyTorch."""
    from peers import TorchNetwork

    rival = TorchNetwork(hidden_dim, rule.__name__.lower(), 1e-3, dtype)
    return partial(rival.epoch, rival.batches(np.asarray(data.X), data.Y, batch, k))


def epoch(programs: Programs, rounds: int) -> Iterator[Row]:
    """One training epoch of 100 records at hidden_dim 100, window 50; 100 updates a measurement."""
    dtypes: tuple[Dtype, Dtype] = ("float64", "float32")
    for dtype, rule, batch, k in product(dtypes, (SGD, Adam), (1, 10, 100), (5, 50)):
        point = (100, rule, dtype, sine_data().train, batch, k)
        sides = [partial(seconds, side(*point), times=batch) for side in (lab_epoch, torch_epoch)]
        lab, rival = in_turn(rounds, *sides)
        what = f"epoch, batch {batch}, k {k}, {rule.__name__}, {dtype}"
        yield Row(what, "ms", 1e3 * lab, 1e3 * rival, "PyTorch nn.RNN", limit=1.0)


def windows(programs: Programs, rounds: int) -> Iterator[Row]:
    """One training epoch on windows that are cut out of their series batch by batch, against windows laid out."""
    table = np.random.default_rng(0).standard_normal((1000, 14)).cumsum(axis=0)
    wide = dataset(table, window=120, target=1).train
    for what, data in (("sine, window 50", sine_data().train), ("1000 rows of 14 columns, window 120", wide)):
        laid_out = replace(data, X=np.asarray(data.X))
        views, arrays = in_turn(
            rounds,
            *(partial(seconds, lab_epoch(32, Adam, "float64", each, 10, 50), times=5) for each in (data, laid_out)),
        )
        yield Row(f"epoch on views, {what}", "ms", 1e3 * views, 1e3 * arrays, "windows laid out", limit=1.05)


def process(programs: Programs, rounds: int) -> Iterator[Row]:
    """The main job as a whole, on a store that exists (the round that does not count makes it)."""
    lab, imports = in_turn(
        rounds,
        programs.wall,
        lambda: seconds(lambda: programs.python("-c", "import mlflow, matplotlib.pyplot")),
    )
    yield Row("make train, whole process", "s", lab, imports, "import mlflow, matplotlib.pyplot", limit=3.0)


def tracking(programs: Programs, rounds: int) -> Iterator[Row]:
    """Cost of tracking for the training loop, in a short run and in a longer one."""
    for what, overrides in (
        ("default", ()),
        ("hidden_dim 100, 300 epochs", ("model.hidden_dim=100", "trainer.epochs=300")),
    ):
        on, off = in_turn(
            rounds,
            partial(programs.training, *overrides),
            partial(programs.training, "tracking=off", *overrides),
        )
        yield Row(f"training with tracking, {what}", "s", on, off, "tracking=off", limit=1.1)


def sine(programs: Programs, rounds: int) -> Iterator[Row]:
    """Error on the sine, and seconds until it is reached: medians over five seeds."""
    default = programs.five_seeds("data=sine")
    rmse = median(summary["metrics"]["val/rmse"] for summary in default)
    spent = median(summary["seconds"]["training"] for summary in default)
    yield Row("data=sine, val/rmse", "", rmse, 5e-4, "the figure to reach", limit=1.0)
    exact = programs.five_seeds("data=sine", "optimizer=lbfgs", "trainer=full_batch")
    best = median(summary["metrics"]["val/rmse"] for summary in exact)
    yield Row("data=sine with L-BFGS, val/rmse", "", best, 1e-5, "the figure to reach", limit=1.0)

    from peers import TorchNetwork

    data = sine_data()
    found: dict[int, list[tuple[float, float]]] = {100: [], 1000: []}
    for seed in range(5):
        rival = TorchNetwork(100, "adam", 1e-3, "float32", seed)
        work = partial(rival.epoch, rival.batches(np.asarray(data.train.X), data.train.Y, 100, 50))
        passed, done = 0.0, 0
        for epochs, figures in found.items():
            passed += (epochs - done) * seconds(work, times=epochs - done)
            done = epochs
            figures.append((rival.rmse(np.asarray(data.validation.X), data.validation.Y), passed))
    for epochs, figures in found.items():
        error, duration = (median(column) for column in zip(*figures, strict=True))
        against = f"PyTorch nn.RNN, Adam, {epochs} epochs"
        yield Row("data=sine, val/rmse", "", rmse, error, against)
        yield Row("data=sine, training", "s", spent, duration, against)


def sunspots(programs: Programs, rounds: int) -> Iterator[Row]:
    """The default recipe against what needs no network; the median of five seeds."""
    runs = programs.five_seeds("data=sunspots")
    rmse = median(summary["metrics"]["val/rmse"] for summary in runs)
    for name, scores in runs[0]["baselines"]["validation"].items():
        limit = 1.0 if name in ("persistence", "AR1") else None
        yield Row("data=sunspots, val/rmse", "", rmse, scores["rmse"], name, limit)


def memory(programs: Programs, rounds: int) -> Iterator[Row]:
    """The whole process of a long stream against a short one, once each: what is allocated does not vary.

    One Runge-Kutta step a row, so that it is not the series that takes the time.
    """
    short, long = (
        programs.peak(
            ROOT / "scripts/train.py",
            f"hydra.run.dir=stream{length}",
            "data=stream",
            f"data.series.length={length}",
            "data.series.substeps=1",
            "trainer.batch_size=100",
            "trainer.epochs=1",
            "tracking=off",
        )
        for length in (10**5, 10**7)
    )
    yield Row("data=stream, 10,000,000 steps, peak memory", "MB", long, short, "100,000 steps", limit=1.1)


COMPARISONS = {each.__name__: each for each in (tutorial, epoch, windows, process, tracking, sine, sunspots, memory)}
