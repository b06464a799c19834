"""Rows of `benchmark.py`'s table about the speed of training: grids of H, B and k against PyTorch and JAX.

CPU seconds of one thread, the sides in turn in one run: on a machine that others use too, they are steadier than a
clock's. JAX and PyTorch come with the extra ``peers``, the compiled kernels with ``fast``.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from statistics import median
from typing import Literal

from comparisons import ROOT, Dtype, Programs, Row, Work, in_turn, sine_data

from rnn_lab.network import GRU, LSTM, Architecture, Elman, Network
from rnn_lab.rules import BPTT
from rnn_lab.sequences import Records
from rnn_lab.training import Adam, Trainer, TrainingState, fit
from rnn_lab.training.compiled_epochs import CompiledRecordEpochs
from rnn_lab.training.record_epochs import RecordEpochs

CELLS: dict[str, type[Architecture]] = {"elman": Elman, "gru": GRU, "lstm": LSTM}
HIDDEN, BATCHES, REACHES = (16, 32, 100, 256), (1, 10, 100), (5, 50)
DTYPES: tuple[Dtype, Dtype] = ("float64", "float32")
Backend = Literal["numpy", "numba"]
Point = tuple[str, Dtype, int, int, int]
"""Cell, precision, H, B, k."""


def points(cell: str, dtype: Dtype) -> Iterator[Point]:
    """The grid of one cell in one precision."""
    yield from product((cell,), (dtype,), HIDDEN, BATCHES, REACHES)


def named(point: Point) -> str:
    """A point in words."""
    cell, dtype, hidden, batch, k = point
    return f"{cell}, {dtype}, H {hidden}, B {batch}, k {k}"


def cpu(work: Work, times: int) -> float:
    """CPU milliseconds of one call, the mean of some."""
    start = time.process_time()
    for _ in range(times):
        work()
    return 1e3 * (time.process_time() - start) / times


def repeats(work: Work, least: float = 20.0) -> int:
    """Number of calls that take so many milliseconds, after one that makes ready."""
    work()
    return max(int(least / max(cpu(work, 1), 1e-3)), 1)


def lab(point: Point, data: Records, backend: Backend, replicas: int = 1) -> Work:
    """An epoch of the lab's training by Adam."""
    cell, dtype, hidden, batch, k = point
    optimizer, seeds = Adam(learning_rate=1e-3), list(range(replicas))
    network = Network(CELLS[cell](hidden_dim=hidden), inputs=1, outputs=1, window=data.X.shape[1], dtype=dtype)
    state = TrainingState.before(network.initial(seeds))
    optimizer.begin_training(state)
    trainer = Trainer(batch_size=batch, shuffle=False, bptt_truncate=k, dtype=dtype, backend=backend)
    kind = CompiledRecordEpochs if backend == "numba" else RecordEpochs
    return partial(kind(network, trainer, trainer.at_work(BPTT(), network), optimizer, seeds, data), state)


def pytorch(point: Point, data: Records) -> Work:
    """The same of eager PyTorch."""
    from peers import TorchNetwork

    cell, dtype, hidden, batch, k = point
    rival = TorchNetwork(hidden, "adam", 1e-3, dtype, cell=cell)
    return partial(rival.epoch, rival.batches(data.X, data.Y, batch, k))


def jax(point: Point, data: Records) -> Work:
    """The same of JAX, compiled."""
    from jax_peer import JaxNetwork

    cell, dtype, hidden, batch, k = point
    rival = JaxNetwork(cell, hidden, 1e-3, dtype, batch, k)
    return partial(rival.epoch, rival.batches(data.X, data.Y))


def compare(rounds: int, ours: Work, theirs: Work) -> list[float]:
    """CPU milliseconds of both, in turn."""
    return in_turn(rounds, *(partial(cpu, work, repeats(work)) for work in (ours, theirs)))


def epochs_numpy(cell: str, dtype: Dtype, programs: Programs, rounds: int) -> Iterator[Row]:
    """An epoch, steady: NumPy against PyTorch, 100 records of 50 steps."""
    data = sine_data().train
    limit = {("lstm", "float32"): 1.25, ("gru", "float32"): None}.get((cell, dtype), 1.0)
    for point in points(cell, dtype):
        ours, theirs = compare(rounds, lab(point, data, "numpy"), pytorch(point, data))
        yield Row(f"epoch, {named(point)}", "CPU ms", ours, theirs, "PyTorch", limit)


def epochs_numba(cell: str, dtype: Dtype, programs: Programs, rounds: int) -> Iterator[Row]:
    """The same by compiled kernels, against JAX."""
    data = sine_data().train
    for point in points(cell, dtype):
        ours, theirs = compare(rounds, lab(point, data, "numba"), jax(point, data))
        yield Row(f"epoch, numba, {named(point)}", "CPU ms", ours, theirs, "JAX", 1.0 if point[2] <= 100 else 1.1)


