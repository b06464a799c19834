"""What a network must beat on a stream: forecasts that need no training loop, in the data's own units.

Of numbers, fitted on the last 20,000 training targets (or on all, where there are fewer):

    mean          the mean of these targets
    persistence   the target's value at the row that is read
    AR1, AR2      least-squares autoregressions on the target's own past
    ARp           the same with the p that AICc prefers on these targets, at most 10 log10 of their number

Of characters, counted in the whole of training:

    unigram, bigram, trigram    the distribution after the 0, 1, 2 characters before, smoothed as Witten and Bell do

Scored are the steps that networks are scored on: of numbers the last 20,000 of each split; of characters all of
validation and test, and of training as many of the last steps as validation has. What lies before them is known and is
their past; if the series begins with them, those that have too little of it are left out. Nothing is fitted on
validation or test data.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.evaluation import ngram
from rnn_lab.evaluation.autoregression import Autoregression, choose_order
from rnn_lab.scoring.metrics import class_scores, scores
from rnn_lab.sequences import Rows, StreamDataset
from rnn_lab.training.survey import scored

Array = NDArray[np.float64]
Scores = dict[str, dict[str, float]]

BLOCK = 2**18
"""Characters that are counted at a time."""


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
    parts = scored(dataset)
    return _characters(dataset, parts) if dataset.classes else _numbers(dataset, parts)


def _numbers(dataset: StreamDataset, parts: dict[str, Rows]) -> dict[str, Scores]:
    horizon, length = dataset.horizon, parts["train"].length
    if length < horizon + 2:
        raise BadInput(
            f"data.train holds {length} steps, too few for an autoregression at data.horizon={horizon}: it needs at"
            f" least {horizon + 2}"
        )
    largest = max(1, min(int(10 * np.log10(length)), (length - horizon) // 2))
    before = horizon + largest - 1

    def series_and_targets(rows: Rows) -> tuple[Array, NDArray[np.int64]]:
        """The target columns in their own units, and where in them the targets to forecast lie."""
        start, count = _with_past(rows, before)
        series = dataset.target_scaler.undo(rows.read_targets(start, before + count))
        return series, np.arange(before, before + count)

    series, at = series_and_targets(parts["train"])
    mean = series[at].mean(axis=0)
    orders = sorted({1, min(2, largest), choose_order(series, at, largest, horizon)})
    models: dict[str, Callable[[Array, NDArray[np.int64]], Array]] = {
        "mean": lambda series, at: np.tile(mean, (len(at), 1)),
        "persistence": lambda series, at: series[at - horizon],
        **{f"AR{p}": Autoregression.fit(series, at, p, horizon).predict for p in orders},
    }
    found: dict[str, Scores] = {}
    for split, rows in parts.items():
        series, at = series_and_targets(rows)
        found[split] = {
            name: {metric: float(value) for metric, value in scores(model(series, at), series[at]).items()}
            for name, model in models.items()
        }
    return found


def _characters(dataset: StreamDataset, parts: dict[str, Rows]) -> dict[str, Scores]:
    train, size = dataset.train, len(dataset.targets)
    if train.length < 3:
        raise BadInput(f"data.train holds {train.length + 1} characters, too few for a trigram and its past: 4")
    models = ngram.fit(_trigrams(train), 3, size)
    return {
        split: {
            name: _score(model, n, rows)
            for n, (name, model) in enumerate(zip(("unigram", "bigram", "trigram"), models, strict=True), start=1)
        }
        for split, rows in parts.items()
    }


def _with_past(rows: Rows, before: int) -> tuple[int, int]:
    """Return the step at which a past of ``before`` targets begins, and how many of these steps come after it."""
    past = min(rows.first, before)
    return -past, rows.length + past - before


def _trigrams(rows: Rows) -> Iterator[NDArray[np.int64]]:
    """Yield blocks (M, 3): targets and the two characters before each, the oldest first."""
    first, count = _with_past(rows, 2)
    for start in range(0, count, BLOCK):
        symbols = rows.read_targets(first + start, min(BLOCK, count - start) + 2)
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
    return {"loss": loss, **{name: float(value) for name, value in class_scores(loss, right / count).items()}}
