"""Costs of a step by each rule, and of a measurement by each instrument, on the processor at hand.

    python -m experiments.truncation.costs    # half a minute; prints the two tables

Processor time of one thread, the least of several rounds: other programs on the machine lengthen it by little.
"""

from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

import numpy as np

from experiments.evidence import table
from experiments.runs import Row
from rnn_lab.network import GRU, Elman, Network
from rnn_lab.observers import (
    Alignment,
    GradientByLag,
    Memory,
    RecurrentMatrix,
    Snapshot,
    SpectralRadius,
    Training,
    Units,
)
from rnn_lab.rng import named_rng
from rnn_lab.rules import BPTT, RFLO, RTRL, UORO, Reach, Readout, Rule, SnAp1
from rnn_lab.rules.rule import begin_epoch
from rnn_lab.sequences import Generated, Sine

SIZES = (16, 32, 64)
LANES, WINDOW, INPUTS = 10, 50, 2
ROUNDS, LEAST = 25, 0.02
WHOLE = f"BPTT(T), T = {WINDOW}"
ALONG_A_STREAM: dict[str, Rule] = {
    "readout": Readout(),
    "BPTT(1)": BPTT(),
    "SnAp-1": SnAp1(),
    "RFLO": RFLO(),
    "UORO": UORO(),
    "RTRL": RTRL(),
}
INSTRUMENTS = {
    "spectral_radius": SpectralRadius(),
    "recurrent_matrix": RecurrentMatrix(),
    "units": Units(),
    "gradient_by_lag": GradientByLag(),
    "memory": Memory(),
    "alignment, without kappa": Alignment(kappa=False),
    "alignment": Alignment(),
}


def measure_costs() -> Iterator[Row]:
    """Milliseconds of a step by each rule at each size, for an Elman layer and a GRU; then those of instruments."""
    for cell in (Elman, GRU):
        for H in SIZES:
            model = cell(hidden_dim=H)
            for name, rule in ALONG_A_STREAM.items():
                if name != "RTRL" or cell is Elman:
                    yield {"kind": cell.__name__, "name": name, "H": H, "ms": of_a_step(model, rule)}
            yield {"kind": cell.__name__, "name": WHOLE, "H": H, "ms": of_a_window(model) / WINDOW}
    for name, observer in INSTRUMENTS.items():
        yield {"kind": "instrument", "name": name, "H": 32, "ms": of_a_measurement(observer)}


def of_a_step(model: Any, rule: Rule) -> float:
    """Milliseconds of one step along a stream, with its gradient; R = 1, float64."""
    network = Network(model, INPUTS, 1, None, each_step=True)
    parameters, rng = network.initial([0]), np.random.default_rng(0)
    work = rule.for_stream(network, 1, LANES, Reach(bptt_truncate=1, bptt_stride=1))
    work.begin(parameters)
    begin_epoch(work, rule, [named_rng(0, "noise", 1)])
    X, Y = rng.standard_normal((1, 1, LANES, INPUTS)), rng.standard_normal((1, 1, LANES, 1))
    return milliseconds(lambda: work(parameters, X, Y))


def of_a_window(model: Any) -> float:
    """Milliseconds of the whole gradient of a window with a loss at each step."""
    network = Network(model, INPUTS, 1, WINDOW, each_step=True)
    parameters, rng = network.initial([0]), np.random.default_rng(0)
    work = BPTT().for_windows(network, 1, LANES, Reach(bptt_truncate=WINDOW))
    X, Y = rng.standard_normal((1, WINDOW, LANES, INPUTS)), rng.standard_normal((1, WINDOW, LANES, 1))
    return milliseconds(lambda: work(parameters, X, Y))


def of_a_measurement(observer: Any) -> float:
    """Milliseconds of one measurement of a run on windows of fifty steps with an Elman layer of 32 units."""
    data = Generated(name="sine", series=Sine(length=200), window=WINDOW, train=100, validation=50).dataset()
    network = Network.for_data(data, Elman(hidden_dim=32))
    watcher = observer.watch(Training(network, data, BPTT(), Reach(bptt_truncate=10), (0,), 100))
    parameters = network.initial([0])
    return milliseconds(lambda: watcher(Snapshot(0, parameters, {})))


def milliseconds(work: Callable[[], Any]) -> float:
    """Processor time of one call, the least of several rounds that last a fiftieth of a second each."""
    work()
    started, calls = process_time(), 0
    while process_time() - started < LEAST:
        work()
        calls += 1
    times = []
    for _ in range(ROUNDS):
        started = process_time()
        for _ in range(calls):
            work()
        times.append(1e3 * (process_time() - started) / calls)
    return min(times)


def exponent(by_size: dict[int, float]) -> float:
    """Fit ms = a H^b by least squares of logarithms: b.

    Example:
        >>> round(exponent({16: 1.0, 32: 4.0, 64: 16.0}), 6)
        2.0
    """
    return float(np.polyfit(np.log(list(by_size)), np.log(list(by_size.values())), 1)[0])


def rules_table(rows: list[dict[str, str]]) -> str:
    """Milliseconds of a step and, in brackets, over those of BPTT(1)."""
    lines = []
    for cell in ("Elman", "GRU"):
        found: dict[str, dict[int, float]] = {}
        for row in rows:
            if row["kind"] == cell:
                found.setdefault(row["name"], {})[int(row["H"])] = float(row["ms"])
        unit = found["BPTT(1)"]
        for name, by_size in found.items():
            cells = [f"{ms:.3g} ({ms / unit[H]:.2g})" for H, ms in by_size.items()]
            lines.append([f"{cell}, {name}", *cells, f"{exponent(by_size):.1f}"])
    return table(["a step, in ms (over BPTT(1))", *(f"H = {H}" for H in SIZES), "exponent of H"], lines)


def instruments_table(rows: list[dict[str, str]]) -> str:
    """Milliseconds of a measurement."""
    lines = [[row["name"], f"{float(row['ms']):.3g}"] for row in rows if row["kind"] == "instrument"]
    return table(["instrument", "ms a measurement"], lines)


if __name__ == "__main__":
    measured = [{name: str(value) for name, value in row.items()} for row in measure_costs()]
    print(rules_table(measured), instruments_table(measured), sep="\n\n")
