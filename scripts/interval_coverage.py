"""Coverage of intervals of forecasts: networks trained on many simulated AR(2) series, each with its own test split.

python scripts/interval_coverage.py                                          200 series, a few minutes
python scripts/interval_coverage.py --series 20 --level 0.9 --steps 10
"""

import argparse

import numpy as np

from rnn_lab.evaluation import make_predictor
from rnn_lab.evaluation.intervals import LEVELS
from rnn_lab.network import Elman, Network
from rnn_lab.sequences import ARMA, Generated
from rnn_lab.training import LBFGS, Trainer, fit


def coverage(seed: int, level: float) -> list[float]:
    """Share of a series' test targets within the interval, by steps ahead."""
    series = ARMA(length=1000, ar=[1.6, -0.8])
    maker = Generated(
        name="ar", series=series, seed=seed, window=4, train=200, validation=390, test=400, scaling="standard"
    )
    data = maker.dataset()
    network = Network.for_data(data, Elman(hidden_dim=2))
    parameters = fit(network, data, Trainer(epochs=1, batch_size=None), LBFGS(iterations=20), [seed]).parameters
    _, section = make_predictor(network, parameters, data).calibrated(data)
    assert section is not None
    found: list[float] = section["coverage"][f"{level:g}"]
    return found


def main() -> None:
    """Print the mean over series by steps ahead, with its standard error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=200, help="how many are simulated (default 200)")
    parser.add_argument("--level", type=float, default=0.95, choices=LEVELS, help="of the intervals (default 0.95)")
    parser.add_argument("--steps", type=int, default=5, help="steps ahead that are shown, 50 at most (default 5)")
    arguments = parser.parse_args()
    held = np.array([coverage(seed, arguments.level)[: arguments.steps] for seed in range(arguments.series)])
    errors = held.std(axis=0, ddof=1) / np.sqrt(len(held)) if len(held) > 1 else np.full(held.shape[1], np.nan)
    for step, (mean, error) in enumerate(zip(held.mean(axis=0), errors, strict=True), start=1):
        share = f"{100 * mean:.2f} % within intervals at {100 * arguments.level:g} %"
        print(f"{step:3} steps ahead: {share}, +- {100 * error:.2f}")


if __name__ == "__main__":
    main()
