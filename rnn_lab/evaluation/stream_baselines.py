"""What a network must beat on a stream: forecasts that need no training loop, in the data's own units.

Of numbers, fitted on the last training targets and scored on the last targets of each split, 20,000 of them at most: a
longer stream costs no more, and a standard error of a hundredth is enough of a yardstick.

    mean          the mean of these training targets
    persistence   the target's value at the row that is read
    AR1, AR2      least-squares autoregressions on the target's own past
    ARp           the same with the p that AICc prefers on the training targets, at most 10 log10 of their number

Of characters, counted in the whole of training and scored on the whole of each split:

    unigram, bigram, trigram    the distribution after the 0, 1, 2 characters before, smoothed as Witten and Bell do

Nothing is fitted on validation or test data. What lies before a split is known when it begins, and is its past; the
first targets of training, which have too little of it, are left out.
"""

from collections.abc import Iterator
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from rnn_lab.component import BadInput
from rnn_lab.evaluation import ngram
from rnn_lab.evaluation.autoregression import Autoregression, choose_order
from rnn_lab.evaluation.metrics import scores
from rnn_lab.sequences import Rows, StreamDataset

Array = NDArray[np.float64]
Scores = dict[str, dict[str, float]]

MOST = 20_000
"""Targets of a split that baselines of numbers look at."""
BLOCK = 2**18
"""Characters counted at a time."""


def stream_baselines(dataset: StreamDataset) -> dict[str, Scores]:
    """Each baseline's errors: ``{"train": {"mean": {"rmse": ..., "mae": ..., "nrmse": ...}, ...}, ...}``.

    Of characters the metrics are ``loss`` (cross-entropy, nats per character), ``bits`` (the same in bits),
    ``perplexity`` (the exponential of the loss) and ``accuracy`` (of the likeliest character). Names run from the
    plainest baseline to the best informed; plain floats, so that the mapping can be written as JSON. ``test`` is there
    if the data has it.

    Raises:
        BadInput: training is too short for an autoregression or a trigram.

    Example:
        >>> from rnn_lab.sequences import Sine, Stream
        >>> sine = Stream(name="sine", series=Sine(length=1000), train=0.8, validation=0.2).dataset()
        >>> {name: round(score["rmse"], 3) for name, score in stream_baselines(sine)["validation"].items()}
        {'mean': 0.705, 'persistence': 0.679, 'AR1': 0.594, 'AR2': 0.0}
    """
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    found = {name: rows for name, rows in parts.items() if rows is not None}
    return _characters(dataset, found) if dataset.classes else _numbers(dataset, found)


def _numbers(dataset: StreamDataset, parts: dict[str, Rows]) -> dict[str, Scores]:
    horizon, count = dataset.horizon, min(dataset.train.length, MOST)
    if count < horizon + 2:
        raise BadInput(
            f"data.train holds {count} steps, too few for an autoregression at data.horizon={horizon}: it needs at"
            f" least {horizon + 2}"
        )
    largest = max(1, min(int(10 * np.log10(count)), (count - horizon) // 2))
    before = horizon + largest - 1

    def past_and_targets(rows: Rows) -> tuple[Array, NDArray[np.int64]]:
        """The target columns in their own units, and the positions of the targets to forecast."""
        rows = rows.tail(min(rows.length, MOST), before)
        return dataset.target_scaler.undo(rows.read_targets(0, rows.length)), np.arange(before, rows.length)

    series, at = past_and_targets(dataset.train)
    mean = series[at].mean(axis=0)
    orders = sorted({1, min(2, largest), choose_order(series, at, largest, horizon)})
    models = {f"AR{p}": Autoregression.fit(series, at, p, horizon) for p in orders}
    errors: dict[str, Scores] = {}
    for split, rows in parts.items():
        series, at = past_and_targets(rows)
        forecasts = {
            "mean": np.tile(mean, (len(at), 1)),
            "persistence": series[at - horizon],
            **{name: model.predict(series, at) for name, model in models.items()},
        }
        errors[split] = {
            name: {metric: float(value) for metric, value in scores(forecast, series[at]).items()}
            for name, forecast in forecasts.items()
        }
    return errors


def _characters(dataset: StreamDataset, parts: dict[str, Rows]) -> dict[str, Scores]:
    size = len(dataset.targets)
    if dataset.train.length < 3:
        raise BadInput(f"data.train holds {dataset.train.length + 1} characters, too few for a trigram and its past: 4")
    models = ngram.fit(_trigrams(dataset.train), 3, size)
    return {
        split: {
            name: _score(model, n, rows)
            for n, (name, model) in enumerate(zip(("unigram", "bigram", "trigram"), models, strict=True), start=1)
        }
        for split, rows in parts.items()
    }


def _trigrams(rows: Rows) -> Iterator[NDArray[np.int64]]:
    """Yield blocks (M, 3): targets and the two characters before each, the oldest first."""
    rows = rows.tail(rows.length, before=2)
    for start in range(0, rows.length - 2, BLOCK):
        symbols = rows.read_targets(start, min(BLOCK + 2, rows.length - start))
        yield np.lib.stride_tricks.sliding_window_view(symbols, 3)


def _score(model: ngram.NGram, order: int, rows: Rows) -> dict[str, float]:
    loss, right, count = 0.0, 0, 0
    for trigrams in _trigrams(rows):
        grams = trigrams[:, 3 - order :]
        _, first, times = np.unique(ngram.number(grams, model.size), return_index=True, return_counts=True)
        grams = grams[first]  # each once: a text repeats itself
        loss -= float(times @ np.log(model.probability(grams)))
        right += int(times @ (model.likeliest(grams[:, :-1]) == grams[:, -1]))
        count += len(trigrams)
    loss /= count
    return {"loss": loss, "bits": loss / log(2), "perplexity": exp(loss), "accuracy": right / count}