def fits(dtype: Dtype, programs: Programs, rounds: int) -> Iterator[Row]:
    """A fit of 25 epochs at a shape not seen before: evaluation each epoch, and of JAX its compilation, included."""
    data = sine_data()

    def ours(point: Point) -> float:
        cell, dtype, hidden, batch, k = point
        network = Network.for_data(data, CELLS[cell](hidden_dim=hidden), dtype=dtype)
        trainer = Trainer(epochs=25, batch_size=batch, bptt_truncate=k, dtype=dtype)
        return cpu(lambda: fit(network, data, trainer, Adam(learning_rate=1e-3)), 1)

    def theirs(point: Point, make: Callable[[Point, Records], Work]) -> float:
        def whole() -> None:
            work = make(point, data.train)  # JAX compiles anew for every network
            for _ in range(25):
                work()

        return cpu(whole, 1)

    for point in points("elman", dtype):
        for make, name in ((pytorch, "PyTorch"), (jax, "JAX with its compilation")):
            mine, rival = in_turn(rounds, partial(ours, point), partial(theirs, point, make))
            yield Row(f"fit, 25 epochs, {named(point)}", "CPU ms", mine, rival, name, 1.0)


def lockstep(programs: Programs, rounds: int) -> Iterator[Row]:
    """R replicas against R runs, NumPy: CPU milliseconds of an epoch, a network."""
    data = sine_data().train
    limits = {(16, 1): 1 / 5, (32, 1): 1 / 3, (100, 1): 1 / 1.5}
    for hidden, batch, k in product(HIDDEN, BATCHES, REACHES):
        point: Point = ("elman", "float64", hidden, batch, k)
        alone = lab(point, data, "numpy")
        for replicas in (2, 4, 8, 16, 32):
            together, single = compare(rounds, lab(point, data, "numpy", replicas), alone)
            limit = limits.get((hidden, batch), 1.02) if replicas == 16 else 1.02
            what = f"{replicas} replicas, {named(point)}"
            yield Row(what, "CPU ms", together / replicas, single, "a single run", limit)


def cores(programs: Programs, rounds: int) -> Iterator[Row]:
    """Sixteen replicas by compiled kernels on all cores, against NumPy's lockstep: wall milliseconds of an epoch."""
    data = sine_data().train
    for hidden, batch in product((16, 32, 100), (1, 10)):
        point: Point = ("elman", "float64", hidden, batch, 50)
        works = lab(point, data, "numba", 16), lab(point, data, "numpy", 16)
        for work in works:
            work()
        ours, theirs = in_turn(rounds, *(partial(_wall, work) for work in works))
        yield Row(f"16 replicas, numba, {named(point)}", "wall ms", ours, theirs, "NumPy")


def _wall(work: Work) -> float:
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)


def search(programs: Programs, rounds: int) -> Iterator[Row]:
    """The default search of 30 random trials, two at a time, without tracking, against plain Optuna and PyTorch."""
    common = (
        "search=default",
        "data=sine",
        "hydra/sweeper/sampler=random",
        "hydra/sweeper/pruner=none",
        "hydra.sweeper.n_trials=30",
        "hydra.sweeper.n_jobs=2",
        "hydra.sweeper.figures=false",
        "hydra.sweeper.confirm=0",  # the rival neither confirms its winner nor examines itself
        "hydra.sweeper.examine=false",
        "tracking=off",
        "tracking.figures=false",
    )
    plain = median(programs.cpu(ROOT / "scripts/plain_search.py", "30") for _ in range(rounds))
    for backend, limit in (("numpy", 1 / 3), ("numba", 1 / 5)):
        ours = median(  # each in a folder of its own: a search that is done is not done again
            programs.cpu(
                ROOT / "scripts/train.py", *common, f"trainer.backend={backend}", f"hydra.sweep.dir={backend}/{turn}"
            )
            for turn in range(rounds)
        )
        yield Row(f"the default search, 30 trials, {backend}", "CPU s", ours, plain, "plain Optuna and PyTorch", limit)


SPEED: dict[str, Callable[[Programs, int], Iterator[Row]]] = {
    **{f"numpy_{cell}_{dtype}": partial(epochs_numpy, cell, dtype) for cell, dtype in product(CELLS, DTYPES)},
    **{f"numba_{cell}_{dtype}": partial(epochs_numba, cell, dtype) for cell, dtype in product(CELLS, DTYPES)},
    **{f"fit_{dtype}": partial(fits, dtype) for dtype in DTYPES},
    **{each.__name__: each for each in (lockstep, cores, search)},
}
